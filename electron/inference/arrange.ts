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

/** The volume's voxels in array order, as 32-bit floats. */
export function arrange(voxels: Voxels, { shape, start, steps }: Arrangement): Float32Array {
  const out = new Float32Array(shape[0] * shape[1] * shape[2]);
  let n = 0;
  for (let d = 0; d < shape[0]; d++) {
    for (let h = 0; h < shape[1]; h++) {
      let from = start + d * steps[0] + h * steps[1];
      for (let w = 0; w < shape[2]; w++, from += steps[2]) out[n++] = voxels[from];
    }
  }
  return out;
}

/** Values in array order back in the file's order: the inverse of `arrange`. */
export function putBack<T extends Uint8Array | Float32Array>(
  values: T,
  { shape, start, steps }: Arrangement,
): T {
  const out = new (values.constructor as new (length: number) => T)(values.length);
  let n = 0;
  for (let d = 0; d < shape[0]; d++) {
    for (let h = 0; h < shape[1]; h++) {
      let to = start + d * steps[0] + h * steps[1];
      for (let w = 0; w < shape[2]; w++, to += steps[2]) out[to] = values[n++];
    }
  }
  return out;
}
