// Volume ↔ network array: which stored axis each array dimension is, and which way round it runs.
import type { Grid, Triple } from '../contract/geometry.ts';
import { reorientationOf, type Voxels } from '../imaging/index.ts';
import type { Manifest } from './manifest.ts';

/** Array dimension d (D, H, W; W fastest) is the file's axis `axes[d]`, backwards where `flips[d]`. */
export interface Arrangement {
  axes: [number, number, number];
  flips: [boolean, boolean, boolean];
  /** Shape and spacing (mm) in array order. */
  shape: Triple;
  spacing: Triple;
  /** Offset in the file's voxels of array element (0,0,0), and the step a dimension. */
  start: number;
  steps: Triple;
}

/** How a volume on `grid` becomes the array that `input` asks for. */
export function arrangementOf(
  grid: Grid,
  input: Pick<Manifest['input'], 'axes' | 'orientation'>,
): Arrangement {
  const named = input.orientation === 'file' ? storedAxes() : orientedAxes(grid, input.orientation);
  const order = input.axes.map((name) => named['xyz'.indexOf(name)]);
  const axes = order.map((entry) => entry.axis) as Arrangement['axes'];
  const flips = order.map((entry) => entry.flip) as Arrangement['flips'];
  const strides = [1, grid.shape[0], grid.shape[0] * grid.shape[1]];
  let start = 0;
  const steps = axes.map((axis, d) => {
    if (!flips[d]) return strides[axis];
    start += strides[axis] * (grid.shape[axis] - 1);
    return -strides[axis];
  }) as Triple;
  return {
    axes,
    flips,
    shape: axes.map((axis) => grid.shape[axis]) as Triple,
    spacing: axes.map((axis) => grid.spacing[axis]) as Triple,
    start,
    steps,
  };
}

function storedAxes() {
  return [0, 1, 2].map((axis) => ({ axis, flip: false }));
}

/** For x, y, z of an orientation code: the file's nearest axis and whether it runs the other way. */
function orientedAxes(grid: Grid, code: string) {
  const { axes, flips } = reorientationOf(grid);
  return [...code].map((letter) => {
    const patientAxis = ['LR', 'PA', 'SI'].findIndex((pair) => pair.includes(letter));
    return { axis: axes[patientAxis], flip: flips[patientAxis] !== 'RAI'.includes(letter) };
  });
}

/**
 * The volume's voxels in array order, as 32-bit floats; through `table` where one is given, which holds for each
 * whole-numbered value v its replacement at `v & 0xffff`.
 */
export function arrange(voxels: Voxels, arrangement: Arrangement, table?: Float32Array): Float32Array {
  const out = new Float32Array(voxels.length);
  if (table) {
    forEachBlock(arrangement, (n, step, from, fromStep, length) => {
      for (let i = 0; i < length; i++, n += step, from += fromStep) out[n] = table[voxels[from] & 0xffff];
    });
    return out;
  }
  forEachBlock(arrangement, (n, step, from, fromStep, length) => {
    for (let i = 0; i < length; i++, n += step, from += fromStep) out[n] = voxels[from];
  });
  return out;
}

/** Values in array order back in the file's order: the inverse of `arrange`. */
export function putBack<T extends Uint8Array | Float32Array>(values: T, arrangement: Arrangement): T {
  const out = new (values.constructor as new (length: number) => T)(values.length);
  forEachBlock(arrangement, (n, step, to, toStep, length) => {
    for (let i = 0; i < length; i++, n += step, to += toStep) out[to] = values[n];
  });
  return out;
}

/** Enough lines of either array to use what a cache line brings, few enough to stay in cache. */
const BLOCK = 16;

/**
 * Walks all voxels in short lines: array offset `n` and file offset `at`, with their steps. Where rows of the array
 * are not rows of the file, lines run along D inside blocks, since striding over either whole array misses the cache.
 */
function forEachBlock(
  { shape, start, steps }: Arrangement,
  visit: (n: number, step: number, at: number, atStep: number, length: number) => void,
): void {
  const [depth, height, width] = shape;
  if (Math.abs(steps[2]) === 1) {
    for (let d = 0; d < depth; d++) {
      for (let h = 0; h < height; h++) {
        visit((d * height + h) * width, 1, start + d * steps[0] + h * steps[1], steps[2], width);
      }
    }
    return;
  }
  // The dimension that runs along the file's rows goes innermost, within blocks of it and W.
  const inner = Math.abs(steps[0]) === 1 ? 0 : 1;
  const outer = 1 - inner;
  const strides = [height * width, width];
  for (let o = 0; o < shape[outer]; o++) {
    for (let low = 0; low < shape[inner]; low += BLOCK) {
      const length = Math.min(BLOCK, shape[inner] - low);
      const n = o * strides[outer] + low * strides[inner];
      const at = start + o * steps[outer] + low * steps[inner];
      for (let w = 0; w < width; w++) {
        visit(n + w, strides[inner], at + w * steps[2], steps[inner], length);
      }
    }
  }
}
