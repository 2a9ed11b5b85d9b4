// The design over the fetch handler: arms reach the reader as they were given, forms hold back what they must, and a
// clock set back opens nothing.
import { afterEach, describe, expect, it } from 'vitest';
import type { BoardEntry, Read } from '../../electron/contract/reads.ts';
import type { Form } from '../../electron/contract/forms.ts';
import type { StudyOverview } from '../../electron/contract/study.ts';
import { encodeMask } from '../../electron/contract/mask-bytes.ts';
import {
  openRead,
  patchOver,
  sendPatch,
  studyOverFetch,
  VOXELS,
  worklist,
  type FetchStudyOptions,
  type StudyOverFetch,
} from '../fixtures/study-over-fetch.ts';

const DAY = 86_400_000;
let study: StudyOverFetch;
let clock = Date.parse('2026-03-01T10:00:00.000Z');
afterEach(() => study.close());
async function start(options: FetchStudyOptions = {}) {
  clock = Date.parse('2026-03-01T10:00:00.000Z');
  study = await studyOverFetch({ now: () => clock, ...options });
}
const at = (path: string) => `${study.base}${path}`;
const post = (path: string, token: string, read: Pick<Read, 'id' | 'lease'>, json?: object) =>
  study.call('POST', at(`/reads/${read.id}${path}`), { token, lease: read.lease, json });
const seal = (token: string, read: Pick<Read, 'id' | 'lease'>) => post('/seal', token, read);
const boardOf = async () =>
  (await study.call('GET', at('/board'), { token: study.coordinator })).json<BoardEntry[]>();

/** Puts an AI mask into a read as a model's job would; answers with the refusal's code, or null. */
async function propose(readId: string): Promise<string | null> {
  const { services } = study.backend;
  const opened = services.studies.get(study.base.split('/').at(-1)!);
  const mask = new Uint8Array(VOXELS).fill(1, 50, 60);
  const bytes = encodeMask(mask);
  return services.masks.addProposal(opened, { readId, bytes, provenance: { modelName: 'Test' } }).then(
    () => null,
    (error: { code: string }) => error.code,
  );
}

describe('arms', () => {
  it('crossed: each reader gets each case in each arm, and AI masks enter only where the arm lets them', async () => {
    const arms = ['assisted', 'unassisted'];
    const rounds = [1, 2].map((n) => ({ name: `R${n}`, arm: 'assisted' as const, washoutDays: 0 }));
    await start({ cases: 4, rounds, protocol: { design: { armsBy: 'crossed', arms } } });
    const board = await boardOf();
    expect(board).toHaveLength(2 * 4 * 2);
    for (const { id } of study.readers) {
      for (const caseId of new Set(board.map((entry) => entry.caseId))) {
        const met = board.filter((entry) => entry.personId === id && entry.caseId === caseId);
        expect(met.map((entry) => entry.arm).toSorted()).toEqual(arms);
      }
      const first = board.filter((entry) => entry.personId === id && entry.roundNumber === 1);
      expect(first.filter((entry) => entry.arm === 'assisted')).toHaveLength(2);
    }
    const [{ token }] = study.readers;
    for (const item of (await worklist(study, token)).filter((i) => i.round.number === 1)) {
      const json = { assignmentId: item.assignmentId };
      const read = await (await study.call('POST', at('/reads'), { token, json })).json<Read>();
      const allowed = item.round.arm === 'assisted';
      expect(read.aiAllowed).toBe(allowed);
      expect(await propose(read.id)).toBe(allowed ? null : 'ai-not-allowed');
      if (!allowed) {
        const asked = await post('/inference', token, read, { modelId: 'any', provider: 'cpu' });
        expect([asked.status, asked.code]).toEqual([403, 'ai-not-allowed']);
        const kept = await post('/first-draft', token, read);
        expect(kept.code).toBe('first-draft-not-asked');
      }
    }
  });

  it('AI after the first draft: nothing of it before, the draft is kept as it was', async () => {
    await start({ rounds: [{ name: 'R', arm: 'after-draft', washoutDays: 0 }] });
    const [{ token }] = study.readers;
    const read = await openRead(study, token);
    expect(read).toMatchObject({ aiAllowed: false, firstDraftAt: null, round: { arm: 'after-draft' } });
    expect(await propose(read.id)).toBe('ai-not-yet');
    const asked = await post('/inference', token, read, { modelId: 'any', provider: 'cpu' });
    expect([asked.status, asked.code]).toEqual([403, 'ai-not-yet']);
    expect((await post('/first-draft', token, read)).code).toBe('first-draft-empty');
    expect((await seal(token, read)).code).toBe('first-draft-missing');
    await sendPatch(study, token, read, 1, patchOver(0, 20, 0, 1));
    const other = study.readers[1].token;
    expect((await post('/first-draft', other, read)).code).toBe('read-not-found');
    const kept = await (await post('/first-draft', token, read)).json<Read>();
    expect(kept).toMatchObject({ aiAllowed: true, firstDraftAt: new Date(clock).toISOString() });
    expect(await propose(read.id)).toBeNull();
    const again = await (await post('/first-draft', token, read)).json<Read>();
    expect(again.firstDraftAt).toBe(kept.firstDraftAt);
    expect((await seal(token, read)).status).toBe(200);
    const db = study.backend.services.studies.get(study.base.split('/').at(-1)!).database.read;
    const revisions = await db.selectFrom('mask_revision').select(['kind', 'counts']).execute();
    const counts = (kind: string) => revisions.filter((r) => r.kind === kind).map((r) => r.counts);
    expect(counts('revision')).toEqual(['{"1":20}']);
    expect(counts('sealed')).toEqual(['{"1":10}']);
  });

  it('a share of the cases is repeated, the same ones for both readers', async () => {
    const rounds = [
      { name: 'R1', arm: 'assisted' as const, washoutDays: 0 },
      { name: 'R2', arm: 'assisted' as const, washoutDays: 0, share: 0.5 },
    ];
    await start({ cases: 6, rounds });
    const board = await boardOf();
    const repeated = study.readers.map(({ id }) =>
      board
        .filter((e) => e.personId === id && e.roundNumber === 2)
        .map((e) => e.caseId)
        .toSorted(),
    );
    expect(repeated[0]).toHaveLength(3);
    expect(repeated[1]).toEqual(repeated[0]);
    expect(board.filter((e) => e.roundNumber === 1)).toHaveLength(12);
  });

  it('balanced: each case has so many readers, each reader as many cases', async () => {
    const design = { reading: 'balanced', readersPerCase: 2 };
    await start({ cases: 3, readers: ['Ada', 'Ben', 'Cid'], protocol: { design } });
    const board = (await boardOf()).filter((entry) => entry.roundNumber === 1);
    expect(board).toHaveLength(6);
    for (const { id, token } of study.readers) {
      expect(board.filter((entry) => entry.personId === id)).toHaveLength(2);
      expect((await worklist(study, token)).filter((i) => i.round.number === 1)).toHaveLength(2);
    }
  });
});

