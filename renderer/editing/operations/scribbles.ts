// Grow from scribbles: every voxel goes to the scribble that is nearest over the picture's steps in brightness.
// Source: GrowCut (Vezhnevets and Konouchine, 2005) as shortest paths (Zhu, Kolesov, Gao, Kikinis and Tannenbaum, 2014).
import type { Triple } from '../../../electron/contract/geometry.ts';
import { AXES, stridesOf, type Report, type Values } from './block.ts';
import { BucketQueue } from './bucket-queue.ts';

export interface ScribblesTask {
  values: Values;
  shape: Triple;
  spacing: Triple;
  /** 1 where nothing may grow: locked structures, and what lies outside the editable region. */
  barrier: Uint8Array;
  /** 0 none, 1 structure, 2 outside. */
  seeds: Uint8Array;
}

const BRIGHTNESS_STEPS = 255;
/** What a mm costs beside brightness: keeps the border straight where the picture is even. */
const COST_OF_MM = 2;
const LONGEST_STEP = 4096;

/**
 * 1 for the structure, 2 for what is outside, 0 behind barriers. The faces of the box count as outside, so that one
 * scribble is enough; voxels equally near to both stay outside. Paths run through faces; their cost is the sum of steps
 * in brightness (between the 1st and 99th percentile, after a mean over 3 voxels along each axis) and of mm.
 */
export function growFromScribbles(
  task: ScribblesTask,
  report: Report = () => undefined,
): Uint8Array<ArrayBuffer> {
  const { shape, spacing, barrier } = task;
  const [nx, ny, nz] = shape;
  const brightness = brightnessOf(task.values, shape);
  report(0.1);
  const owner = seedsWithFaces(task.seeds, shape);
  const costs = new Int32Array(owner.length).fill(0x7fffffff);
  const queue = new BucketQueue(LONGEST_STEP);
  // Outside first: the last put in of one cost is taken first, and the structure's own voxels have been put in before.
  for (const side of [1, 2]) {
    for (let n = 0; n < owner.length; n++) {
      if (owner[n] !== side || barrier[n] === 1) continue;
      costs[n] = 0;
      queue.put(n, 0);
    }
  }
  const strides = stridesOf(shape);
  const steps = AXES.map((axis) => Math.max(1, Math.round(spacing[axis] * COST_OF_MM)));
  const done = new Uint8Array(owner.length);
  let settled = 0;
  const offer = (from: number, to: number, base: number, step: number) => {
    if (done[to] === 1 || barrier[to] === 1) return;
    const difference = brightness[to] - brightness[from];
    const cost = base + step + (difference < 0 ? -difference : difference);
    if (cost > costs[to] || (cost === costs[to] && owner[from] <= owner[to])) return;
    const news = cost < costs[to];
    costs[to] = cost;
    owner[to] = owner[from];
    if (news) queue.put(to, cost);
  };
  for (let voxel = queue.take(); voxel >= 0; voxel = queue.take()) {
    if (done[voxel] === 1) continue;
    done[voxel] = 1;
    if ((++settled & 0xffff) === 0) report(0.1 + (0.9 * settled) / owner.length);
    const base = costs[voxel];
    const i = voxel % nx;
    const row = (voxel - i) / nx;
    const j = row % ny;
    const k = (row - j) / ny;
    if (i > 0) offer(voxel, voxel - 1, base, steps[0]);
    if (i < nx - 1) offer(voxel, voxel + 1, base, steps[0]);
    if (j > 0) offer(voxel, voxel - strides[1], base, steps[1]);
    if (j < ny - 1) offer(voxel, voxel + strides[1], base, steps[1]);
    if (k > 0) offer(voxel, voxel - strides[2], base, steps[2]);
    if (k < nz - 1) offer(voxel, voxel + strides[2], base, steps[2]);
  }
  for (let n = 0; n < owner.length; n++) if (done[n] === 0) owner[n] = 0;
  return owner;
}

/** The seeds with the faces of the box as outside, where the structure is not scribbled on them. */
function seedsWithFaces(seeds: Uint8Array, shape: Triple): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(seeds);
  const [nx, ny, nz] = shape;
  for (let k = 0, n = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++, n++) {
        // A flat box has no faces above and below: they would cover all of it.
        const face =
          (nx > 2 && (i === 0 || i === nx - 1)) ||
          (ny > 2 && (j === 0 || j === ny - 1)) ||
          (nz > 2 && (k === 0 || k === nz - 1));
        if (face && out[n] === 0) out[n] = 2;
      }
    }
  }
  return out;
}

/** 0…255 between the 1st and 99th percentile of the box, after a mean over three voxels along each axis. */
export function brightnessOf(values: Values, shape: Triple): Uint8Array<ArrayBuffer> {
  const strides = stridesOf(shape);
  let field = Float32Array.from(values, (value) => (Number.isFinite(value) ? value : 0));
  for (const axis of AXES) {
    if (shape[axis] < 3) continue;
    const out = new Float32Array(field);
    const [stride, length] = [strides[axis], shape[axis]];
    const block = stride * length;
    for (let base = 0; base < field.length; base += block) {
      for (let n = base + stride; n < base + block - stride; n++)
        out[n] = (field[n - stride] + field[n] + field[n + stride]) / 3;
    }
    field = out;
  }
  const every = Math.max(1, Math.floor(field.length / 50_000));
  const sample = new Float32Array(Math.ceil(field.length / every));
  for (let n = 0; n < sample.length; n++) sample[n] = field[n * every];
  sample.sort();
  const low = sample[Math.floor(0.01 * (sample.length - 1))];
  const high = sample[Math.ceil(0.99 * (sample.length - 1))];
  const scale = high > low ? BRIGHTNESS_STEPS / (high - low) : 0;
  const out = new Uint8Array(field.length);
  for (let n = 0; n < out.length; n++) {
    const bright = (field[n] - low) * scale;
    out[n] = bright < 0 ? 0 : bright > 255 ? 255 : Math.round(bright);
  }
  return out;
}
