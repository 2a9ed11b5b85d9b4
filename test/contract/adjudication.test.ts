// Adjudication over the fetch handler: where two reads differ, region by region, and a consensus with its provenance.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createHash } from 'node:crypto';
import type { Consensus, Disagreement, Outcome } from '../../electron/contract/adjudication.ts';
import type { Read } from '../../electron/contract/reads.ts';
import type { Drift } from '../../electron/contract/activity.ts';
import { decodeMask } from '../../electron/contract/mask-bytes.ts';
import {
  openRead,
  patchOver,
  sendPatch,
  studyOverFetch,
  VOXELS,
  type StudyOverFetch,
} from '../fixtures/study-over-fetch.ts';

let study: StudyOverFetch;
const ids: string[] = [];
/** Runs of voxels along i in a 32³ volume. */
const DRAWN = [
  [[100, 120], [5000, 5010]],
  [[105, 125], [9000, 9004]],
]; // prettier-ignore
beforeAll(async () => {
  study = await studyOverFetch({ cases: 1 });
  for (const [n, { token }] of study.readers.entries()) {
    const read = await openRead(study, token);
    for (const [seq, [from, to]] of DRAWN[n].entries())
      await sendPatch(study, token, read, seq + 1, patchOver(from, to, 0, 1));
    await study.call('POST', `${study.base}/reads/${read.id}/seal`, { token, lease: read.lease });
    ids.push(read.id);
  }
}, 60_000);
afterAll(() => study.close());

const call = (method: string, path: string, json?: object) =>
  study.call(method, `${study.base}${path}`, { token: study.coordinator, ...(json ? { json } : {}) });
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n);
const drawnIn = async (id: string) => {
  const bytes = await (await call('GET', `/consensus/${id}/mask`)).bytes();
  return [...decodeMask(bytes, VOXELS).entries()].filter(([, label]) => label === 1).map(([voxel]) => voxel);
};

it('begins with the vote, is decided region by region, sealed, and leaves the reads alone', async () => {
  expect((await call('POST', '/consensus', { reads: [ids[0], ids[0]] })).code).toBe('reads-not-together');
  expect((await call('POST', '/consensus', { reads: [ids[0], '0'.repeat(20)] })).code).toBe(
    'read-not-sealed',
  );
  const started = await (await call('POST', '/consensus', { reads: ids })).json<Consensus>();
  expect(started).toMatchObject({ state: 'draft', steps: [] });
  expect(started.inputs.map((input) => input.name)).toEqual(['Ada', 'Ben']);
  expect(await drawnIn(started.id)).toEqual(range(105, 120)); // two votes against each other are a tie
  const found = await (await call('GET', `/consensus/${started.id}/disagreement`)).json<Disagreement>();
  expect(found.regions.map((region) => region.voxels)).toEqual([10, 5, 5, 4]);
  expect(found.disagreedVoxels).toBe(24);
  expect(found.tiedVoxels).toBe(24);
  expect(found.regions[0].box).toEqual({ from: [8, 28, 4], to: [17, 28, 4] });
  expect(found.slices.map((slice) => [slice.slice, slice.disagreedVoxels])).toEqual([
    [0, 10],
    [4, 10],
    [8, 4],
  ]);
  const map = await (await call('GET', `/consensus/${started.id}/map`)).bytes();
  expect(decodeMask(map, VOXELS).reduce((sum, one) => sum + one, 0)).toBe(24);

  const take = (json: object) => call('POST', `/consensus/${started.id}/take`, json);
  expect((await take({ source: '0'.repeat(20) })).code).toBe('source-unknown');
  expect((await take({ source: 'vote', region: 5 })).code).toBe('region-unknown');
  const outside = { from: [0, 0, 0], to: [32, 0, 0] };
  expect((await take({ source: 'vote', box: outside })).code).toBe('box-outside');
  await take({ source: ids[0], region: 1 });
  expect(await drawnIn(started.id)).toEqual([...range(105, 120), ...range(5000, 5010)]);
  await take({ source: ids[1], box: { from: [0, 3, 0], to: [31, 3, 0] } });
  expect(await drawnIn(started.id)).toEqual([...range(105, 125), ...range(5000, 5010)]);
  await take({ source: 'staple' });
  const back = await (await call('POST', `/consensus/${started.id}/take-back`, {})).json<Consensus>();
  expect(back.steps.map((step) => step.source)).toEqual([ids[0], ids[1]]);
  expect(back.steps[0]).toMatchObject({ by: 'Cora', region: 1 });
  expect(await drawnIn(started.id)).toEqual([...range(105, 125), ...range(5000, 5010)]);

  const sealed = await (await call('POST', `/consensus/${started.id}/seal`, {})).json<Consensus>();
  expect(sealed.state).toBe('sealed');
  expect((await take({ source: 'vote' })).code).toBe('consensus-sealed');
  expect((await call('POST', `/consensus/${started.id}/seal`, {})).code).toBe('consensus-sealed');
  expect((await call('POST', `/consensus/${started.id}/open`, {})).code).toBe('consensus-sealed');
  const reopening = { reason: 'second thoughts' };
  expect((await call('POST', `/reads/${started.readId}/reopen`, reopening)).code).toBe('consensus-sealed');
  expect(await drawnIn(started.id)).toEqual([...range(105, 125), ...range(5000, 5010)]);
  const mask = await (await call('GET', `/reads/${ids[0]}/mask`)).bytes();
  expect(decodeMask(mask, VOXELS).reduce((sum, one) => sum + one, 0)).toBe(30);
  const verdict = await (
    await call('POST', '/audit/verify', {})
  ).json<{ intact: boolean; sealsChecked: number }>();
  expect(verdict).toMatchObject({ intact: true, sealsChecked: 3 });
  expect(await (await call('GET', '/consensus')).json()).toEqual([sealed]);
});

