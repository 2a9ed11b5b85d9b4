// The road of a read through the fetch handler: open, draw, undo, lease, seal, export, reopen, verify.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { decodeMask, encodeDifference } from '../../electron/contract/mask-bytes.ts';
import {
  BoardEntrySchema,
  PatchAcknowledgedSchema,
  PatchEntrySchema,
  ReadSchema,
  WorklistItemSchema,
  type Read,
} from '../../electron/contract/reads.ts';
import { AuditEventSchema, AuditVerdictSchema } from '../../electron/contract/audit.ts';
import { readMask, writeNifti } from '../../electron/imaging/index.ts';
import {
  FILE_GRID,
  openRead,
  patchOver,
  sendPatch,
  studyOverFetch,
  VOXELS,
  worklist,
  type StudyOverFetch,
} from '../fixtures/study-over-fetch.ts';

let study: StudyOverFetch;
let clock: number;
beforeEach(async () => {
  clock = Date.parse('2026-03-01T10:00:00.000Z');
  study = await studyOverFetch({ now: () => clock });
}, 60_000);
afterEach(() => study.close());

const at = (path: string) => `${study.base}${path}`;

it('a read is opened, drawn, undone, sealed, exported and verified', async () => {
  const [ada] = study.readers;
  const { token } = ada;
  const read = ReadSchema.parse(await openRead(study, token));
  expect(read).toMatchObject({ title: 'Case 1', state: 'draft', lastSeq: 0, base: { kind: 'blank' } });
  const voxels = await study.call('GET', at(`/reads/${read.id}/voxels`), { token });
  expect((await voxels.bytes()).length).toBe(VOXELS * 2);
  const slices = await study.call('GET', at(`/reads/${read.id}/voxels?from=3&count=2`), { token });
  expect((await slices.bytes()).length).toBe(32 * 32 * 2 * 2);

  const acknowledged = await sendPatch(study, token, read, 1, patchOver(100, 140, 0, 1));
  expect(PatchAcknowledgedSchema.parse(await acknowledged.json()).seq).toBe(1);
  await sendPatch(study, token, read, 2, patchOver(120, 160, 0, 2), 2).then((a) =>
    expect(a.code).toBe('patch-does-not-fit'),
  );
  expect((await sendPatch(study, token, read, 2, patchOver(140, 160, 0, 2), 2)).status).toBe(200);
  const step = (kind: string, seq: number, target: number) =>
    study.call('POST', at(`/reads/${read.id}/${kind}`), { token, lease: read.lease, json: { seq, target } });
  expect((await step('undo', 3, 1)).code).toBe('not-the-last-step');
  expect((await step('undo', 3, 2)).status).toBe(200);
  expect((await step('redo', 4, 2)).status).toBe(200);
  expect((await step('undo', 5, 2)).status).toBe(200);
  const entries = await (
    await study.call('GET', at(`/reads/${read.id}/patches`), { token })
  ).json<unknown[]>();
  expect(entries.map((entry) => PatchEntrySchema.parse(entry).kind)).toEqual([
    'edit',
    'edit',
    'undo',
    'redo',
    'undo',
  ]);
  const mask = await study.call('GET', at(`/reads/${read.id}/mask`), { token });
  expect(mask.response.headers.get('x-concord-seq')).toBe('5');
  const drawn = new Uint8Array(VOXELS).fill(1, 100, 140);
  expect(Buffer.compare(decodeMask(await mask.bytes(), VOXELS), drawn)).toBe(0);

  expect((await study.call('GET', at(`/reads/${read.id}/mask.nii.gz`), { token })).code).toBe(
    'read-not-sealed',
  );
  clock += 8000;
  const beat = { token, lease: read.lease, json: { activeSeconds: 7.5 } };
  expect((await study.call('POST', at(`/reads/${read.id}/heartbeat`), beat)).status).toBe(204);
  const seal = await study.call('POST', at(`/reads/${read.id}/seal`), { token, lease: read.lease });
  const sealed = ReadSchema.parse(await seal.json());
  expect(sealed).toMatchObject({ state: 'sealed', lease: null, activeSeconds: 7.5 });
  expect(sealed.sealedSha256).toMatch(/^[0-9a-f]{64}$/);
  for (const refused of [
    await sendPatch(study, token, read, 6, patchOver(200, 210, 0, 1)),
    await step('undo', 6, 1),
    await study.call('POST', at(`/reads/${read.id}/seal`), { token, lease: read.lease }),
  ]) {
    expect([refused.status, refused.code]).toEqual([409, 'read-sealed']);
  }

  const file = await study.call('GET', at(`/reads/${read.id}/mask.nii.gz`), { token: study.coordinator });
  const path = join(study.folder, 'back.nii.gz');
  writeFileSync(path, await file.bytes());
  const back = await readMask(path);
  // Canonical axes run towards L, P, S and the file's towards R, A, S: i and j are turned round.
  const turned = Uint8Array.from(drawn, (_, v) => {
    const [i, j, k] = [v % 32, Math.floor(v / 32) % 32, Math.floor(v / 1024)];
    return drawn[31 - i + 32 * (31 - j + 32 * k)];
  });
  expect(Buffer.compare(back.labels, turned)).toBe(0);

  const board = await (await study.call('GET', at('/board'), { token: study.coordinator })).json<unknown[]>();
  const line = board.map((entry) => BoardEntrySchema.parse(entry)).find((entry) => entry.readId === read.id);
  expect(line).toMatchObject({ state: 'sealed', activeSeconds: 7.5, imported: false, version: 1 });
  const trail = await study.call('GET', at('/audit'), { token: study.coordinator });
  const events = (await trail.json<{ events: unknown[] }>()).events
    .map((event) => AuditEventSchema.parse(event))
    .filter((e) => e.subject === read.id);
  events.sort((a, b) => a.seq - b.seq);
  expect(events.map((event) => event.action)).toEqual(['read.opened', 'read.sealed']);
  expect(events[1].details).toMatchObject({ sha256: sealed.sealedSha256, counts: { 1: 40 }, patches: 5 });
  const verdict = await study.call('POST', at('/audit/verify'), { token: study.coordinator });
  expect(AuditVerdictSchema.parse(await verdict.json())).toMatchObject({ intact: true });
});

