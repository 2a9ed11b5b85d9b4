// `concord bundle` as people run it, a process each: out, opened, given back, merged; exit codes, JSON, and every fault.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBackend } from '../backend/index.ts';
import type { Read, WorklistItem } from '../contract/reads.ts';
import type { StudyFace } from '../contract/study.ts';
import { patchOver, studyOverFetch, type StudyOverFetch } from '../../test/fixtures/study-over-fetch.ts';

const cli = fileURLToPath(new URL('../cli.ts', import.meta.url));
let study: StudyOverFetch;
let studyFolder: string;
let recipient: string;
const at = (name: string) => join(study.folder, name);

beforeAll(async () => {
  study = await studyOverFetch({ cases: 2 });
  studyFolder = study.backend.services.studies.get(study.base.split('/').at(-1)!).folder;
  const identity = await generateX25519Identity();
  recipient = await identityToRecipient(identity);
  writeFileSync(at('ada.key'), `# made by age-keygen\n${identity}\n`);
  writeFileSync(at('other.key'), await generateX25519Identity());
  writeFileSync(at('short.txt'), 'short\n');
}, 60_000);
afterAll(() => study?.close());

interface Ended {
  code: number;
  out: string;
  err: string;
}
function concord(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const env = { ...process.env, CONCORD_HOME: at('cli-home'), CONCORD_PASSPHRASE: '' };
    execFile(process.execPath, [cli, 'bundle', ...args], { env, cwd: study.folder }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err }),
    );
  });
}
/** Exit 2, nothing printed, one line that names what is wrong and what to do. */
async function refused(what: RegExp, ...args: string[]): Promise<void> {
  const ended = await concord(...args);
  expect(ended.code, ended.err).toBe(2);
  expect(ended.out).toBe('');
  expect(ended.err).toMatch(/^concord: .+\n$/);
  expect(ended.err).toMatch(what);
  expect(ended.err).not.toMatch(/\n\s+at /);
}
async function json<T>(...args: string[]): Promise<T> {
  const ended = await concord(...args, '--json');
  expect(ended.code, ended.err).toBe(0);
  return JSON.parse(ended.out) as T;
}
function flipped(from: string, to: string, byte: number): void {
  const bytes = readFileSync(at(from));
  bytes[byte < 0 ? bytes.length + byte : byte] ^= 1;
  writeFileSync(at(to), bytes);
}

