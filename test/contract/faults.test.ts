// The faults that a study meets in the field: each refused with a sentence that says what to do, and nothing lost.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tellsWhatToDo } from '../../electron/contract/advice.ts';
import { createBackend, type Backend } from '../../electron/backend/index.ts';
import type { ProblemDetails } from '../../electron/contract/problem.ts';
import {
  openRead,
  patchOver,
  sendPatch,
  studyOverFetch,
  worklist,
  type StudyOverFetch,
} from '../fixtures/study-over-fetch.ts';

const DAY = 86_400_000;
let study: StudyOverFetch;
let other: Backend;
let clock = Date.parse('2026-03-01T10:00:00.000Z');
const rounds = [
  { name: 'Round 1', arm: 'assisted' as const, washoutDays: 0 },
  { name: 'Round 2', arm: 'assisted' as const, washoutDays: 14 },
];
beforeAll(async () => {
  study = await studyOverFetch({ now: () => clock, monotonic: () => 0, cases: 2, rounds });
  const options = { host: 'test' as const, modelsFolder: `${study.folder}/models`, version: '0' };
  other = await createBackend({ ...options, home: `${study.folder}/other`, now: () => clock });
}, 60_000);
afterAll(async () => {
  await other?.close();
  await study?.close();
});
const opened = () => study.backend.services.studies.get(study.base.split('/').at(-1)!);
const details = async (answer: { response: Response }): Promise<ProblemDetails> =>
  (await answer.response.clone().json()) as ProblemDetails;
const events = async () =>
  (await opened().database.read.selectFrom('audit_event').select('seq').execute()).length;
const openDue = async (round: number) => {
  const [ada] = study.readers;
  const item = (await worklist(study, ada.token)).find(
    (one) => one.round.number === round && one.state === 'due',
  )!;
  const json = { assignmentId: item.assignmentId };
  return study.call('POST', `${study.base}/reads`, { token: ada.token, json });
};

describe('a clock that is set back', () => {
  it('opens nothing, says both times, and no washout ends sooner for it', async () => {
    const [ada] = study.readers;
    const read = await openRead(study, ada.token);
    await sendPatch(study, ada.token, read, 1, patchOver(0, 9, 0, 1));
    // Drawn before the clock is set back by a month, sealed after it.
    const right = clock;
    clock -= 30 * DAY;
    const seal = await study.call('POST', `${study.base}/reads/${read.id}/seal`, {
      token: ada.token,
      lease: read.lease,
    });
    expect(seal.status).toBe(200);
    const row = await opened()
      .database.read.selectFrom('read')
      .select('sealed_at')
      .where('id', '=', read.id)
      .executeTakeFirstOrThrow();
    expect(Date.parse(row.sealed_at!)).toBeGreaterThanOrEqual(right); // the audit chain's latest time, not the clock's
    const before = await events();
    const refused = await openDue(1);
    expect([refused.status, refused.code]).toEqual([409, 'clock-set-back']);
    const { detail } = await details(refused);
    expect(detail).toMatch(/2026-01-30 10:00.*2026-03-01 10:00/);
    expect(tellsWhatToDo(detail)).toBe(true);
    expect(await events()).toBe(before);
    // With the clock right again, the washout counts from the seal: 14 days, not a moment less.
    clock = right;
    const sealedAt = Date.parse(row.sealed_at!);
    const second = async () => {
      const items = (await worklist(study, ada.token)).filter((one) => one.round.number === 2);
      return items.filter((one) => one.state === 'due').length;
    };
    clock = sealedAt + 14 * DAY - 1;
    expect(await second()).toBe(0);
    clock = sealedAt + 14 * DAY;
    expect(await second()).toBe(1);
  });
});

it('the same read open in two Concords on one folder: the second is told who has it, and takes nothing away', async () => {
  const [ada] = study.readers;
  const read = await openRead(study, ada.token);
  const id = await other.openStudy(opened().folder);
  const ask = (path: string, json: object, token?: string) =>
    other.fetch(
      new Request(`http://concord.test/api/studies/${id}${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token ? { authorization: `Bearer ${token}` } : {}),
        },
        body: JSON.stringify(json),
      }),
    );
  const signed = await ask('/sign-in', { personId: ada.id, passphrase: 'open sesame' });
  const { token } = (await signed.json()) as { token: string };
  const { assignment_id } = await opened()
    .database.read.selectFrom('read')
    .select('assignment_id')
    .where('id', '=', read.id)
    .executeTakeFirstOrThrow();
  const answer = await ask('/reads', { assignmentId: assignment_id }, token);
  const problem = (await answer.json()) as ProblemDetails;
  expect([answer.status, problem.code]).toEqual([409, 'read-open-elsewhere']);
  expect(problem.detail).toMatch(/Close it there, or try again in \d+ seconds/);
  expect((await sendPatch(study, ada.token, read, 1, patchOver(0, 9, 0, 1))).status).toBe(200);
});

describe('a protocol that cannot be satisfied', () => {
  const base = {
    name: 'Impossible',
    modality: 'CT',
    structures: [{ label: 1, name: 'Liver', colour: '#e69f00' }],
    coordinator: { passphrase: 'open sesame' },
    readers: ['Ada', 'Ben'].map((name) => ({ name, passphrase: 'open sesame' })),
  };
  const crossed = { armsBy: 'crossed', arms: ['assisted', 'unassisted'] };
  it.each([
    ['crossed arms in three rounds', { design: crossed, rounds: [...rounds, { name: 'Three', washoutDays: 1 }] }, 'armsBy', /number of rounds that 2 divides.*there are 3/],
    ['crossed arms with a share', { design: crossed, rounds: [rounds[0], { ...rounds[1], share: 0.5 }] }, 'share', /every case in the first 2 rounds/],
    ['three readers a case of two', { design: { reading: 'balanced', readersPerCase: 3 } }, 'readersPerCase', /3 readers a case, but the study has 2/],
    ['four groups of two readers', { design: { reading: 'split-plot', groups: 4 } }, 'groups', /4 groups need at least as many readers; there are 2/],
    ['three arms by two readers', { design: { armsBy: 'reader', arms: ['assisted', 'unassisted', 'after-draft'] } }, 'arms', /need at least 3 readers; there are 2/],
    ['a first round of half the cases', { rounds: [{ ...rounds[0], share: 0.5 }] }, 'share', /first round reads every case/],
  ])('%s: says which constraint, at its field', async (_name, change, field, words) => {
    const answer = await study.call('POST', '/api/studies', { json: { protocol: { ...base, ...change } } });
    expect([answer.status, answer.code]).toEqual([400, 'invalid-request']);
    const problem = await details(answer);
    expect(problem.fields!.some(({ path, message }) => path.endsWith(field) && words.test(message))).toBe(true);
    expect(problem.detail).toMatch(words);
  }); // prettier-ignore
});

it('an audit trail changed behind Concord’s back is said by its first broken link', async () => {
  const { database } = opened();
  const all = await database.read.selectFrom('audit_event').selectAll().orderBy('seq').execute();
  // Each event's hash covers it and the hash before: computed again here, as the format is described.
  let previous = '0'.repeat(64);
  for (const row of all) {
    const text = JSON.stringify([row.seq, row.at, row.actor, row.action, row.subject, row.details, previous]);
    expect(createHash('sha256').update(text).digest('hex')).toBe(row.hash);
    previous = row.hash;
  }
  expect(await study.backend.services.verify(opened())).toMatchObject({ intact: true, events: all.length });
});
