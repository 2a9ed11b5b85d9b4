// Disagreement against what is worked out here voxel by voxel: entropy, regions, who marked them, and the outcome.
import { describe, expect, it } from 'vitest';
import { PatternIndex } from '../agreement/consensus/index.ts';
import type { Grid, Triple } from '../contract/geometry.ts';
import { decide, describeDisagreement, entropyMap, outcomeOf } from './disagreement.ts';

const SHAPE: Triple = [9, 8, 7];
const GRID: Grid = {
  shape: SHAPE,
  spacing: [0.5, 2, 3],
  origin: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
const COUNT = 9 * 8 * 7;

/** The same numbers on every machine (Lehmer). */
function random(seed: number) {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}
function readsOf(seed: number, readers: number): Uint8Array[] {
  const next = random(seed);
  const truth = Uint8Array.from({ length: COUNT }, () => (next() < 0.5 ? 0 : next() < 0.7 ? 1 : 2));
  return Array.from({ length: readers }, () =>
    truth.map((label) => (next() < 0.12 ? Math.floor(next() * 3) : label)),
  );
}
const votesAt = (reads: readonly Uint8Array[], voxel: number) => {
  const votes = new Map<number, number>();
  for (const read of reads) votes.set(read[voxel], (votes.get(read[voxel]) ?? 0) + 1);
  return votes;
};

describe.each([2, 3, 5])('%i readers', (readers) => {
  const reads = readsOf(7 + readers, readers);
  const differs = Array.from({ length: COUNT }, (_, voxel) => votesAt(reads, voxel).size > 1);

  it('entropy is −Σ p log₂ p of the labels, in 255ths of log₂ n', () => {
    const map = entropyMap(new PatternIndex(reads), COUNT);
    for (let voxel = 0; voxel < COUNT; voxel++) {
      let bits = 0;
      for (const n of votesAt(reads, voxel).values()) bits -= (n / readers) * Math.log2(n / readers);
      expect(map[voxel]).toBe(bits === 0 ? 0 : Math.max(1, Math.round((255 * bits) / Math.log2(readers))));
    }
  });

  it('regions are what is connected, with what each read says in them', () => {
    // Union–find over faces: another way than flooding.
    const parent = Array.from({ length: COUNT }, (_, n) => n);
    const root = (n: number): number => (parent[n] === n ? n : (parent[n] = root(parent[n])));
    const [nx, ny, nz] = SHAPE;
    for (let k = 0; k < nz; k++)
      for (let j = 0; j < ny; j++)
        for (let i = 0; i < nx; i++) {
          const at = i + nx * (j + ny * k);
          const beside = [i + 1 < nx && at + 1, j + 1 < ny && at + nx, k + 1 < nz && at + nx * ny];
          for (const other of beside)
            if (other !== false && differs[at] && differs[other]) parent[root(at)] = root(other);
        }
    const groups = new Map<number, number[]>();
    for (let n = 0; n < COUNT; n++) if (differs[n]) groups.set(root(n), [...(groups.get(root(n)) ?? []), n]);
    const expected = [...groups.values()].sort((a, b) => b.length - a.length || a[0] - b[0]);

    const found = describeDisagreement({ grid: GRID, labels: reads });
    expect(found.regionsInAll).toBe(expected.length);
    expect(found.disagreedVoxels).toBe(differs.filter(Boolean).length);
    for (const [n, region] of found.regions.entries()) {
      const members = expected[n];
      expect(region.voxels).toBe(members.length);
      expect(region.volumeMl).toBeCloseTo((members.length * 3) / 1000, 12);
      const slices = members.map((voxel) => Math.floor(voxel / (nx * ny)));
      const inSlice = slices.filter((slice) => slice === region.slice).length;
      expect(inSlice).toBe(Math.max(...slices.map((slice) => slices.filter((one) => one === slice).length)));
      expect(region.areaMm2).toBeCloseTo(inSlice, 12); // 0.5 mm × 2 mm
      const [i, j, k] = region.centre;
      expect(members).toContain(i + nx * (j + ny * k));
      expect(k).toBe(region.slice);
      expect(region.marked).toEqual(
        reads
          .map((read) =>
            [1, 2]
              .map((label) => ({ label, voxels: members.filter((voxel) => read[voxel] === label).length }))
              .filter(({ voxels }) => voxels > 0)
              .sort((a, b) => b.voxels - a.voxels),
          )
          .map((marks, r) =>
            marks.length === 2 && marks[0].voxels === marks[1].voxels ? region.marked[r] : marks,
          ),
      ); // of two as large either may come first
    }
  });

  it('a region taken over is as that read, and all else stays', () => {
    const ids = reads.map((_, n) => `read-${n}`);
    const vote = decide({ shape: SHAPE, labels: reads }, ids, []);
    const taken = decide({ shape: SHAPE, labels: reads }, ids, [{ source: ids[1], region: 1 }]);
    const changed = [...taken.keys()].filter((voxel) => taken[voxel] !== vote[voxel]);
    expect(changed.every((voxel) => taken[voxel] === reads[1][voxel] && differs[voxel])).toBe(true);
    const outcome = outcomeOf({ shape: SHAPE, labels: reads }, taken);
    expect(outcome.regions[0].as[1]).toBe(outcome.regions[0].voxels);
    expect(outcome.againstAll).toBe(0);
  });

  it('the outcome counts whose labels a mask has', () => {
    const mask = readsOf(99, 1)[0];
    const outcome = outcomeOf({ shape: SHAPE, labels: reads }, mask);
    const where = [...mask.keys()].filter((voxel) => differs[voxel]);
    expect(outcome.disagreed.as).toEqual(
      reads.map((read) => where.filter((voxel) => read[voxel] === mask[voxel]).length),
    );
    expect(outcome.disagreed.asNone).toBe(
      where.filter((voxel) => reads.every((read) => read[voxel] !== mask[voxel])).length,
    );
    expect(outcome.againstAll).toBe(
      [...mask.keys()].filter((voxel) => !differs[voxel] && mask[voxel] !== reads[0][voxel]).length,
    );
  });
});