it('is drawn as a read by the coordinator, with provenance from the masks, and nobody else comes near it', async () => {
  const consensus = await (await call('POST', '/consensus', { reads: ids })).json<Consensus>();
  const at = `/consensus/${consensus.id}`;
  const opened = await (await call('POST', `${at}/open`, {})).json<Read>();
  expect(opened).toMatchObject({ id: consensus.readId, state: 'draft', aiAllowed: false, lastSeq: 0 });
  expect(opened.title).toMatch(/^Consensus of /);
  // The same consensus in a second window, and a step with no lease while the first holds it.
  expect((await call('POST', `${at}/open`, {})).code).toBe('read-open-elsewhere');
  expect((await call('POST', `${at}/take`, { source: 'vote' })).code).toBe('read-open-elsewhere');

  const read = `${study.base}/reads/${opened.id}`;
  const lease = opened.lease!;
  for (const { token } of study.readers) {
    for (const path of ['', '/mask', '/voxels', '/patches'])
      expect((await study.call('GET', `${read}${path}`, { token })).code).toBe('read-not-found');
    expect(
      (await study.call('POST', `${read}/undo`, { token, lease, json: { seq: 1, target: 1 } })).code,
    ).toBe('read-not-found');
  }

  // Ben's largest region under the window's lease, a stroke by hand, one taken back.
  const token = study.coordinator;
  const take = (json: object) => study.call('POST', `${study.base}${at}/take`, { token, lease, json });
  expect((await take({ source: 'vote' })).code).toBe('nothing-to-take');
  await take({ source: ids[0], region: 1 });
  await sendPatch(study, token, { ...opened, lease }, 2, patchOver(20_000, 20_003, 0, 1));
  await take({ source: ids[0], box: { from: [0, 0, 0], to: [31, 31, 0] } });
  await study.call('POST', `${read}/undo`, { token, lease, json: { seq: 4, target: 3 } });
  const told = await (await call('GET', at)).json<Consensus>();
  expect(told.steps).toMatchObject([{ source: ids[0], region: 1, by: 'Cora' }]);
  expect(told).toMatchObject({ byHand: 1, sha256: null });
  const patches = await (await call('GET', `/reads/${opened.id}/patches`)).json<{ tool: string }[]>();
  expect(patches.map(({ tool }) => tool)).toEqual([
    'Region 1 from A',
    'brush',
    'Slice 1 from A',
    'Slice 1 from A',
  ]);

  // Where they differ: 10 voxels as Ada has them; of the other 14, the vote left background, as one of both has it.
  const outcome = await (await call('GET', `${at}/outcome`)).json<Outcome>();
  expect(outcome.regions[0]).toEqual({ region: 1, voxels: 10, as: [10, 0], asNone: 0 });
  expect(outcome.disagreed).toEqual({ voxels: 24, as: [10 + 5 + 4, 5], asNone: 0 });
  expect(outcome.againstAll).toBe(3);

  await study.call('POST', `${read}/seal`, { token, lease });
  const sealed = await (await call('GET', at)).json<Consensus>();
  expect(sealed).toMatchObject({ state: 'sealed', byHand: 1 });
  const bytes = await (await call('GET', `${at}/mask`)).bytes();
  expect(sealed.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
  expect(await drawnIn(consensus.id)).toEqual([
    ...range(105, 120),
    ...range(5000, 5010),
    ...range(20_000, 20_003),
  ]);
  const { events } = await (await call('GET', '/audit?action=consensus.sealed')).json<{ events: object[] }>();
  expect(events).toHaveLength(2);
});

it('is what drift compares the readers with once it is sealed', async () => {
  const { readers } = await (await call('GET', '/drift')).json<Drift>();
  const dice = readers.map(({ structures }) =>
    structures.find(({ label }) => label === 1)!.consensus.points.map(({ value }) => value),
  );
  // The newest one: 28 voxels, of which Ada's 30 have 25 and Ben's 24 have 15.
  expect(dice[0]).toEqual([expect.closeTo((2 * 25) / (28 + 30), 12)]);
  expect(dice[1]).toEqual([expect.closeTo((2 * 15) / (28 + 24), 12)]);
});

it('tells of any sealed reads of a case where they differ', async () => {
  const query = `reads=${ids.join(',')}`;
  const found = await (await call('GET', `/disagreement?${query}`)).json<Disagreement>();
  const [first] = found.regions;
  expect(first).toMatchObject({ slice: 4, marked: [[{ label: 1, voxels: 10 }], []] });
  expect(first.areaMm2).toBeGreaterThan(0);
  expect(first.volumeMl).toBeGreaterThan(0);
  const entropy = decodeMask(await (await call('GET', `/disagreement/entropy?${query}`)).bytes(), VOXELS);
  expect(entropy.filter((level) => level === 255)).toHaveLength(24);
  expect(entropy.filter((level) => level !== 0)).toHaveLength(24);
  expect((await call('GET', '/disagreement?reads=x')).code).toBe('invalid-request');
  expect((await call('GET', `/disagreement?reads=${ids[0]},${'0'.repeat(20)}`)).code).toBe('read-not-sealed');
});
