// Bundles as the window has them: a job that writes one, its file, opening it elsewhere, giving back, merging.
import { join } from 'node:path';
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBackend, type Backend } from '../../electron/backend/index.ts';
import { BundleDeskSchema, type BundleDesk, type MergeReport } from '../../electron/contract/bundles.ts';
import type { Job } from '../../electron/contract/jobs.ts';
import type { Read, WorklistItem } from '../../electron/contract/reads.ts';
import type { StudyFace } from '../../electron/contract/study.ts';
import { openRead, patchOver, studyOverFetch, type StudyOverFetch } from '../fixtures/study-over-fetch.ts';

const LOCK = { passphrase: 'correct horse battery' };
let study: StudyOverFetch;
let away: Backend;
let clock = Date.parse('2026-03-01T10:00:00.000Z');
beforeAll(async () => {
  study = await studyOverFetch({ now: () => clock, monotonic: () => 0, cases: 2 });
  away = await createBackend({
    home: join(study.folder, 'away'),
    host: 'test',
    modelsFolder: join(study.folder, 'models'),
    version: '0',
    now: () => clock,
    monotonic: () => 0,
  });
}, 60_000);
afterAll(async () => {
  await away?.close();
  await study?.close();
});

const at = (path: string) => `${study.base}${path}`;
const ask = (method: string, path: string, json?: object) =>
  study.call(method, at(path), { token: study.coordinator, json });
const desk = async (): Promise<BundleDesk> =>
  BundleDeskSchema.parse(await (await ask('GET', '/bundles')).json());

