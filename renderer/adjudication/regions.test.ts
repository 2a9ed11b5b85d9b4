// Regions on the page: members, patches and overlaps against plain loops.
import { describe, expect, it } from 'vitest';
import type { Triple } from '../../electron/contract/geometry.ts';
import { applyPatch } from '../../electron/contract/mask-bytes.ts';
import { boundsOf, commonVoxels, diceOf, likeWhom, membersOf, patchOf, sliceMembers } from './regions.ts';

const SHAPE: Triple = [6, 5, 4];
const COUNT = 6 * 5 * 4;
const at = (i: number, j: number, k: number) => i + 6 * (j + 5 * k);
const masked = (...voxels: number[]) => {
  const labels = new Uint8Array(COUNT);
  for (const voxel of voxels) labels[voxel] = 1;
  return labels;
};

describe('members of a region', () => {
  const whole = { from: [0, 0, 0], to: [5, 4, 3] } satisfies Parameters<typeof membersOf>[3];

  it('are connected by faces, not by edges, and never around the border', () => {
    const map = masked(at(5, 0, 0), at(5, 1, 0), at(5, 1, 1), at(4, 2, 0), at(0, 1, 0), at(0, 2, 0));
    expect([...membersOf(map, SHAPE, [5, 0, 0], whole)]).toEqual([at(5, 0, 0), at(5, 1, 0), at(5, 1, 1)]);
    expect([...membersOf(map, SHAPE, [0, 2, 0], whole)]).toEqual([at(0, 1, 0), at(0, 2, 0)]);
  });

  it('are the same from every one of them, sought in their box', () => {
    const snake = masked(at(1, 1, 1), at(2, 1, 1), at(2, 2, 1), at(2, 2, 2), at(1, 2, 2));
    const box = { from: [1, 1, 1], to: [2, 2, 2] } satisfies Parameters<typeof membersOf>[3];
    for (const seed of [
      [1, 1, 1],
      [2, 2, 1],
      [1, 2, 2],
    ] satisfies Triple[])
      // prettier-ignore
      expect(membersOf(snake, SHAPE, seed, box)).toHaveLength(5);
  });
});

describe('what is taken over', () => {
  const present = Uint8Array.from({ length: COUNT }, (_, n) => n % 3);
  const from = Uint8Array.from({ length: COUNT }, (_, n) => (n * 7) % 4);

  it('is a patch of the members, of a slice or of everything', () => {
    for (const members of [Uint32Array.of(3, 4, 5, 60), sliceMembers(SHAPE, 2), null]) {
      const patched = present.slice();
      const { bytes, voxels } = patchOf(present, from, members);
      applyPatch(patched, bytes);
      const inside = (n: number) => members === null || members.includes(n);
      expect(patched).toEqual(present.map((label, n) => (inside(n) ? from[n] : label)));
      expect(voxels).toBe([...present.keys()].filter((n) => patched[n] !== present[n]).length);
    }
  });

  it('is empty where all is so already', () => {
    expect(patchOf(present, present, null)).toMatchObject({ voxels: 0 });
    expect(patchOf(present, present, Uint32Array.of(1, 2)).bytes).toHaveLength(0);
  });
});

it('who a region is like: all of its members count', () => {
  const [a, b] = [masked(1, 2, 3), masked(1, 2)];
  expect(likeWhom(masked(1, 2, 50), [a, b], Uint32Array.of(2, 3))).toEqual([1]);
  expect(likeWhom(masked(1, 2, 50), [a, b], Uint32Array.of(1, 2))).toEqual([0, 1]);
  expect(likeWhom(masked(3), [a, b], Uint32Array.of(2, 3))).toBeNull();
});

describe('overlap', () => {
  it('is counted within the bounds of the read', () => {
    const a = Uint8Array.from({ length: COUNT }, (_, n) => (n % 5 === 0 ? 2 : n % 4 === 0 ? 1 : 0));
    const b = new Uint8Array(COUNT);
    for (let k = 1; k <= 2; k++)
      for (let j = 1; j <= 3; j++) for (let i = 2; i <= 4; i++) b[at(i, j, k)] = 1 + (i % 2);
    const bounds = boundsOf(b, SHAPE);
    expect(bounds).toEqual({ from: [2, 1, 1], to: [4, 3, 2] });
    const common = commonVoxels(a, b, SHAPE, bounds);
    for (const label of [1, 2])
      expect(common[label]).toBe([...a.keys()].filter((n) => a[n] === label && b[n] === label).length);
    expect(boundsOf(new Uint8Array(COUNT), SHAPE)).toBeNull();
  });

  it('is nothing where nothing is drawn', () => {
    expect(diceOf(0, 0, 0)).toBeNull();
    expect(diceOf(0, 4, 0)).toBe(0);
    expect(diceOf(3, 4, 4)).toBe(0.75);
  });
});
