// Many pairs of one case at once give what each pair gives alone.
import { describe, expect, it } from 'vitest';
import { compareMasks } from './compare.ts';
import { compareMany } from './compare-many.ts';
import type { LabelRuns } from './label-runs.ts';
import { DEFAULT_SETTINGS } from './types.ts';

const grid = { shape: [20, 17, 9] as const, spacing: [0.8, 0.9, 2.5] as const };

function drawn(reader: number): Uint8Array {
  const [nx, ny, nz] = grid.shape;
  const mask = new Uint8Array(nx * ny * nz);
  for (let at = 0; at < mask.length; at++) {
    const [i, j, k] = [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))];
    const inside =
      ((i - 9 - reader / 3) / 6) ** 2 + ((j - 8) / (5 + reader / 4)) ** 2 + ((k - 4) / 3) ** 2 <= 1;
    // The third reader leaves label 2 out.
    if (inside) mask[at] = i > 9 && reader !== 2 ? 2 : 1;
  }
  return mask;
}

function runsOf(mask: Uint8Array): LabelRuns {
  const [ends, labels]: [number[], number[]] = [[], []];
  for (let at = 0; at < mask.length; at++) {
    if (at + 1 < mask.length && mask[at + 1] === mask[at]) continue;
    ends.push(at + 1);
    labels.push(mask[at]);
  }
  return { ends: Uint32Array.from(ends), labels: Uint8Array.from(labels) };
}

describe('compareMany', () => {
  const masks = [0, 1, 2, 3].map(drawn);
  const pairs = [
    [0, 1],
    [0, 2],
    [1, 2],
    [3, 0],
    [3, 3],
  ] as const;

  it('gives what pair after pair gives, empty and equal masks included', () => {
    const labels = [1, 2, 9];
    const found = compareMany(masks.map(runsOf), pairs, grid, labels, DEFAULT_SETTINGS);
    expect(found).toEqual(pairs.map(([a, b]) => compareMasks(masks[a], masks[b], grid, labels)));
    expect(found[0][0].surface.hausdorffMm).toBeGreaterThan(0);
  });

  it('refuses a mask of another size', () => {
    const short = { ends: Uint32Array.of(10), labels: Uint8Array.of(0) };
    expect(() => compareMany([short, runsOf(masks[0])], [[0, 1]], grid, [1], DEFAULT_SETTINGS)).toThrow(
      RangeError,
    );
  });
});
