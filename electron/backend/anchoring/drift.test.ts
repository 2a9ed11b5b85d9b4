// Limits of an individuals chart by hand, and a jump that shows.
import { expect, it } from 'vitest';
import { chartOf, driftOf } from './drift.ts';
import type { SealedRead } from '../agreement/service.ts';

const points = (values: number[]) =>
  values.map((value, n) => ({
    readId: `r${n}`,
    caseId: `c${n}`,
    round: 1,
    sealedAt: `2026-01-${String(n + 1).padStart(2, '0')}`,
    value,
  }));

it('has the mean and 2.66 mean moving ranges', () => {
  const chart = chartOf(points([1, 1.2, 1, 1.2]).toReversed());
  expect(chart.points.map((point) => point.readId)).toEqual(['r0', 'r1', 'r2', 'r3']);
  expect(chart.centre).toBeCloseTo(1.1, 12);
  expect(chart.upper).toBeCloseTo(1.1 + 2.66 * 0.2, 12);
  expect(chart.lower).toBeCloseTo(1.1 - 2.66 * 0.2, 12);
  expect(chart.points.some((point) => point.outside)).toBe(false);
});

it('marks a read far from the others', () => {
  const chart = chartOf(points([1, 1.01, 0.99, 1, 1.01, 1, 0.99, 1, 1.5, 1, 1.01, 1]));
  expect(chart.points.filter((point) => point.outside).map((point) => point.readId)).toEqual(['r8']);
});

it('one point has no limits', () => {
  expect(chartOf(points([1]))).toMatchObject({ centre: null, lower: null, upper: null });
});

it('has a chart of Dice with the consensus for the reads of cases that have one, and says where there is none', () => {
  const grid = { shape: [10, 10, 10], spacing: [1, 1, 1] };
  const read = (n: number, personId: string, voxels: number) => ({
    readId: `r${n}`, caseId: `c${n >> 1}`, personId, round: 1, source: 'concord', grid, counts: { 1: voxels },
    sealedAt: `2026-01-0${n + 1}`,
  }); // prettier-ignore
  const reads = [read(0, 'ada', 100), read(1, 'ben', 300), read(2, 'ada', 50)] as unknown as SealedRead[];
  const none = { run: null, stale: false, rows: [] };
  const drift = driftOf(reads, [1], none, new Map([['r0/1', 0.9], ['r2/1', 0.7]])); // prettier-ignore
  const [ada, ben] = drift.readers;
  expect(ada.structures[0].consensus.points.map(({ caseId, value }) => [caseId, value])).toEqual([
    ['c0', 0.9],
    ['c1', 0.7],
  ]);
  expect(ben.structures[0].consensus.points).toEqual([]);
  // 100 and 300 voxels: half and one and a half of their mean; alone in a case there is nothing to compare with.
  expect(ada.structures[0].volume.points.map((point) => point.value)).toEqual([expect.closeTo(0.5, 12)]);
  expect(ben.structures[0].volume.points.map((point) => point.value)).toEqual([expect.closeTo(1.5, 12)]);
  expect(drift.notes.join()).not.toMatch(/No consensus/);
  expect(driftOf(reads, [1], none, new Map()).notes.join()).toMatch(/No consensus is sealed yet/);
});