async function ended(answer: { status: number; json<T>(): Promise<T> }): Promise<Job> {
  expect(answer.status).toBe(202);
  const { id } = await answer.json<Job>();
  for (let tries = 0; tries < 600; tries++) {
    const job = (await (await ask('GET', '/jobs')).json<Job[]>()).find((one) => one.id === id)!;
    if (job.state !== 'queued' && job.state !== 'running') return job;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the job did not end');
}

/** The same questions on the reader's machine. */
async function awayCall(
  method: string,
  path: string,
  options: { token?: string; lease?: string | null; json?: object; body?: Uint8Array } = {},
) {
  const headers: Record<string, string> = {};
  if (options.token) headers['authorization'] = `Bearer ${options.token}`;
  if (options.lease) headers['x-concord-lease'] = options.lease;
  if (options.json) headers['content-type'] = 'application/json';
  const body = options.json
    ? JSON.stringify(options.json)
    : (options.body as Uint8Array<ArrayBuffer> | undefined);
  return away.fetch(new Request(`http://concord.test${path}`, { method, headers, body }));
}

it('goes out of the window, is opened, given back and merged, with every step listed', async () => {
  const [ada, ben] = study.readers;
  expect((await desk()).readers).toEqual([
    { personId: ada.id, open: 4, drafts: 0, hindrance: null },
    { personId: ben.id, open: 4, drafts: 0, hindrance: null },
  ]);
  const short = await ask('POST', '/bundles', { personId: ada.id, lock: { passphrase: 'short' } });
  expect([short.status, short.code]).toEqual([400, 'invalid-request']);
  const nobody = await ask('POST', '/bundles', {
    personId: study.auditors[0]?.id ?? '0'.repeat(20),
    lock: LOCK,
  });
  expect(nobody.code).toBe('reader-not-found');

  const made = await ended(await ask('POST', '/bundles', { personId: ada.id, lock: LOCK }));
  expect(made).toMatchObject({ state: 'done', result: { reads: 4, drafts: 0, cases: 2 } });
  const { bundleId } = (made as { result: { bundleId: string } }).result;
  const out = (await desk()).bundles[0];
  expect(out).toMatchObject({ id: bundleId, personId: ada.id, state: 'out', merges: [] });
  expect((await desk()).readers[0].hindrance).toMatch(/is out/);
  // The passphrase is written down nowhere.
  const folder = study.backend.services.studies.get(study.base.split('/').at(-1)!).folder;
  expect(readFileSync(join(folder, 'study.sqlite-wal')).includes(LOCK.passphrase)).toBe(false);
  const again = await ended(await ask('POST', '/bundles', { personId: ada.id, lock: LOCK }));
  expect(again).toMatchObject({ state: 'failed', code: 'already-handed-out' });
  const bytes = await (await ask('GET', `/bundles/${bundleId}/file`)).bytes();
  expect(bytes.length).toBe(out.size);

  // On the reader's machine: sent to the host, opened by the passphrase only.
  const sent = await awayCall('POST', '/api/bundles?name=Ada.age&batch=one', { body: bytes });
  const { path } = (await sent.json()) as { path: string };
  const open = (passphrase: string) =>
    awayCall('POST', '/api/bundles/open', { json: { path, name: 'My reads', key: { passphrase } } });
  const wrong = await open('correct horse');
  expect([wrong.status, ((await wrong.json()) as { code: string }).code]).toEqual([401, 'bundle-key-wrong']);
  const opened = await open(LOCK.passphrase);
  expect(opened.status).toBe(201);
  const face = (await opened.json()) as StudyFace;
  expect(face).toMatchObject({ isCopy: true, people: [{ name: 'Ada' }] });
  expect(existsSync(join(study.folder, 'away/studies/My reads.concord/study.sqlite'))).toBe(true);
  const base = `/api/studies/${face.id}`;
  const signIn = await awayCall('POST', `${base}/sign-in`, {
    json: { personId: ada.id, passphrase: 'open sesame' },
  });
  const { token } = (await signIn.json()) as { token: string };
  const list = (await (await awayCall('GET', `${base}/worklist`, { token })).json()) as WorklistItem[];
  const due = list.find((item) => item.state === 'due')!;
  const started = await awayCall('POST', `${base}/reads`, {
    token,
    json: { assignmentId: due.assignmentId },
  });
  const read = (await started.json()) as Read;
  clock += 60_000;
  await awayCall('POST', `${base}/reads/${read.id}/patches?seq=1&tool=brush&label=1&milliseconds=9`, {
    token,
    lease: read.lease,
    body: patchOver(0, 20, 0, 1),
  });
  expect((await awayCall('POST', `${base}/reads/${read.id}/seal`, { token, lease: read.lease })).status).toBe(
    200,
  );
  const back = new Uint8Array(await (await awayCall('POST', `${base}/give-back`, { token })).arrayBuffer());

  // Altered on the way: refused, in a sentence, and the same file unaltered is taken in once.
  const merge = async (content: Uint8Array) => {
    const body = content;
    const up = await study.call('POST', at(`/uploads?name=back.age&batch=m${content.length % 97}`), {
      token: study.coordinator,
      body,
    });
    return ended(await ask('POST', '/bundles/merge', await up.json()));
  };
  const altered = back.slice();
  altered[altered.length - 40] ^= 1;
  expect(await merge(altered)).toMatchObject({ state: 'failed', code: 'bundle-damaged' });
  expect(await merge(back)).toMatchObject({ state: 'done', result: { present: 0, conflicts: [] } });
  const second = (await merge(back)) as { result: MergeReport };
  expect(second.result.taken).toEqual([]);
  expect(second.result.notes[0]).toMatch(/already/);
  const entry = (await desk()).bundles[0];
  expect(entry).toMatchObject({ state: 'back', size: null });
  expect(entry.merges).toHaveLength(1);
  expect(entry.merges[0].report.taken).toHaveLength(1);
  expect((await ask('GET', `/bundles/${bundleId}/file`)).code).toBe('bundle-file-gone');
  // Not a copy: nothing to give back.
  const own = await study.call('POST', at('/give-back'), { token: ada.token });
  expect([own.status, own.code]).toEqual([409, 'not-a-bundle']);
}, 120_000);

it('is taken back: its reads open here again, its file is gone', async () => {
  const [, ben] = study.readers;
  const made = await ended(await ask('POST', '/bundles', { personId: ben.id, lock: LOCK }));
  const { bundleId } = (made as { result: { bundleId: string } }).result;
  await expect(openRead(study, ben.token)).rejects.toThrow(/read-handed-out/);
  expect((await ask('POST', `/bundles/${bundleId}/take-back`)).status).toBe(204);
  expect((await ask('POST', `/bundles/${bundleId}/take-back`)).code).toBe('not-handed-out');
  expect((await desk()).bundles[0]).toMatchObject({ id: bundleId, state: 'taken-back', size: null });
  expect((await openRead(study, ben.token)).state).toBe('draft');
});
