// Blinding, asked of the fetch handler as a curious reader would: every route, with every id that can be had.
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Read } from '../../electron/contract/reads.ts';
import type { BoardEntry } from '../../electron/contract/reads.ts';
import { decodeMask } from '../../electron/contract/mask-bytes.ts';
import {
  openRead,
  patchOver,
  sendPatch,
  studyOverFetch,
  VOXELS,
  worklist,
  type StudyOverFetch,
} from '../fixtures/study-over-fetch.ts';

const DAY = 86_400_000;
let study: StudyOverFetch;
let clock: number;
beforeEach(async () => {
  clock = Date.parse('2026-03-01T10:00:00.000Z');
  study = await studyOverFetch({ now: () => clock, cases: 3 });
}, 60_000);
afterEach(() => study.close());

const at = (path: string) => `${study.base}${path}`;

/** Bodies that get past validation, by the end of the route; a route not named here is sent nothing. */
const BODIES: Record<string, object> = {
  '/patches?seq=1&tool=brush&label=1&milliseconds=1': { body: patchOver(0, 5, 0, 1) },
  '/undo': { json: { seq: 1, target: 1 } },
  '/redo': { json: { seq: 1, target: 1 } },
  '/heartbeat': { json: { activeSeconds: 1 } },
  '/inference': { json: { modelId: 'any' } },
  '/form': { json: { answers: [] } },
  '/view': { json: { window: { width: 400, level: 40 }, crosshair: [1, 1, 1] } },
  '/annotations': {
    json: {
      kind: 'ruler',
      plane: 'axial',
      slice: 1,
      points: [
        [0, 0, 0],
        [3, 4, 0],
      ],
    },
  },
};

/** Asks every route there is about one read; `METHOD path` → "status code". */
async function askEverything(
  readId: string,
  token: string,
  lease: string | null,
): Promise<Map<string, string>> {
  const answers = new Map<string, string>();
  for (const { method, path } of study.backend.routes) {
    const [, rest] = path.split('/reads/:read');
    if (rest === undefined) continue;
    const query = method === 'POST' && rest === '/patches' ? '?seq=1&tool=brush&label=1&milliseconds=1' : '';
    const asked = `${rest.replace(':seq', '1')}${query}`;
    const options = { token, lease, ...(method === 'POST' ? BODIES[asked] : {}) };
    const answer = await study.call(method, at(`/reads/${readId}${asked}`), options);
    answers.set(`${method} ${rest}`, `${answer.status} ${answer.code}`);
  }
  return answers;
}

it("another reader's read answers like one that does not exist, draft or sealed", async () => {
  const [ada, ben] = study.readers;
  const read = await openRead(study, ada.token);
  await sendPatch(study, ada.token, read, 1, patchOver(0, 9, 0, 1));
  const none = await askEverything('00000000000000000000', ben.token, 'x');
  expect(none.size).toBeGreaterThanOrEqual(13);
  for (const [route, answer] of none) {
    expect(answer, route).toBe(route === 'POST /reopen' ? '403 coordinator-only' : '404 read-not-found');
  }
  expect(await askEverything(read.id, ben.token, read.lease)).toEqual(none);
  await study.call('POST', at(`/reads/${read.id}/seal`), { token: ada.token, lease: read.lease });
  expect(await askEverything(read.id, ben.token, read.lease)).toEqual(none);
  const [item] = await worklist(study, ada.token);
  const open = await study.call('POST', at('/reads'), {
    token: ben.token,
    json: { assignmentId: item.assignmentId },
  });
  expect([open.status, open.code]).toEqual([404, 'assignment-not-found']);
});

it('nobody gets anything without signing in', async () => {
  const read = await openRead(study, study.readers[0].token);
  for (const [route, answer] of await askEverything(read.id, '', read.lease)) {
    expect(answer, route).toBe('401 sign-in-needed');
  }
});

it('a reader cannot reach what coordinators see', async () => {
  const { token } = study.readers[0];
  const [caseId] = study.secrets;
  for (const path of [
    '/overview',
    '/board',
    '/cases',
    `/cases/${caseId}/thumbnail`,
    `/cases/${caseId}/voxels`,
    '/agreement',
    '/audit',
  ]) {
    expect((await study.call('GET', at(path), { token })).code, path).toMatch(
      /^(coordinator|overseer)-only$/,
    );
  }
});

