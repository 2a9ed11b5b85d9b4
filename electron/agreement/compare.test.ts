// Properties of the comparison: symmetry, bounds, identity, flips; dense against runs; undefined where it must be.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeMask } from '../contract/mask-bytes.ts';
import { labelRuns } from '../workers/agreement-worker.ts';
import { compareMasks, compareRuns } from './compare.ts';
import { countDense } from './count-dense.ts';
import type { MaskGrid, PairMetrics } from './types.ts';

/** Two blobby label maps on one small grid: shapes that are no multiples of four, three labels, empty ones too. */
const pair = fc
  .record({
    shape: fc.tuple(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 7 }),
    ),
    spacing: fc.tuple(
      fc.double({ min: 0.3, max: 6, noNaN: true }),
      fc.double({ min: 0.3, max: 6, noNaN: true }),
      fc.double({ min: 0.3, max: 6, noNaN: true }),
    ),
    density: fc.constantFrom(0.03, 0.3, 0.9),
    seed: fc.integer(),
  })
  .map(({ shape, spacing, density, seed }) => {
    let state = seed >>> 0;
    const random = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
    const labels = () => {
      const mask = new Uint8Array(shape[0] * shape[1] * shape[2]);
      for (let at = 0; at < mask.length; at++) {
        // Half of the voxels repeat the one before, so that there are runs.
        if (at > 0 && random() < 0.5) mask[at] = mask[at - 1];
        else if (random() < density) mask[at] = [1, 2, 200][Math.floor(random() * 3)];
      }
      return mask;
    };
    return { grid: { shape, spacing } satisfies MaskGrid, a: labels(), b: labels() };
  });

function plain(values: PairMetrics) {
  const { reference: _, test: __, notes: ___, ...figures } = values;
  return figures;
}

function expectSame(mine: unknown, theirs: unknown): void {
  if (theirs !== null && typeof theirs === 'object') {
    for (const [key, value] of Object.entries(theirs))
      expectSame((mine as Record<string, unknown>)[key], value);
  } else if (typeof theirs === 'number') expect(mine).toBeCloseTo(theirs, 9);
  else expect(mine).toBe(theirs);
}

/** Every figure from the plain definitions, voxel by voxel: slow and independent of the code under test. */
function byDefinition(a: Uint8Array, b: Uint8Array, { shape, spacing }: MaskGrid, label: number) {
  const [nx, ny, nz] = shape;
  const inMask = (mask: Uint8Array, i: number, j: number, k: number) =>
    i >= 0 && j >= 0 && k >= 0 && i < nx && j < ny && k < nz && mask[(k * ny + j) * nx + i] === label;
  const surface = (mask: Uint8Array) => {
    const points: number[][] = [];
    for (let k = 0; k < nz; k++)
      for (let j = 0; j < ny; j++)
        for (let i = 0; i < nx; i++) {
          const steps = [
            [1, 0, 0],
            [-1, 0, 0],
            [0, 1, 0],
            [0, -1, 0],
            [0, 0, 1],
            [0, 0, -1],
          ];
          const open = steps.some(([x, y, z]) => !inMask(mask, i + x, j + y, k + z));
          if (inMask(mask, i, j, k) && open) points.push([i * spacing[0], j * spacing[1], k * spacing[2]]);
        }
    return points;
  };
  const [p, q] = [surface(a), surface(b)];
  const directed = (from: number[][], to: number[][]) =>
    from.map((x) => Math.min(...to.map((y) => Math.hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]))));
  const both = a.reduce((n, v, at) => n + (v === label && b[at] === label ? 1 : 0), 0);
  const voxels = (mask: Uint8Array) => mask.reduce((n, v) => n + (v === label ? 1 : 0), 0);
  const [forward, backward] = [directed(p, q), directed(q, p)];
  return { both, x: voxels(a), y: voxels(b), forward, backward };
}

