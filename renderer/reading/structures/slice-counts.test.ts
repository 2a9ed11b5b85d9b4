// Slices of each structure against counting all of them anew, through random changes.
import { describe, expect, it } from 'vitest';
import type { Triple } from '../../../electron/contract/geometry.ts';
import { SliceCounts } from './slice-counts.ts';

const SHAPE: Triple = [7, 5, 11];
const SLICE = SHAPE[0] * SHAPE[1];

function slicesAnew(labels: Uint8Array, label: number): number[] {
  return Array.from({ length: SHAPE[2] }, (_, k) => k).filter((k) =>
    labels.subarray(k * SLICE, (k + 1) * SLICE).includes(label),
  );
}
function settle(counts: SliceCounts, labels: Uint8Array): void {
  while (counts.work(labels, 2));
}

describe('slice counts', () => {
  it('follow changes by counting only what changed', () => {
    const labels = new Uint8Array(SLICE * SHAPE[2]);
    const counts = new SliceCounts(SHAPE);
    settle(counts, labels);
    expect(counts.slicesOf(1)).toBe(0);
    expect(counts.rangeOf(1)).toBeNull();
    let seed = 3;
    const random = (n: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
    for (let step = 0; step < 60; step++) {
      const [low, high] = [random(SHAPE[2]), random(SHAPE[2])].toSorted((a, b) => a - b);
      for (let n = 0; n < 4; n++) labels[(low + random(high - low + 1)) * SLICE + random(SLICE)] = random(3);
      counts.changed({ low: [0, 0, low], high: [6, 4, high] });
      settle(counts, labels);
      for (const label of [1, 2]) {
        const anew = slicesAnew(labels, label);
        expect(counts.slicesOf(label)).toBe(anew.length);
        expect(counts.rangeOf(label)).toEqual(anew.length ? [anew[0], anew.at(-1)] : null);
      }
    }
  });

  it('does its work in portions', () => {
    const labels = new Uint8Array(SLICE * SHAPE[2]);
    const counts = new SliceCounts(SHAPE);
    let portions = 1;
    while (counts.work(labels, 4)) portions++;
    expect(portions).toBe(3);
    expect(counts.work(labels, 4)).toBe(false);
    counts.changed({ low: [0, 0, 9], high: [1, 1, 9] });
    expect(counts.work(labels, 1)).toBe(false);
  });
});
