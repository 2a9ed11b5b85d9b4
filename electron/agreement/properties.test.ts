// What must hold for any two masks: symmetry, bounds, flips, other names for labels, identity, monotonicity.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareMasks } from './compare.ts';
import {
  PatternIndex,
  majorityVote,
  paintPatterns,
  staple,
  voteEntropy,
  voxelAgreement,
} from './consensus/index.ts';
import { extendedMetrics } from './surfaces/index.ts';
import type { MaskGrid } from './types.ts';

const runs = { numRuns: 20 };
const step = fc.constantFrom(0.5, 0.7, 1, 1.25, 3);
const grids: fc.Arbitrary<MaskGrid> = fc.record({
  shape: fc.tuple(
    fc.integer({ min: 1, max: 7 }),
    fc.integer({ min: 1, max: 6 }),
    fc.integer({ min: 1, max: 5 }),
  ),
  spacing: fc.tuple(step, step, step),
});
/** Two to four masks of labels 0…2 on one grid; some empty, some full. */
const sets = grids.chain((grid) => {
  const voxels = grid.shape[0] * grid.shape[1] * grid.shape[2];
  const drawn = fc.array(fc.constantFrom(0, 0, 0, 1, 1, 2), { minLength: voxels, maxLength: voxels });
  const mask = fc.oneof(
    { weight: 8, arbitrary: drawn },
    fc.constant(new Array<number>(voxels).fill(0)),
    fc.constant(new Array<number>(voxels).fill(1)),
  );
  return fc.record({
    grid: fc.constant(grid),
    masks: fc.array(
      mask.map((labels) => Uint8Array.from(labels)),
      { minLength: 2, maxLength: 4 },
    ),
  });
});

function flipped(mask: Uint8Array, [nx, ny, nz]: MaskGrid['shape'], axis: number): Uint8Array {
  return mask.map((_, at) => {
    const voxel = [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))];
    voxel[axis] = [nx, ny, nz][axis] - 1 - voxel[axis];
    return mask[(voxel[2] * ny + voxel[1]) * nx + voxel[0]];
  });
}
/** Equal numbers to rounding, equal nulls; texts and counts exactly. */
function same(a: unknown, b: unknown): void {
  if (typeof a === 'number' && typeof b === 'number') {
    expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(a)));
  } else if (a !== null && b !== null && typeof a === 'object' && typeof b === 'object') {
    for (const key of Object.keys(a))
      same((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]);
  } else expect(b).toEqual(a);
}
function noNaN(value: unknown): void {
  if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
  else if (value !== null && typeof value === 'object') Object.values(value).forEach(noNaN);
}

