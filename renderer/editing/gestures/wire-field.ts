// The piece of a picture around a click that livewire looks for ways in: of one slice, or sampled on a plane at any angle.
import type { Grid, Triple } from '../../../electron/contract/geometry.ts';
import { boxOnPlane, planeOffset, type DrawingPlane } from '../drawing-plane.ts';
import { arrivedIn, type ImageSource } from '../image-source.ts';
import { cut, inPlane, sizeOf, widen, type Axis } from '../operations/block.ts';
import type { LivewireTask } from '../operations/livewire.ts';
import { planeWalk, samplePlane } from '../plane-walk.ts';

/** Ways are known this far around the last click, voxels. */
const WINDOW = 160;

export interface WireField {
  task: LivewireTask;
  /** The sample at a place; null outside the field. */
  sampleAt(place: Readonly<Triple>): number | null;
  /** The continuous voxel of a sample. */
  placeOf(sample: number): Triple;
}

/** Around `at`, a whole voxel, in its slice across `axis`; null where the picture has not arrived. */
export function sliceField(
  image: ImageSource,
  { shape, spacing }: Grid,
  at: Triple,
  axis: Axis,
): WireField | null {
  const reach = [0, 1, 2].map((a) => (a === axis ? 0 : WINDOW)) as Triple;
  const box = widen({ low: at, high: at }, reach, shape);
  if (!arrivedIn(image, box)) return null;
  const [a, b] = inPlane(axis);
  const size = sizeOf(box);
  const sampleAt = (place: Readonly<Triple>) => {
    const [x, y] = [Math.round(place[a]) - box.low[a], Math.round(place[b]) - box.low[b]];
    return x < 0 || y < 0 || x >= size[a] || y >= size[b] ? null : x + size[a] * y;
  };
  return {
    task: {
      values: cut(image.voxels, shape, box),
      across: size[a],
      down: size[b],
      spacing: [spacing[a], spacing[b]],
      start: sampleAt(at)!,
    },
    sampleAt,
    placeOf: (sample) => {
      const voxel: Triple = [...at];
      voxel[a] = box.low[a] + (sample % size[a]);
      voxel[b] = box.low[b] + Math.floor(sample / size[a]);
      return voxel;
    },
  };
}

/** Around a continuous voxel on the plane through it, samples as far apart as voxels are where they lie closest. */
export function planeField(
  image: ImageSource,
  grid: Grid,
  at: Triple,
  plane: DrawingPlane,
): WireField | null {
  const pitch = Math.min(...grid.spacing);
  const side = 2 * WINDOW + 1;
  const half = WINDOW * pitch;
  const box = boxOnPlane(grid, plane, at, { x0: -half, x1: half, y0: -half, y1: half });
  if (!box || !arrivedIn(image, box)) return null;
  const values = new Float32Array(side * side);
  samplePlane(image.voxels, grid.shape, planeWalk(grid, plane, at, pitch, side, side), values);
  const sampleAt = (place: Readonly<Triple>) => {
    const { x, y } = planeOffset(grid, plane, at, place);
    const [a, b] = [Math.round(x / pitch) + WINDOW, Math.round(y / pitch) + WINDOW];
    return a < 0 || b < 0 || a >= side || b >= side ? null : a + side * b;
  };
  return {
    task: { values, across: side, down: side, spacing: [pitch, pitch], start: sampleAt(at)! },
    sampleAt,
    placeOf: (sample) => {
      const [x, y] = [((sample % side) - WINDOW) * pitch, (Math.floor(sample / side) - WINDOW) * pitch];
      return at.map(
        (v, axis) => v + (plane.right[axis] * x + plane.down[axis] * y) / grid.spacing[axis],
      ) as Triple;
    },
  };
}