it('a stroke sent again after a lost answer is stored once; another under its number is refused', async () => {
  const { token } = study.readers[0];
  const read = await openRead(study, token);
  const first = await (await sendPatch(study, token, read, 1, patchOver(0, 10, 0, 1))).json();
  const again = await sendPatch(study, token, read, 1, patchOver(0, 10, 0, 1));
  expect(await again.json()).toEqual(first);
  const other = await sendPatch(study, token, read, 1, patchOver(0, 11, 0, 1));
  expect([other.status, other.code]).toEqual([409, 'patch-out-of-order']);
  expect((await other.json<{ fields: { message: string }[] }>()).fields[0].message).toBe('expected 2');
  expect((await sendPatch(study, token, read, 3, patchOver(20, 30, 0, 1))).code).toBe('patch-out-of-order');
  const { lastSeq } = await (await study.call('GET', at(`/reads/${read.id}`), { token })).json<Read>();
  expect(lastSeq).toBe(1);
});

it('bad strokes get a sentence and change nothing', async () => {
  const { token } = study.readers[0];
  const read = await openRead(study, token);
  const cases: [Uint8Array, string][] = [
    [new Uint8Array(), 'patch-empty'],
    [Uint8Array.of(1, 2, 3), 'patch-bytes-damaged'],
    [Uint8Array.of(0, 5, 0, 0), 'patch-bytes-damaged'],
    [patchOver(VOXELS - 3, VOXELS + 3, 0, 1), 'patch-bytes-damaged'],
    [patchOver(0, 5, 0, 9), 'label-unknown'],
    [patchOver(0, 5, 2, 1), 'patch-does-not-fit'],
  ];
  for (const [bytes, expected] of cases) {
    const answer = await sendPatch(study, token, read, 1, bytes);
    expect(answer.code).toBe(expected);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect((await answer.json<{ detail: string }>()).detail).not.toMatch(/\n|at .*\.ts/);
  }
  expect((await sendPatch(study, token, read, 1, patchOver(0, 5, 0, 1), 9)).code).toBe('label-unknown');
  expect((await sendPatch(study, token, { ...read, lease: null }, 1, patchOver(0, 5, 0, 1))).code).toBe(
    'lease-lost',
  );
  const odd = await study.call('POST', at(`/reads/${read.id}/patches?seq=x&tool=&label=1&milliseconds=1`), {
    token,
    lease: read.lease,
    body: patchOver(0, 5, 0, 1),
  });
  expect([odd.status, odd.code]).toEqual([400, 'invalid-request']);
  expect((await sendPatch(study, token, read, 1, patchOver(0, 5, 0, 1))).status).toBe(200);
});

it('one window draws; the second is refused until the first lets go or is gone', async () => {
  const { token } = study.readers[0];
  const read = await openRead(study, token);
  const open = async () => {
    const [item] = await worklist(study, token);
    return study.call('POST', at('/reads'), { token, json: { assignmentId: item.assignmentId } });
  };
  const refused = await open();
  expect([refused.status, refused.code]).toEqual([409, 'read-open-elsewhere']);
  await study.call('POST', at(`/reads/${read.id}/release?lease=${read.lease}`), { token });
  const second = await (await open()).json<Read>();
  expect(second.id).toBe(read.id);
  expect((await sendPatch(study, token, read, 1, patchOver(0, 5, 0, 1))).code).toBe('lease-lost');
  expect((await sendPatch(study, token, second, 1, patchOver(0, 5, 0, 1))).status).toBe(200);
  clock += 15_001;
  const third = await (await open()).json<Read>();
  expect((await sendPatch(study, token, second, 2, patchOver(10, 15, 0, 1))).code).toBe('lease-lost');
  expect(third.lastSeq).toBe(1);
});

