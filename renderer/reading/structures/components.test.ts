// Pieces of a structure: what touches by a corner is one, the largest comes first, centres lie inside.
import { describe, expect, it } from 'vitest';
import type { Triple } from '../../../electron/contract/geometry.ts';
import { findPieces } from './components.ts';

const SHAPE: Triple = [9, 8, 7];
const at = ([i, j, k]: Triple) => i + SHAPE[0] * (j + SHAPE[1] * k);
const mask = (...voxels: Triple[]) => {
  const labels = new Uint8Array(SHAPE[0] * SHAPE[1] * SHAPE[2]);
  for (const voxel of voxels) labels[at(voxel)] = 4;
  return labels;
};
const find = (labels: Uint8Array<ArrayBuffer>) =>
  findPieces({ labels, shape: SHAPE, from: 10, label: 4, spacing: [1, 1, 3] });

describe('pieces', () => {
  it('are told apart, and touching corners join', () => {
    const labels = mask([0, 0, 0], [8, 7, 6], [3, 3, 3], [4, 4, 4], [5, 5, 5]);
    expect(find(labels)).toEqual([
      { voxels: 3, centre: [4, 4, 14] },
      { voxels: 1, centre: [0, 0, 10] },
      { voxels: 1, centre: [8, 7, 16] },
    ]);
  });
  it('do not wrap around from one row or slice to the next', () => {
    expect(find(mask([8, 0, 0], [0, 1, 0]))).toHaveLength(2);
    expect(find(mask([4, 7, 0], [4, 0, 1]))).toHaveLength(2);
  });
  it('leave other labels alone', () => {
    const labels = mask([1, 1, 1], [3, 1, 1]);
    labels[at([2, 1, 1])] = 5;
    expect(find(labels)).toHaveLength(2);
  });
  it('have a centre of their own even when they are rings', () => {
    const ring: Triple[] = [];
    for (let i = 2; i <= 6; i++)
      for (let j = 2; j <= 6; j++) if (i === 2 || i === 6 || j === 2 || j === 6) ring.push([i, j, 2]);
    const labels = mask(...ring);
    const [piece] = find(labels);
    expect(piece.voxels).toBe(ring.length);
    const [i, j, k] = piece.centre;
    expect(labels[at([i, j, k - 10])]).toBe(4);
  });
  it('of nothing are none', () => {
    expect(find(mask())).toEqual([]);
  });
});
