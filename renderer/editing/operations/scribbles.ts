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
  const { shape, spacing } = task;
  // One voxel of barrier all around: no step has to ask whether it leaves the box.
  const padded = shape.map((n) => n + 2) as Triple;
  const brightness = pad(brightnessOf(task.values, shape), shape, 0);
  report(0.1);
  const owner = pad(seedsWithFaces(task.seeds, shape), shape, 0);
  /** 1 where nothing is to be done any more, or ever. */
  const done = pad(task.barrier, shape, 1);
  const costs = new Int32Array(owner.length).fill(0x7fffffff);
  const queue = new BucketQueue(LONGEST_STEP);
  for (let n = 0; n < owner.length; n++) {
    if (owner[n] === 0 || done[n] === 1) continue;
    costs[n] = 0;
    queue.put(n, 0);
  }
  const strides = stridesOf(padded);
  const moves = Int32Array.from(strides.flatMap((stride) => [-stride, stride]));
  const lengths = Int32Array.from(
    spacing.flatMap((mm) => Array<number>(2).fill(Math.max(1, Math.round(mm * COST_OF_MM)))),
  );
  let settled = 0;
  for (let voxel = queue.take(); voxel >= 0; voxel = queue.take()) {
    if (done[voxel] === 1) continue;
    done[voxel] = 1;
    if ((++settled & 0xffff) === 0) report(0.1 + (0.9 * settled) / owner.length);
    const [base, bright, side] = [costs[voxel], brightness[voxel], owner[voxel]];
    for (let move = 0; move < 6; move++) {
      const to = voxel + moves[move];
      if (done[to] === 1) continue;
      const difference = brightness[to] - bright;
      const cost = base + lengths[move] + (difference < 0 ? -difference : difference);
      const known = costs[to];
      if (cost < known) {
        costs[to] = cost;
        owner[to] = side;
        queue.put(to, cost);
      } else if (cost === known && side > owner[to]) {
        // Equally near to both: outside.
        owner[to] = side;
      }
    }
  }
  const reached = costs;
  return unpad(owner, shape, (n) => reached[n] !== 0x7fffffff);
}

function pad(numbers: Uint8Array, shape: Triple, around: number): Uint8Array<ArrayBuffer> {
  const [nx, ny, nz] = shape;
  const out = new Uint8Array((nx + 2) * (ny + 2) * (nz + 2)).fill(around);
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      const row = nx * (j + ny * k);
      out.set(numbers.subarray(row, row + nx), 1 + (nx + 2) * (j + 1 + (ny + 2) * (k + 1)));
    }
  }
  return out;
}

/** Without the border; 0 where `reached` says no. */
function unpad(numbers: Uint8Array, shape: Triple, reached: (n: number) => boolean): Uint8Array<ArrayBuffer> {
  const [nx, ny, nz] = shape;
  const out = new Uint8Array(nx * ny * nz);
  for (let k = 0, n = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      let from = 1 + (nx + 2) * (j + 1 + (ny + 2) * (k + 1));
      for (let i = 0; i < nx; i++, n++, from++) if (reached(from)) out[n] = numbers[from];
    }
  }
  return out;
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
