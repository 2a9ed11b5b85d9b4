// Widened runs against distances of all voxels: two ways to the same margin.
import { describe, expect, it } from 'vitest';
import { maskOf } from './block.ts';
import { squaredDistances, TIE } from './distance.ts';
import { nearerThan } from './margin.ts';
import { randomBlock } from './random-blocks.ts';
import { rowsWithin, widened } from './widen-runs.ts';

describe('widened runs', () => {
  it.each([1, 2, 3, 4, 5, 6])('reach what distances say is within a margin (%i)', (seed) => {
    const block = randomBlock(seed, [23, 17, 11]);
    const { shape, spacing } = block;
    const mask = maskOf(block.labels, 1);
    for (const target of [0, 1] as const)
      for (const mm of [0.3, 0.7, 0.9, 1.8, 2, 3.5, 7, 25]) {
        const squared = squaredDistances(mask, shape, spacing, target);
        const want = Uint8Array.from(squared, (d) => (d <= mm * mm * TIE ? 1 : 0));
        expect(widened(shape, mask, target, rowsWithin(spacing, mm))).toEqual(want);
        expect(nearerThan(block, mask, target, mm)).toEqual(want);
      }
  });

  it('count the rows of a ball: in a margin of no row but its own, runs widen along it alone', () => {
    expect(rowsWithin([0.5, 3, 3], 2)).toEqual([{ j: 0, k: 0, wider: 4 }]);
    expect(rowsWithin([1, 1, 1], 25).length).toBeGreaterThan(700);
  });
});