it('the second round is locked until its washout is over, and the first stays out of sight until it is sealed', async () => {
  const { token } = study.readers[0];
  const first = await openRead(study, token);
  await sendPatch(study, token, first, 1, patchOver(0, 9, 0, 1));
  await study.call('POST', at(`/reads/${first.id}/seal`), { token, lease: first.lease });
  const look = async (read: string) => {
    const codes = new Set<string | null>();
    for (const path of ['', '/voxels', '/mask', '/mask?after=0', '/mask.nii.gz', '/patches', '/patches/1']) {
      codes.add((await study.call('GET', at(`/reads/${read}${path}`), { token })).code);
    }
    return [...codes];
  };
  expect(await look(first.id)).toEqual(['read-not-found']);

  const locked = (await worklist(study, token)).filter((item) => item.round.number === 2);
  expect(locked.map((item) => item.state)).toEqual(['locked', 'locked', 'locked']);
  const waiting = locked.find((item) => item.unlocksAt !== null);
  if (!waiting) throw new Error('no item waits for its washout');
  // The seal's hour and minute would tell which of the first round's items it is.
  expect(waiting.unlocksAt).toBe('2026-03-16T00:00:00.000Z');
  expect(waiting.lockedBecause).toBe('Opens on 16 March 2026, when the washout of 14 days is over.');
  const open = () =>
    study.call('POST', at('/reads'), { token, json: { assignmentId: waiting.assignmentId } });
  clock += 14 * DAY - 1;
  expect((await open()).code).toBe('read-locked');
  clock += 1;
  const second = await (await open()).json<Read>();
  expect(second).toMatchObject({ state: 'draft', lastSeq: 0, base: { kind: 'blank' } });
  expect(await look(first.id)).toEqual(['read-not-found']);
  const blank = await study.call('GET', at(`/reads/${second.id}/mask`), { token });
  expect(decodeMask(await blank.bytes(), VOXELS).every((label) => label === 0)).toBe(true);
  const reopen = { token: study.coordinator, json: { reason: 'look again' } };
  expect((await study.call('POST', at(`/reads/${first.id}/reopen`), reopen)).code).toBe(
    'later-round-started',
  );

  await study.call('POST', at(`/reads/${second.id}/seal`), { token, lease: second.lease });
  expect((await study.call('GET', at(`/reads/${first.id}/mask`), { token })).status).toBe(200);
  expect((await study.call('GET', at(`/reads/${second.id}/mask.nii.gz`), { token })).status).toBe(200);
});

it('nothing that a reader is told names a case, a file or an earlier place', async () => {
  const { token } = study.readers[0];
  const read = await openRead(study, token);
  const parts = [JSON.stringify(read)];
  await study.call('POST', at(`/reads/${read.id}/seal`), { token, lease: read.lease });
  for (const path of ['/worklist', '/jobs', `/reads/${read.id}`, '']) {
    parts.push(await (await study.call('GET', at(path), { token })).response.text());
  }
  clock += 15 * DAY;
  for (const item of (await worklist(study, token)).filter((i) => i.state === 'due')) {
    const json = { assignmentId: item.assignmentId };
    parts.push(await (await study.call('POST', at('/reads'), { token, json })).response.text());
  }
  const told = parts.join('\n');
  expect(told.length).toBeGreaterThan(1000);
  for (const secret of study.secrets) expect(told, secret).not.toContain(secret);
});

it('a coordinator sees sealed masks, and drafts only as a line of the board', async () => {
  const [ada] = study.readers;
  const token = study.coordinator;
  const read = await openRead(study, ada.token);
  expect((await study.call('GET', at(`/reads/${read.id}/mask`), { token })).code).toBe('read-not-found');
  expect((await sendPatch(study, token, read, 1, patchOver(0, 5, 0, 1))).code).toBe('read-not-found');
  const board = await (await study.call('GET', at('/board'), { token })).json<BoardEntry[]>();
  expect(board).toHaveLength(2 * 3 * 2);
  expect(board.filter((entry) => entry.state === 'draft').map((entry) => entry.readId)).toEqual([read.id]);
  await study.call('POST', at(`/reads/${read.id}/seal`), { token: ada.token, lease: read.lease });
  expect((await study.call('GET', at(`/reads/${read.id}/mask`), { token })).status).toBe(200);
});