describe('two masks', () => {
  it('changing places keeps what is symmetric and turns what is not', () => {
    fc.assert(
      fc.property(sets, ({ grid, masks: [a, b] }) => {
        const [there] = compareMasks(a, b, grid, [1]);
        const [back] = compareMasks(b, a, grid, [1]);
        for (const key of ['dice', 'jaccard', 'kappa', 'surface'] as const) same(there[key], back[key]);
        same(there.precision, back.recall);
        same(there.volumeDifferenceMl, -back.volumeDifferenceMl!);
        const [more, less] = [extendedMetrics(a, b, grid, 1), extendedMetrics(b, a, grid, 1)];
        same(more.mcc, less.mcc);
        same(more.boundaryIou, less.boundaryIou);
        same(more.surfels.hd95MaxMm, less.surfels.hd95MaxMm);
        same(more.surfels.assdMm, less.surfels.assdMm);
      }),
      runs,
    );
  });
  it('flips of the grid and other numbers for labels change nothing', () => {
    fc.assert(
      fc.property(sets, fc.nat(2), ({ grid, masks: [a, b] }, axis) => {
        const turned = [a, b].map((mask) => flipped(mask, grid.shape, axis));
        same(compareMasks(a, b, grid, [1]), compareMasks(turned[0], turned[1], grid, [1]));
        same(extendedMetrics(a, b, grid, 1), extendedMetrics(turned[0], turned[1], grid, 1));
        const renamed = [a, b].map((mask) => mask.map((label) => [0, 9, 200][label]));
        const [found] = compareMasks(renamed[0], renamed[1], grid, [9]);
        same({ ...compareMasks(a, b, grid, [1])[0], label: 9, notes: [] }, { ...found, notes: [] });
      }),
      runs,
    );
  });
  it('bounds, order of distances, Dice and Jaccard as each other, nothing but numbers and null', () => {
    fc.assert(
      fc.property(sets, ({ grid, masks: [a, b] }) => {
        const [found] = compareMasks(a, b, grid, [1]);
        const more = extendedMetrics(a, b, grid, 1);
        noNaN([found, more]);
        for (const share of [
          found.dice,
          found.jaccard,
          found.precision,
          found.recall,
          found.surface.nsd,
          more.boundaryIou,
          more.surfels.nsd,
        ]) {
          if (share !== null) expect(share >= 0 && share <= 1 + 1e-12).toBe(true);
        }
        for (const kappa of [found.kappa.image, found.kappa.union10mm, more.mcc.image, more.mcc.union10mm]) {
          if (kappa !== null) expect(kappa >= -1 - 1e-12 && kappa <= 1 + 1e-12).toBe(true);
        }
        if (found.dice !== null) same(found.jaccard, found.dice / (2 - found.dice));
        const { hausdorffMm, hd95MaxMm, hd95MeanMm, hd95PooledMm } = found.surface;
        if (hausdorffMm === null) {
          expect([null, 0]).toContain(found.dice);
          return;
        }
        expect(hd95MaxMm!).toBeLessThanOrEqual(hausdorffMm + 1e-9);
        expect(hd95MeanMm!).toBeLessThanOrEqual(hd95MaxMm! + 1e-9);
        expect(hd95PooledMm!).toBeLessThanOrEqual(hausdorffMm + 1e-9);
        expect(more.surfels.hd95MaxMm!).toBeLessThanOrEqual(more.surfels.hausdorffMm! + 1e-9);
      }),
      runs,
    );
  });
  it('a mask and itself: full agreement; one more agreed voxel: not less Dice', () => {
    fc.assert(
      fc.property(sets, fc.nat(1000), ({ grid, masks: [a, b] }, place) => {
        const [own] = compareMasks(a, a, grid, [1]);
        if (a.includes(1)) {
          expect(own).toMatchObject({ dice: 1, jaccard: 1, surface: { hausdorffMm: 0, nsd: 1 } });
          expect(extendedMetrics(a, a, grid, 1)).toMatchObject({
            boundaryIou: 1,
            surfels: { hausdorffMm: 0, nsd: 1 },
          });
        } else expect(own.dice).toBeNull();
        const at = place % a.length;
        const [x, y] = [a, b].map((mask) => mask.map((label, n) => (n === at ? 1 : label)));
        const before = compareMasks(a, b, grid, [1])[0].dice;
        if (before !== null)
          expect(compareMasks(x, y, grid, [1])[0].dice!).toBeGreaterThanOrEqual(before - 1e-12);
      }),
      runs,
    );
  });
});

describe('several masks', () => {
  it('the order of readers does not matter, equal masks agree fully, nothing is NaN', () => {
    fc.assert(
      fc.property(sets, ({ masks }) => {
        const [index, turned] = [new PatternIndex(masks), new PatternIndex(masks.toReversed())];
        const [patterns, others] = [index.count(), turned.count()];
        const found = voxelAgreement(patterns);
        same(found, voxelAgreement(others));
        noNaN(found);
        const paint = (which: PatternIndex, values: ArrayLike<number>) =>
          paintPatterns(which, values, new Float32Array(masks[0].length));
        same(
          [...paint(index, majorityVote(patterns).winner)],
          [...paint(turned, majorityVote(others).winner)],
        );
        same([...paint(index, voteEntropy(patterns))], [...paint(turned, voteEntropy(others))]);
        const binary = new PatternIndex(masks, 1).count();
        const truth = staple(binary);
        noNaN([truth]);
        if (truth)
          for (const p of [...truth.sensitivity, ...truth.specificity, ...truth.probability])
            expect(p >= 0 && p <= 1 + 1e-12).toBe(true);
        else expect([0, 1]).toContain([...binary.voxels].slice(1).reduce((a, b) => a + b, 0) / binary.total);
        const equal = voxelAgreement(new PatternIndex([masks[0], masks[0], masks[0]]).count());
        if (equal.fleiss !== null)
          expect([equal.fleiss, equal.gwetAc1, equal.generalisedDice]).toEqual([1, 1, 1]);
        if (masks[0].some((label) => label > 0)) expect(equal.generalisedDice).toBe(1);
      }),
      runs,
    );
  });
});
