// Region growing for every tolerance at once: for each voxel the smallest one at which it hangs together with the start.
import type { Triple } from '../../../electron/contract/geometry.ts';
import type { Values } from './block.ts';

/** A voxel that no tolerance reaches. */
export const UNREACHED = 65535;

export interface ToleranceMapTask {
  values: Values;
  shape: Triple;
  /** 1 where growing may not go. */
  barrier: Uint8Array;
  /** Index of the voxel it starts from. */
  start: number;
  /** What values are compared with. */
  reference: number;
  /** One step of the map, in the picture's values. */
  step: number;
  /** No further than this many steps. */
  most: number;
}

/**
 * Steps of tolerance a voxel: it is reached at `t` when a path of faces leads to it on which every value differs from the
 * reference by at most t·step. The start itself is 0. Voxels are taken in the order of what they need, so that each is
 * settled once.
 */
export function toleranceMap(task: ToleranceMapTask): Uint16Array<ArrayBuffer> {
  const { values, shape, barrier, start, reference, step, most } = task;
  const [nx, ny, nz] = shape;
  const nxy = nx * ny;
  const needs = new Uint16Array(values.length).fill(UNREACHED);
  // Each voxel is in one list only, the one of what it needs.
  const heads = new Int32Array(most + 1).fill(-1);
  const nexts = new Int32Array(values.length);
  needs[start] = 0;
  heads[0] = start;
  nexts[start] = -1;
  let level = 0;
  const offer = (voxel: number) => {
    if (needs[voxel] !== UNREACHED || barrier[voxel] === 1) return;
    const differs = Math.ceil(Math.abs(values[voxel] - reference) / step - 1e-9);
    const need = differs > level ? differs : level;
    // NaN is never at most anything.
    if (!(need <= most)) return;
    needs[voxel] = need;
    nexts[voxel] = heads[need];
    heads[need] = voxel;
  };
  for (; level <= most; level++) {
    for (let voxel = heads[level]; voxel >= 0; voxel = heads[level]) {
      heads[level] = nexts[voxel];
      const i = voxel % nx;
      const row = (voxel - i) / nx;
      const j = row % ny;
      const k = (row - j) / ny;
      if (i > 0) offer(voxel - 1);
      if (i < nx - 1) offer(voxel + 1);
      if (j > 0) offer(voxel - nx);
      if (j < ny - 1) offer(voxel + nx);
      if (k > 0) offer(voxel - nxy);
      if (k < nz - 1) offer(voxel + nxy);
    }
  }
  return needs;
}
