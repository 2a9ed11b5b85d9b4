// STAPLE beside ITK's (staple_reference.py): phantoms always, the real masks where they are.
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  majorityVote,
  PatternIndex,
  staple,
  stapleLabels,
} from '../../electron/agreement/consensus/index.ts';
import { readMask } from '../../electron/imaging/index.ts';

type Triple = [number, number, number];
interface Expected {
  binary: {
    label: number;
    iterations: number;
    raters: { sensitivity: number; specificity: number }[];
    sumOfProbabilities: number;
    likelyVoxels: number;
  }[];
  joint: { voxels: Record<string, number>; confusion: number[][][]; votingUndecided: number };
}
interface Phantom {
  name: string;
  shape: Triple;
  readers: number;
  ellipsoids: [Triple, Triple][];
  speck: number;
  expected: Expected;
}
const reference = JSON.parse(readFileSync(resolve(import.meta.dirname, 'staple_reference.json'), 'utf8')) as {
  phantoms: Phantom[];
  files: { masks: string[]; expected: Expected }[];
};
const data = resolve(import.meta.dirname, '../../../shared/data');

function phantom({ shape: [nx, ny, nz], ellipsoids, speck }: Phantom, reader: number): Uint8Array {
  const mask = new Uint8Array(nx * ny * nz);
  for (let at = 0; at < mask.length; at++) {
    const [i, j, k] = [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))];
    ellipsoids.forEach(([centre, radii], n) => {
      const [x, y, z] = [i - centre[0] - (reader % 2), j - centre[1] + (reader % 3) - 1, k - centre[2]];
      const size = 100 + 6 * reader - 8 * (reader % 2);
      const squared = [x, y, z].map((v, axis) => ((100 * v) / (size * radii[axis])) ** 2);
      if (squared[0] + squared[1] + squared[2] <= 1) mask[at] = n + 1;
    });
    const hashed = ((i * 73856093 + j * 19349663 + k * 83492791 + (reader + 1) * 49979687) % 1000003) % speck;
    if (hashed === 0) mask[at] = (mask[at] + 1) % (ellipsoids.length + 1);
  }
  return mask;
}

/** Sensitivities, specificities and matrices to 1e-5; counts and iterations exactly. */
function expectSame(masks: Uint8Array[], { binary, joint }: Expected): void {
  for (const { label, iterations, raters, sumOfProbabilities, likelyVoxels } of binary) {
    const patterns = new PatternIndex(masks, label).count();
    const found = staple(patterns)!;
    expect(found.iterations).toBe(iterations);
    raters.forEach(({ sensitivity, specificity }, r) => {
      expect(Math.abs(found.sensitivity[r] - sensitivity)).toBeLessThan(1e-9);
      expect(Math.abs(found.specificity[r] - specificity)).toBeLessThan(1e-9);
    });
    const total = (value: (p: number) => number) =>
      found.probability.reduce((sum, p, n) => sum + value(p) * patterns.voxels[n], 0);
    expect(Math.abs(total((p) => p) / sumOfProbabilities - 1)).toBeLessThan(1e-6);
    expect(total((p) => (p >= 0.5 ? 1 : 0))).toBe(likelyVoxels);
  }
  const patterns = new PatternIndex(masks).count();
  const found = stapleLabels(patterns, { undecided: 255 });
  const counts: Record<string, number> = {};
  found.winner.forEach((label, p) => (counts[label] = (counts[label] ?? 0) + patterns.voxels[p]));
  for (const [label, voxels] of Object.entries(joint.voxels))
    expect(counts[label], `label ${label}`).toBe(voxels);
  // ITK's matrices have a row and a column for every number up to the highest label, used or not.
  joint.confusion.forEach((matrix, r) =>
    found.labels.forEach((said, j) =>
      found.labels.forEach((truth, c) => {
        expect(Math.abs(found.confusion[r][j][c] - matrix[said][truth])).toBeLessThan(1e-5);
      }),
    ),
  );
  expect(majorityVote(patterns).tiedVoxels).toBe(joint.votingUndecided);
}

describe('STAPLE equals ITK’s on phantoms', () => {
  it.each(reference.phantoms)('$name', (entry) => {
    const masks = Array.from({ length: entry.readers }, (_, reader) => phantom(entry, reader));
    expectSame(masks, entry.expected);
  });
});
describe.skipIf(!existsSync(data))('STAPLE equals ITK’s on two real masks (needs ../shared/data)', () => {
  it.each(reference.files)('$masks', async ({ masks, expected }) => {
    const labels = await Promise.all(masks.map(async (name) => (await readMask(resolve(data, name))).labels));
    expectSame(labels, expected);
  });
});
