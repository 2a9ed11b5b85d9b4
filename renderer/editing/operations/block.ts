// A box cut out of the volume: what every operation works on, so that an organ costs its own size and not the scan's.
import type { Triple } from '../../../electron/contract/geometry.ts';
import type { Box } from '../label-volume.ts';

export type Values = Uint8Array | Int16Array | Uint16Array | Float32Array;

export interface Block {
  /** The block's first voxel in the volume. */
  low: Triple;
  /** Its size, voxels; i fastest, as in the volume. */
  shape: Triple;
  /** mm. */
  spacing: Triple;
  /** The whole volume's size, voxels. */
  volume: Triple;
  labels: Uint8Array<ArrayBuffer>;
  /** The picture in the same box, where an operation asks for it. */
  values: Values | null;
}

/** How far an operation is, 0…1. */
export type Report = (share: number) => void;

export const AXES = [0, 1, 2] as const;
export type Axis = (typeof AXES)[number];

export function sizeOf(box: Box): Triple {
  return box.low.map((low, axis) => box.high[axis] - low + 1) as Triple;
}

export function product(shape: Readonly<Triple>): number {
  return shape[0] * shape[1] * shape[2];
}

/** `box` with a margin in voxels, one number an axis, kept inside the volume. */
export function widen(box: Box, margin: Readonly<Triple>, volume: Readonly<Triple>): Box {
  return {
    low: box.low.map((v, axis) => Math.max(0, v - margin[axis])) as Triple,
    high: box.high.map((v, axis) => Math.min(volume[axis] - 1, v + margin[axis])) as Triple,
  };
}

/** Copies a box out of a volume's voxels. */
export function cut<Voxels extends Values>(voxels: Voxels, volume: Readonly<Triple>, box: Box): Voxels {
  const shape = sizeOf(box);
  const Kind = voxels.constructor as new (length: number) => Voxels;
  const out = new Kind(product(shape));
  const [nx, ny] = volume;
  for (let k = 0, at = 0; k < shape[2]; k++) {
    for (let j = 0; j < shape[1]; j++, at += shape[0]) {
      const start = box.low[0] + nx * (box.low[1] + j + ny * (box.low[2] + k));
      out.set(voxels.subarray(start, start + shape[0]), at);
    }
  }
  return out;
}

/** 1 where the block has `label`. */
export function maskOf(labels: Uint8Array, label: number): Uint8Array<ArrayBuffer> {
  const mask = new Uint8Array(labels.length);
  for (let n = 0; n < labels.length; n++) if (labels[n] === label) mask[n] = 1;
  return mask;
}

/** The labels with `label` exactly where `mask` is 1: it takes what it covers and leaves nothing where it does not. */
export function withMask(labels: Uint8Array, label: number, mask: Uint8Array): Uint8Array<ArrayBuffer> {
  const next = new Uint8Array(labels);
  for (let n = 0; n < next.length; n++) {
    if (mask[n] === 1) next[n] = label;
    else if (next[n] === label) next[n] = 0;
  }
  return next;
}

/** The two axes that lie in a slice across `axis`, the faster one first. */
export function inPlane(axis: Axis): [Axis, Axis] {
  return axis === 0 ? [1, 2] : axis === 1 ? [0, 2] : [0, 1];
}

export function stridesOf(shape: Readonly<Triple>): Triple {
  return [1, shape[0], shape[0] * shape[1]];
}

/** Visits the slices of a shape across `axis`: the first voxel of each and how to walk in it. */
export function forEachSlice(
  shape: Readonly<Triple>,
  axis: Axis,
  visit: (start: number, slice: number) => void,
): void {
  const stride = stridesOf(shape)[axis];
  for (let slice = 0; slice < shape[axis]; slice++) visit(slice * stride, slice);
}