describe('forms', () => {
  const questions = [
    { text: 'Lesion visible?', scale: 'nominal', levels: ['yes', 'no'], moment: 'before' },
    { text: 'Confidence', scale: 'ordinal', levels: ['low', 'middle', 'high'], scope: 'structure' },
    { text: 'Diameter', scale: 'interval', minimum: 0, maximum: 200, unit: 'mm', required: false },
  ];
  it('what is asked before comes before the first stroke, the rest before the seal', async () => {
    await start({ protocol: { questions } });
    const [{ token }, { token: other }] = study.readers;
    const read = await openRead(study, token);
    const overview = await (
      await study.call('GET', at('/overview'), { token: study.coordinator })
    ).json<StudyOverview>();
    const [visible, confidence, diameter] = overview.questions;
    const answer = (...answers: object[]) => post('/form', token, read, { answers });
    expect((await sendPatch(study, token, read, 1, patchOver(0, 5, 0, 1))).code).toBe('answers-missing');
    expect(await propose(read.id)).toBe('answers-missing');
    expect((await answer({ questionId: visible.id, value: 'maybe' })).code).toBe('answer-not-fitting');
    expect((await answer({ questionId: visible.id, label: 1, value: 'yes' })).code).toBe('question-unknown');
    expect((await answer({ questionId: diameter.id, value: 300 })).code).toBe('answer-not-fitting');
    expect((await post('/form', other, read, { answers: [] })).code).toBe('read-not-found');
    expect((await answer({ questionId: visible.id, value: 'yes' })).status).toBe(200);
    expect((await sendPatch(study, token, read, 1, patchOver(0, 5, 0, 1))).status).toBe(200);
    expect((await answer({ questionId: visible.id, value: 'no' })).code).toBe('answer-fixed');
    const refused = await seal(token, read);
    expect([refused.status, refused.code]).toEqual([409, 'answers-missing']);
    expect((await refused.json<{ detail: string }>()).detail).toContain('“Confidence” and 1 more');
    await answer({ questionId: confidence.id, label: 1, value: 'low' });
    const form = await (
      await answer(
        { questionId: confidence.id, label: 2, value: 'high' },
        { questionId: confidence.id, label: 1, value: 'middle' },
      )
    ).json<Form>();
    expect(form.missing).toEqual([]);
    expect(form.answers.find((a) => a.label === 1)?.value).toBe('middle');
    expect((await seal(token, read)).status).toBe(200);
    expect((await answer({ questionId: diameter.id, value: 30 })).code).toBe('read-sealed');

    const reopen = { token: study.coordinator, json: { reason: 'look again' } };
    await study.call('POST', at(`/reads/${read.id}/reopen`), reopen);
    const second = await openRead(study, token);
    const carried = await (await study.call('GET', at(`/reads/${second.id}/form`), { token })).json<Form>();
    expect(carried.answers).toHaveLength(3);
  });
});

