// Blocks for tests: blobs with holes and specks, from a seed, on a grid whose axes all differ.
import type { Triple } from '../../../electron/contract/geometry.ts';
import type { Block } from './block.ts';

/** A small generator (mulberry32), so that a failing test fails again. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function blockOf(labels: Uint8Array<ArrayBuffer>, shape: Triple, spacing: Triple = [1, 1, 1]): Block {
  return { low: [0, 0, 0], shape, spacing, volume: shape, labels, values: null };
}

/** Three structures (1, 2, 3) as overlapping balls, some hollow, with specks over them. */
export function randomBlock(
  seed: number,
  shape: Triple = [14, 11, 9],
  spacing: Triple = [0.7, 0.9, 2],
): Block {
  const random = randomNumbers(seed);
  const labels = new Uint8Array(shape[0] * shape[1] * shape[2]);
  for (let ball = 0; ball < 7; ball++) {
    const centre = shape.map((n) => random() * n);
    const radius = 1.5 + random() * 4;
    const hollow = random() < 0.4 ? radius - 1.6 : -1;
    const label = 1 + Math.floor(random() * 3);
    forEachVoxel(shape, (voxel, index) => {
      const away = Math.hypot(...voxel.map((v, a) => v - centre[a]));
      if (away <= radius) labels[index] = away <= hollow ? 0 : label;
    });
  }
  for (let n = 0; n < labels.length; n++) if (random() < 0.03) labels[n] = Math.floor(random() * 4);
  return blockOf(labels, shape, spacing);
}

export function forEachVoxel(shape: Triple, visit: (voxel: Triple, index: number) => void): void {
  for (let k = 0, n = 0; k < shape[2]; k++)
    for (let j = 0; j < shape[1]; j++) for (let i = 0; i < shape[0]; i++, n++) visit([i, j, k], n);
}