/** The reader's sitting: draws and seals what is due in the copy, in this process. */
async function sealOneIn(folder: string): Promise<void> {
  const options = {
    home: at('reader-home'),
    host: 'test' as const,
    modelsFolder: at('models'),
    version: '0',
  };
  const backend = await createBackend(options);
  try {
    const base = `http://concord.test/api/studies/${await backend.openStudy(folder)}`;
    const ask = async <T>(path: string, init: RequestInit = {}) => {
      const answer = await backend.fetch(new Request(`${base}${path}`, init));
      expect(answer.ok, `${path} ${answer.status}`).toBe(true);
      return (answer.status === 204 ? null : await answer.json()) as T;
    };
    const post = (body: object, headers: Record<string, string> = {}) => ({
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    const face = await ask<StudyFace>('');
    const signed = { personId: face.people[0].id, passphrase: 'open sesame' };
    const { token } = await ask<{ token: string }>('/sign-in', post(signed));
    const headers = { authorization: `Bearer ${token}` };
    const list = await ask<WorklistItem[]>('/worklist', { headers });
    const { assignmentId } = list.find((item) => item.state === 'due')!;
    const read = await ask<Read>('/reads', post({ assignmentId }, headers));
    const held = { ...headers, 'x-concord-lease': read.lease! };
    const stroke = patchOver(0, 30, 0, 1) as Uint8Array<ArrayBuffer>;
    const query = 'seq=1&tool=brush&label=1&milliseconds=10';
    await ask(`/reads/${read.id}/patches?${query}`, { method: 'POST', headers: held, body: stroke });
    await ask(`/reads/${read.id}/seal`, { method: 'POST', headers: held });
  } finally {
    await backend.close();
  }
}

it('goes round: out, opened, read, given back, merged once', async () => {
  const out = ['export', studyFolder, '--reader', 'ada', '--recipient', recipient, '-o'];
  const made = await json<{ reads: number; bundleId: string }>(...out, 'ada.age');
  expect(made).toMatchObject({ file: 'ada.age', reads: 4, drafts: 0, cases: 2 });
  await refused(/is out since .*take it back first/, ...out, 'twice.age');

  // The key, and every byte, are checked; nothing is left of what was refused.
  await refused(
    /does not open .*Type it again/,
    'open',
    'ada.age',
    '--identity',
    'other.key',
    '-o',
    'Ada.concord',
  );
  flipped('ada.age', 'altered.age', -50);
  await refused(
    /was altered or is cut short.*ask for the file again/,
    'open',
    'altered.age',
    '--identity',
    'ada.key',
    '-o',
    'Ada.concord',
  );
  expect(existsSync(at('Ada.concord'))).toBe(false);
  const opened = await json<{ folder: string; signer: string }>(
    'open',
    'ada.age',
    '--identity',
    'ada.key',
    '-o',
    'Ada.concord',
  );
  expect(opened.signer).toMatch(/^([0-9a-f]{4} ?){4}$/);
  await refused(/exists already/, 'open', 'ada.age', '--identity', 'ada.key', '-o', 'Ada.concord');

  await sealOneIn(at('Ada.concord'));
  expect(await json('return', 'Ada.concord', '-o', 'back.age')).toMatchObject({ reads: 1 });
  await refused(/not handed out as a bundle/, 'return', studyFolder, '-o', 'no.age');

  flipped('back.age', 'altered-back.age', -50);
  await refused(/was altered or is cut short/, 'merge', studyFolder, 'altered-back.age');
  expect(await json('merge', studyFolder, 'back.age')).toMatchObject({
    present: 0,
    conflicts: [],
    notes: [],
  });
  const again = await concord('merge', studyFolder, 'back.age');
  expect([again.code, again.out]).toEqual([
    0,
    expect.stringMatching(/0 reads taken in\.\nThis file was merged on .* already/),
  ]);
}, 180_000);

it('a read drawn on both machines is a conflict: exit 1, named, and what is here stays', async () => {
  const out = ['export', studyFolder, '--reader', 'Ben', '--recipient', recipient, '-o', 'ben.age'];
  expect((await concord(...out)).out).toMatch(/^Wrote ben\.age: 4 reads to do, 2 cases\.\n$/);
  await json('open', 'ben.age', '--identity', 'ada.key', '-o', 'Ben.concord');
  await sealOneIn(at('Ben.concord'));
  await json('return', 'Ben.concord', '-o', 'ben-back.age');
  const revoked = await concord('revoke', studyFolder, '--reader', 'Ben');
  expect([revoked.code, revoked.out]).toEqual([0, 'The bundle of Ben counts as taken back.\n']);
  await refused(/No bundle of Ben is out/, 'revoke', studyFolder, '--reader', 'Ben');
  // Here Ben opens everything that is due.
  const [, ben] = study.readers;
  const list = await (
    await study.call('GET', `${study.base}/worklist`, { token: ben.token })
  ).json<WorklistItem[]>();
  for (const { assignmentId, state } of list) {
    if (state === 'due')
      await study.call('POST', `${study.base}/reads`, { token: ben.token, json: { assignmentId } });
  }
  const merged = await concord('merge', studyFolder, 'ben-back.age');
  expect(merged.code).toBe(1);
  expect(merged.out).toMatch(
    /0 reads taken in\.\nConflict: .*, Round 1\. It is a draft here already; that one stays\.\n/,
  );
}, 180_000);

it('says what is missing or wrong on the line', async () => {
  const to = ['export', studyFolder, '--reader', 'Ada', '-o', 'x.age'];
  await refused(/A bundle is locked: give --passphrase-file or --recipient/, ...to);
  await refused(/at least 8 characters.*Choose a longer one/, ...to, '--passphrase-file', 'short.txt');
  await refused(/cannot be read; check the path/, ...to, '--passphrase-file', 'none.txt');
  await refused(/not a public key/, ...to, '--recipient', 'age1no');
  await refused(/no reader Eve .* there are Ada, Ben/, ...to, '--reader', 'Eve', '--recipient', recipient);
  await refused(/none\.age is not there\. Check the path/, 'merge', studyFolder, 'none.age');
  expect(existsSync(at('x.age'))).toBe(false);
}, 180_000);
