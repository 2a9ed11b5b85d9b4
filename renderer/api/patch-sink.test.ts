// Steps leave in order and numbered without gaps, whatever the network does.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Problem } from '../../electron/contract/problem.ts';
import { ReadPatchSink } from './patch-sink.ts';

afterEach(() => vi.unstubAllGlobals());

interface Sent {
  path: string;
  body: unknown;
}
type Answer = 'ok' | 'lost' | Problem;

/** A backend that stores every step it hears; `lost` stores it and the answer never arrives. */
function backend(answers: Answer[]) {
  const sent: Sent[] = [];
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    await Promise.resolve();
    sent.push({ path, body: init.body });
    const answer = answers.shift() ?? 'ok';
    if (answer === 'lost') throw new TypeError('fetch failed');
    if (answer instanceof Problem) {
      return new Response(JSON.stringify(answer.toDetails()), { status: answer.status });
    }
    const query = new URL(path, 'http://x').searchParams.get('seq');
    const seq = query ? Number(query) : (JSON.parse(init.body as string) as { seq: number }).seq;
    return Response.json({ seq, at: '2026-11-23T08:00:00.000Z' });
  });
  return sent;
}
const seqOf = ({ path, body }: Sent) =>
  Number(
    new URL(path, 'http://x').searchParams.get('seq') ?? (JSON.parse(body as string) as { seq: number }).seq,
  );

function sink(onWaiting?: (waiting: boolean) => void, onSignedOut?: () => void) {
  return new ReadPatchSink({
    onSignedOut,
    study: 's',
    read: 'r',
    lease: 'l',
    lastSeq: 7,
    onWaiting,
    wait: () => Promise.resolve(),
  });
}
const meta = { tool: 'Brush', label: 1, milliseconds: 120.6 };
const bytes = new Uint8Array([1, 2, 0, 1]);

describe('patch sink', () => {
  it('numbers steps after the last stored one, in the order they were given', async () => {
    const sent = backend([]);
    const to = sink();
    const acknowledged = await Promise.all([
      to.append(bytes, meta),
      to.undo(8),
      to.redo(8),
      to.append(bytes, meta),
    ]);
    expect(acknowledged.map(({ seq }) => seq)).toEqual([8, 9, 10, 11]);
    expect(sent.map(({ path }) => path.match(/patches|undo|redo/)?.[0])).toEqual([
      'patches',
      'undo',
      'redo',
      'patches',
    ]);
    expect(sent[0].path).toContain('milliseconds=121');
  });

  it('sends the same number again when the answer is lost, and says that it waits', async () => {
    const sent = backend(['lost', 'lost', 'ok', 'ok']);
    const waiting: boolean[] = [];
    const to = sink((now) => waiting.push(now));
    const [first, second] = await Promise.all([to.append(bytes, meta), to.append(bytes, meta)]);
    expect([first.seq, second.seq]).toEqual([8, 9]);
    expect(sent.map(seqOf)).toEqual([8, 8, 8, 9]);
    expect(waiting).toEqual([true, true, false]);
  });

  it('keeps a step while nobody is signed in, and sends it afterwards', async () => {
    const signIn = new Problem('sign-in-needed', 'Sign in to this study first.', { status: 401 });
    const sent = backend([signIn, 'ok']);
    const to: ReadPatchSink = sink(undefined, () => queueMicrotask(() => to.resume()));
    await expect(to.append(bytes, meta)).resolves.toEqual({ seq: 8 });
    expect(sent.map(seqOf)).toEqual([8, 8]);
  });

  it('throws a refusal and does not use up its number', async () => {
    const sent = backend([new Problem('disk-full', 'The disk is full.', { status: 507 }), 'ok']);
    const to = sink();
    await expect(to.append(bytes, meta)).rejects.toMatchObject({ code: 'disk-full', status: 507 });
    await expect(to.append(bytes, meta)).resolves.toEqual({ seq: 8 });
    expect(sent.map(seqOf)).toEqual([8, 8]);
  });
});
