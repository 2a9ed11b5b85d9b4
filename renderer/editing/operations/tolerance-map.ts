// Region growing for every tolerance at once: for each voxel the smallest one at which it hangs together with the start.
import type { Triple } from '../../../electron/contract/geometry.ts';
import type { Values } from './block.ts';

/** A voxel that no tolerance reaches. */
export const UNREACHED = 65535;

export interface GrowthTask {
  values: Values;
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

export interface ToleranceMapTask extends GrowthTask {
  shape: Triple;
}

/**
 * Steps of tolerance a voxel: it is reached at `t` when a path of faces leads to it on which every value differs from the
 * reference by at most t·step. The start itself is 0.
 */
export function toleranceMap(task: ToleranceMapTask): Uint16Array<ArrayBuffer> {
  const [nx, ny, nz] = task.shape;
  const nxy = nx * ny;
  const growth = new Growth(task);
  for (let voxel = growth.take(); voxel >= 0; voxel = growth.take()) {
    const i = voxel % nx;
    const row = (voxel - i) / nx;
    const j = row % ny;
    const k = (row - j) / ny;
    if (i > 0) growth.offer(voxel - 1);
    if (i < nx - 1) growth.offer(voxel + 1);
    if (j > 0) growth.offer(voxel - nx);
    if (j < ny - 1) growth.offer(voxel + nx);
    if (k > 0) growth.offer(voxel - nxy);
    if (k < nz - 1) growth.offer(voxel + nxy);
  }
  return growth.needs;
}

/** Growing over voxels in any order: `take` one, `offer` its neighbours. Each comes once, in the order of what it needs. */
export class Growth {
  readonly needs: Uint16Array<ArrayBuffer>;
  private readonly task: GrowthTask;
  private readonly most: number;
  /** Each voxel is in one list only, the one of what it needs. */
  private readonly heads: Int32Array;
  private readonly nexts: Int32Array;
  private level = 0;

  constructor(task: GrowthTask) {
    const { values, start, most } = task;
    this.task = task;
    this.most = most;
    this.needs = new Uint16Array(values.length).fill(UNREACHED);
    this.heads = new Int32Array(most + 1).fill(-1);
    this.nexts = new Int32Array(values.length);
    this.needs[start] = 0;
    this.heads[0] = start;
    this.nexts[start] = -1;
  }
  /** −1 when there is none left. */
  take(): number {
    const { heads, most } = this;
    while (heads[this.level] < 0 && this.level < most) this.level++;
    const voxel = heads[this.level];
    if (voxel >= 0) heads[this.level] = this.nexts[voxel];
    return voxel;
  }
  offer(voxel: number): void {
    const { needs, level } = this;
    const { values, barrier, reference, step } = this.task;
    if (needs[voxel] !== UNREACHED || barrier[voxel] === 1) return;
    const differs = Math.ceil(Math.abs(values[voxel] - reference) / step - 1e-9);
    const need = differs > level ? differs : level;
    // NaN is never at most anything.
    if (!(need <= this.most)) return;
    needs[voxel] = need;
    this.nexts[voxel] = this.heads[need];
    this.heads[need] = voxel;
  }
}
