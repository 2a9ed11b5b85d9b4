// Adjudication over the fetch handler: where two reads differ, region by region, and a consensus with its provenance.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Consensus, Disagreement } from '../../electron/contract/adjudication.ts';
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
  const mask = await (await call('GET', `/reads/${ids[0]}/mask`)).bytes();
  expect(decodeMask(mask, VOXELS).reduce((sum, one) => sum + one, 0)).toBe(30);
  const verdict = await (await call('POST', '/audit/verify', {})).json<{ intact: boolean }>();
  expect(verdict.intact).toBe(true);
  expect(await (await call('GET', '/consensus')).json()).toEqual([sealed]);
});