it('a coordinator reopens with a reason; both versions stay', async () => {
  const { token } = study.readers[0];
  const read = await openRead(study, token);
  await sendPatch(study, token, read, 1, patchOver(0, 50, 0, 1));
  await study.call('POST', at(`/reads/${read.id}/seal`), { token, lease: read.lease });
  const reopen = (by: string, reason: string) =>
    study.call('POST', at(`/reads/${read.id}/reopen`), { token: by, json: { reason } });
  expect((await reopen(token, 'please')).code).toBe('coordinator-only');
  expect((await reopen(study.coordinator, ' ')).code).toBe('invalid-request');
  const { readId } = await (await reopen(study.coordinator, 'missed the tail')).json<{ readId: string }>();
  expect((await reopen(study.coordinator, 'once more')).code).toBe('read-not-sealed');
  const next = await openRead(study, token);
  expect(next).toMatchObject({ id: readId, version: 2, lastSeq: 0, base: { kind: 'revision' } });
  await sendPatch(study, token, next, 1, patchOver(0, 10, 1, 2), 2);
  await study.call('POST', at(`/reads/${next.id}/seal`), { token, lease: next.lease });
  const old = await study.call('GET', at(`/reads/${read.id}/mask`), { token: study.coordinator });
  expect(decodeMask(await old.bytes(), VOXELS).filter((l) => l === 1)).toHaveLength(50);
  const now = await study.call('GET', at(`/reads/${next.id}/mask`), { token: study.coordinator });
  expect(decodeMask(await now.bytes(), VOXELS).filter((l) => l === 1)).toHaveLength(40);
});

it('a mask drawn elsewhere comes in as a sealed read, or is refused with its reason', async () => {
  const [, ben] = study.readers;
  const token = study.coordinator;
  const labels = new Uint8Array(VOXELS).fill(2, 500, 700);
  const path = join(study.folder, 'elsewhere.nii.gz');
  const cases = await (await study.call('GET', at('/cases'), { token })).json<{ id: string }[]>();
  const json = { path, personId: ben.id, round: 1, caseId: cases[0].id };
  await writeNifti(path, { grid: { ...FILE_GRID, spacing: [0.8, 0.9, 2.6] }, labels });
  const odd = await study.call('POST', at('/imports/mask'), { token, json });
  expect([odd.status, odd.code]).toEqual([422, 'mask-grid-differs']);
  expect((await odd.json<{ detail: string }>()).detail).toMatch(/elsewhere\.nii\.gz.*spacing/);
  await writeNifti(path, { grid: FILE_GRID, labels });
  const taken = await study.call('POST', at('/imports/mask'), { token, json });
  expect(taken.status).toBe(201);
  const { readId } = await taken.json<{ readId: string }>();
  expect((await worklist(study, ben.token))[0]).toMatchObject({ state: 'sealed', readId });
  expect((await study.call('POST', at('/imports/mask'), { token, json })).code).toBe('read-exists');
  const file = await study.call('GET', at(`/reads/${readId}/mask.nii.gz`), { token });
  writeFileSync(path, await file.bytes());
  expect(Buffer.compare((await readMask(path)).labels, labels)).toBe(0);
});

it('worklist items hold what the contract says', async () => {
  const items = await worklist(study, study.readers[0].token);
  expect(items.map((item) => WorklistItemSchema.parse(item).state)).toEqual(['due', 'locked']);
});

it('a mask is had as it was after any step of a long history, whatever was undone since', async () => {
  const { token } = study.readers[0];
  const read = ReadSchema.parse(await openRead(study, token));
  const STEPS = 430;
  // The masks as they should be, drawn here beside the read: a run of ten a step, some of it over what was there.
  const states = [new Uint8Array(VOXELS)];
  for (let n = 1; n <= STEPS; n++) {
    const from = (n * 7) % (VOXELS - 10);
    const [before, label] = [states[n - 1], 1 + (n % 2)];
    const after = before.slice().fill(label, from, from + 10);
    const bytes = encodeDifference(before, after);
    expect((await sendPatch(study, token, read, n, bytes, label)).status).toBe(200);
    states.push(after);
  }
  const undo = { token, lease: read.lease, json: { seq: STEPS + 1, target: STEPS } };
  expect((await study.call('POST', at(`/reads/${read.id}/undo`), undo)).status).toBe(200);
  states.push(states[STEPS - 1]);
  for (const step of [0, 1, 57, 256, 400, 429, 430, 431]) {
    const mask = await study.call('GET', at(`/reads/${read.id}/mask?after=${step}`), { token });
    expect(mask.response.headers.get('x-concord-seq')).toBe(String(step));
    expect(Buffer.compare(decodeMask(await mask.bytes(), VOXELS), states[step]), String(step)).toBe(0);
  }
  const beyond = await study.call('GET', at(`/reads/${read.id}/mask?after=432`), { token });
  expect([beyond.status, beyond.code]).toEqual([404, 'step-not-found']);
  for (const wrong of ['-1', '1.5', 'last']) {
    const answer = await study.call('GET', at(`/reads/${read.id}/mask?after=${wrong}`), { token });
    expect(answer.status).toBe(400);
  }
}, 120_000);