describe('the clock', () => {
  it('set back, it opens nothing, and what is sealed under it carries no past date', async () => {
    await start({ cases: 2 });
    const [{ token }] = study.readers;
    const read = await openRead(study, token);
    const sealedAt = clock;
    clock -= 20 * DAY;
    expect((await sendPatch(study, token, read, 1, patchOver(0, 5, 0, 1))).status).toBe(200);
    const sealed = await (await seal(token, read)).json<Read>();
    expect(sealed.sealedAt).toBe(new Date(sealedAt).toISOString());
    const next = (await worklist(study, token)).find((item) => item.state === 'due')!;
    const json = { assignmentId: next.assignmentId };
    const refused = await study.call('POST', at('/reads'), { token, json });
    expect([refused.status, refused.code]).toEqual([409, 'clock-set-back']);
    clock = sealedAt + DAY;
    const repeat = (await worklist(study, token)).filter((i) => i.round.number === 2 && i.unlocksAt);
    expect(repeat.map((item) => item.unlocksAt)).toEqual(['2026-03-16T00:00:00.000Z']);
    expect((await study.call('POST', at('/reads'), { token, json })).status).toBe(200);
  });

  it('a page counts no more active time than went by', async () => {
    await start();
    const [{ token }] = study.readers;
    const read = await openRead(study, token);
    clock += 5000;
    await post('/heartbeat', token, read, { activeSeconds: 3600 });
    clock += 5000;
    await post('/heartbeat', token, read, { activeSeconds: 5 });
    const shown = await (await study.call('GET', at(`/reads/${read.id}`), { token })).json<Read>();
    expect(shown.activeSeconds).toBe(12);
  });
});

describe('a protocol that cannot be satisfied says which constraint', () => {
  const one = [{ name: 'R', arm: 'assisted', washoutDays: 0 }];
  const arms = ['assisted', 'unassisted'];
  it.each([
    [
      { design: { armsBy: 'crossed', arms }, rounds: one },
      'design.armsBy',
      /number of rounds that 2 divides/,
    ],
    [{ design: { armsBy: 'case' } }, 'design.arms', /at least two arms/],
    [
      { design: { armsBy: 'reader', arms }, readers: [{ name: 'A', passphrase: 'open' }] },
      'design.arms',
      /2 readers; there are 1/,
    ],
    [{ design: { arms } }, 'design.arms', /given by round/],
    [{ design: { reading: 'balanced', readersPerCase: 5 } }, 'design.readersPerCase', /the study has 2/],
    [{ design: { reading: 'balanced' } }, 'design.readersPerCase', /how many readers/],
    [{ design: { reading: 'split-plot', groups: 3 } }, 'design.groups', /there are 2/],
    [
      { rounds: [{ name: 'R', arm: 'assisted', washoutDays: 0, share: 0.5 }] },
      'rounds.0.share',
      /first round/,
    ],
    [
      { design: { plannedCases: 4 }, rounds: [...one, { ...one[0], share: 0.1 }] },
      'rounds.1.share',
      /repeats none/,
    ],
    [{ questions: [{ text: 'Q', scale: 'ordinal', levels: ['a'] }] }, 'questions.0.levels', /two levels/],
    [{ auditors: [{ name: 'ADA', passphrase: 'open' }] }, 'auditors.0.name', /used twice/],
  ])('%j', async (more, path, message) => {
    await start();
    const protocol = {
      name: 'Impossible',
      modality: 'CT',
      structures: [{ label: 1, name: 'Liver', colour: '#e69f00' }],
      coordinator: { name: 'Cora', passphrase: 'open sesame' },
      readers: ['Ada', 'Ben'].map((name) => ({ name, passphrase: 'open sesame' })),
      ...more,
    };
    const answer = await study.call('POST', '/api/studies', { json: { protocol } });
    expect([answer.status, answer.code]).toEqual([400, 'invalid-request']);
    const { fields } = await answer.json<{ fields: { path: string; message: string }[] }>();
    const field = fields.find((one) => one.path === `protocol.${path}`);
    expect(field?.message, JSON.stringify(fields)).toMatch(message);
  });
});