describe('compareMasks', () => {
  it('is what the definitions say, voxel by voxel', () => {
    fc.assert(
      fc.property(pair, ({ grid, a, b }) => {
        for (const label of [1, 200]) {
          const [found] = compareMasks(a, b, grid, [label]);
          const { both, x, y, forward, backward } = byDefinition(a, b, grid, label);
          expect([found.reference.voxels, found.test.voxels]).toEqual([x, y]);
          expect(found.dice).toBe(x + y === 0 ? null : (2 * both) / (x + y));
          if (x === 0 || y === 0) {
            expect(Object.values(found.surface).every((value) => value === null)).toBe(true);
            expect(found.notes.length).toBeGreaterThan(0);
            continue;
          }
          const pooled = [...forward, ...backward];
          const mean = (values: number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
          expect(found.surface.hausdorffMm).toBeCloseTo(Math.max(...pooled), 9);
          expect(found.surface.assdMm).toBeCloseTo(mean(pooled), 9);
          expect(found.surface.masdMm).toBeCloseTo((mean(forward) + mean(backward)) / 2, 9);
          expect(found.surface.nsd).toBeCloseTo(mean(pooled.map((d) => (d <= 2 + 1e-9 ? 1 : 0))), 12);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('gives the same from runs as from dense arrays', () => {
    fc.assert(
      fc.property(pair, ({ grid, a, b }) => {
        const runs = (mask: Uint8Array) => labelRuns(encodeMask(mask), mask.length);
        expectSame(compareRuns(runs(a), runs(b), grid, 'all'), compareMasks(a, b, grid, 'all'));
      }),
      { numRuns: 300 },
    );
  });

  it('counts every label and boxes it tightly in one pass', () => {
    fc.assert(
      fc.property(pair, ({ grid, a, b }) => {
        const counts = countDense(a, b, grid);
        const present = [...new Set([...a, ...b])].filter((label) => label > 0).sort((x, y) => x - y);
        expect(counts.labels()).toEqual(present);
        for (const label of present) {
          const places = [...a.keys()].filter((at) => a[at] === label || b[at] === label);
          const axis = (of: (at: number) => number) => places.map(of);
          const [nx, ny] = grid.shape;
          const along = [
            axis((at) => at % nx),
            axis((at) => Math.floor(at / nx) % ny),
            axis((at) => Math.floor(at / (nx * ny))),
          ];
          expect(counts.of(label).box).toEqual({
            low: along.map((values) => Math.min(...values)),
            high: along.map((values) => Math.max(...values)),
          });
        }
      }),
      { numRuns: 200 },
    );
  });

  it('is symmetric where it should be', () => {
    fc.assert(
      fc.property(pair, ({ grid, a, b }) => {
        const forward = compareMasks(a, b, grid, [1, 2, 200]);
        const backward = compareMasks(b, a, grid, [1, 2, 200]);
        forward.forEach((found, n) => {
          const {
            precision,
            recall,
            volumeDifferenceMl,
            relativeVolumeDifference: _,
            ...same
          } = plain(found);
          expectSame(plain(backward[n]), same);
          expect(backward[n].precision).toBe(recall);
          expect(backward[n].recall).toBe(precision);
          expect(backward[n].volumeDifferenceMl! + volumeDifferenceMl!).toBeCloseTo(0, 12);
        });
      }),
    );
  });

  it('stays within its bounds, and is perfect for a mask against itself', () => {
    fc.assert(
      fc.property(pair, ({ grid, a, b }) => {
        for (const found of compareMasks(a, b, grid, 'all')) {
          for (const share of [found.dice, found.jaccard, found.precision, found.recall, found.surface.nsd]) {
            if (share !== null) expect(share >= 0 && share <= 1).toBe(true);
          }
          const { hausdorffMm, hd95MaxMm, hd95MeanMm, hd95PooledMm, assdMm } = found.surface;
          if (hausdorffMm === null) continue;
          expect(hd95MaxMm!).toBeLessThanOrEqual(hausdorffMm);
          expect(hd95MeanMm!).toBeLessThanOrEqual(hd95MaxMm! + 1e-12);
          expect(hd95PooledMm!).toBeLessThanOrEqual(hausdorffMm);
          expect(assdMm!).toBeLessThanOrEqual(hausdorffMm + 1e-12);
        }
        for (const found of compareMasks(a, a, grid, 'all')) {
          expect([found.dice, found.jaccard, found.surface.hausdorffMm, found.surface.nsd]).toEqual([
            1, 1, 0, 1,
          ]);
        }
      }),
    );
  });

  it('does not change when both masks are mirrored', () => {
    fc.assert(
      fc.property(pair, ({ grid, a, b }) => {
        const turned = compareMasks(a.toReversed(), b.toReversed(), grid, 'all');
        expectSame(turned.map(plain), compareMasks(a, b, grid, 'all').map(plain));
      }),
    );
  });

  it('says why a figure is undefined', () => {
    const grid = { shape: [3, 3, 3], spacing: [1, 1, 1] } as const;
    const empty = new Uint8Array(27);
    const full = new Uint8Array(27).fill(1);
    const [nothing] = compareMasks(empty, empty, grid, [1]);
    expect([nothing.dice, nothing.kappa.image, nothing.kappa.union10mm, nothing.surface.nsd]).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect(nothing.notes[0]).toMatch(/Both masks are empty/);
    const [missed] = compareMasks(full, empty, grid, [1]);
    expect([missed.dice, missed.precision, missed.recall, missed.kappa.image]).toEqual([0, null, 0, 0]);
    expect(missed.notes[0]).toMatch(/test mask is empty/);
    const [constant] = compareMasks(full, full, grid, [1]);
    expect([constant.dice, constant.kappa.image]).toEqual([1, null]);
    expect(constant.notes.join(' ')).toMatch(/fill the whole grid/);
  });

  it('takes views that start anywhere in a buffer', () => {
    const grid = { shape: [5, 3, 2], spacing: [1, 1, 1] } as const;
    const bytes = Uint8Array.from({ length: 61 }, (_, n) => (n % 7 < 3 ? 1 : 0));
    const [a, b] = [bytes.subarray(1, 31), bytes.subarray(31, 61)];
    expect(compareMasks(a, b, grid, [1])).toEqual(compareMasks(a.slice(), b.slice(), grid, [1]));
  });

  it('refuses what does not fit', () => {
    const grid = { shape: [2, 2, 2], spacing: [1, 1, 1] } as const;
    const mask = new Uint8Array(8);
    expect(() => compareMasks(new Uint8Array(7), mask, grid, [1])).toThrow(/7 voxels/);
    expect(() => compareMasks(mask, mask, { ...grid, spacing: [1, 0, 1] }, [1])).toThrow(/spacing/);
    expect(() => compareMasks(mask, mask, grid, [0])).toThrow(/label 0/);
    expect(() => compareMasks(mask, mask, grid, [1], { nsdToleranceMm: -1, percentile: 95 })).toThrow(
      /tolerance/,
    );
    expect(() => compareMasks(mask, mask, grid, [1], { nsdToleranceMm: 1, percentile: 101 })).toThrow(
      /percentile/,
    );
  });
});
