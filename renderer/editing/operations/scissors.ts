// Scissors: a closed line drawn in a view cuts straight through the slices behind and before it.
import { inPlane, maskOf, stridesOf, withMask, type Axis, type Block } from './block.ts';
import { polygonRuns, type Point } from './polygon.ts';

export interface Scissors {
  kind: 'scissors';
  label: number;
  /** The axis across the view; points are continuous voxels along the two others, the faster one first. */
  axis: Axis;
  points: Point[];
  /** First and last slice that are cut. */
  slices: [number, number];
  how: 'erase-inside' | 'erase-outside' | 'fill-inside';
}

export function scissors(block: Block, operation: Scissors): Uint8Array<ArrayBuffer> {
  const { label, axis, points, slices, how } = operation;
  const { low, shape } = block;
  const [a, b] = inPlane(axis);
  const strides = stridesOf(shape);
  const mask = maskOf(block.labels, label);
  const inside = new Uint8Array(shape[a] * shape[b]);
  const moved = points.map(([x, y]): Point => [x - low[a], y - low[b]]);
  polygonRuns(moved, shape[a], shape[b], (a0, a1, row) => {
    inside.fill(1, row * shape[a] + a0, row * shape[a] + a1 + 1);
  });
  const first = Math.max(0, slices[0] - low[axis]);
  const last = Math.min(shape[axis] - 1, slices[1] - low[axis]);
  for (let slice = first; slice <= last; slice++) {
    for (let y = 0, n = 0; y < shape[b]; y++) {
      let at = slice * strides[axis] + y * strides[b];
      for (let x = 0; x < shape[a]; x++, n++, at += strides[a]) {
        if (how === 'fill-inside') mask[at] |= inside[n];
        else if ((inside[n] === 1) === (how === 'erase-inside')) mask[at] = 0;
      }
    }
  }
  return withMask(block.labels, label, mask);
}
