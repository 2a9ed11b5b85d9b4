// Every figure beside SciPy's and NumPy's (surface_reference.py): phantoms always, the real label maps where they are.
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareMasks, type PairMetrics } from '../../electron/agreement/index.ts';
import { readMask } from '../../electron/imaging/index.ts';

type Triple = [number, number, number];
type Part = { box: [Triple, Triple] } | { ellipsoid: [Triple, Triple] };
type Expected = Omit<PairMetrics, 'label' | 'notes'> & { label?: number };
interface Reference {
  phantoms: {
    name: string;
    shape: Triple;
    spacing: Triple;
    reference: Part[];
    test: Part[];
    expected: Expected;
  }[];
  files: { reference: string; test: string; shiftTest: Triple | null; expected: Expected[] }[];
}

const reference = JSON.parse(
  readFileSync(resolve(import.meta.dirname, 'surface_reference.json'), 'utf8'),
) as Reference;
const data = resolve(import.meta.dirname, '../../../shared/data');

function phantom([nx, ny, nz]: Triple, parts: Part[]): Uint8Array {
  const mask = new Uint8Array(nx * ny * nz);
  for (let at = 0; at < mask.length; at++) {
    const voxel = [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))];
    const inside = parts.some((part) => {
      if ('box' in part) return voxel.every((v, axis) => v >= part.box[0][axis] && v <= part.box[1][axis]);
      const [centre, radii] = part.ellipsoid;
      return voxel.reduce((sum, v, axis) => sum + ((v - centre[axis]) / radii[axis]) ** 2, 0) <= 1;
    });
    if (inside) mask[at] = 1;
  }
  return mask;
}

/** Moves labels by whole voxels; what enters is background. */
function shifted(labels: Uint8Array, [nx, ny, nz]: Triple, by: Triple): Uint8Array {
  const moved = new Uint8Array(labels.length);
  for (let k = by[2]; k < nz; k++)
    for (let j = by[1]; j < ny; j++)
      for (let i = by[0]; i < nx; i++) {
        moved[(k * ny + j) * nx + i] = labels[((k - by[2]) * ny + j - by[1]) * nx + i - by[0]];
      }
  return moved;
}

/** Counts exactly, lengths to 1e-6 mm, ratios to 1e-9. */
function expectFigures(found: PairMetrics, expected: Expected): void {
  expect(found.reference.voxels).toBe(expected.reference.voxels);
  expect(found.test.voxels).toBe(expected.test.voxels);
  const near = (mine: unknown, theirs: unknown, path: string): void => {
    if (theirs !== null && typeof theirs === 'object') {
      for (const [key, value] of Object.entries(theirs)) {
        near((mine as Record<string, unknown>)[key], value, `${path}.${key}`);
      }
    } else if (typeof theirs === 'number') {
      const limit = path.endsWith('Mm') ? 1e-6 : 1e-9 * Math.max(1, Math.abs(theirs));
      expect(mine, path).toBeTypeOf('number');
      expect(Math.abs((mine as number) - theirs), path).toBeLessThanOrEqual(limit);
    } else {
      expect(mine, path).toBe(theirs);
    }
  };
  near(found, expected, `label ${found.label}`);
}

describe('figures equal SciPy’s on phantoms', () => {
  it.each(reference.phantoms)('$name', ({ shape, spacing, expected, ...sides }) => {
    const [found] = compareMasks(
      phantom(shape, sides.reference),
      phantom(shape, sides.test),
      { shape, spacing },
      [1],
    );
    expectFigures(found, expected);
  });
});

describe.skipIf(!existsSync(data))('figures equal SciPy’s on real label maps (needs ../shared/data)', () => {
  it.each(reference.files)('$reference against $test', async ({ shiftTest, expected, ...names }) => {
    const a = await readMask(resolve(data, names.reference));
    const b = await readMask(resolve(data, names.test));
    const moved = shiftTest ? shifted(b.labels, a.grid.shape, shiftTest) : b.labels;
    const found = compareMasks(a.labels, moved, a.grid, 'all');
    expect(found.map((metrics) => metrics.label)).toEqual(expected.map((entry) => entry.label));
    found.forEach((metrics, n) => expectFigures(metrics, expected[n]));
  });

  it('the pancreas of the two raters has the published Dice', async () => {
    const [a, b] = await Promise.all(
      ['fast', 'full'].map((name) => readMask(resolve(data, `ct-abdomen/rater-${name}.nii.gz`))),
    );
    const [pancreas] = compareMasks(a.labels, b.labels, a.grid, [7]);
    expect(pancreas.dice).toBeCloseTo(0.8087, 4);
  });
});
