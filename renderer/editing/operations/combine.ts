// Boolean operations between two structures, and a structure moved by whole voxels.
import type { Triple } from '../../../electron/contract/geometry.ts';
import { maskOf, withMask, type Block, type Report } from './block.ts';
import { nearerThan } from './margin.ts';

export type Combination = 'add' | 'subtract' | 'intersect' | 'exclusive' | 'swap';

export interface Combine {
  kind: 'combine';
  label: number;
  other: number;
  how: Combination;
  /** The other one is taken grown by so much: two structures never share a voxel, but they may touch. mm. */
  marginMm: number;
}

/**
 * add: A and B become A. subtract: A without what is within the margin of B. intersect: A only within the margin of B.
 * exclusive: A outside the margin of B, and what is within it and not A. swap: both change places.
 */
export function combine(block: Block, operation: Combine, report: Report): Uint8Array<ArrayBuffer> {
  const { label, other, how, marginMm } = operation;
  const { labels } = block;
  if (how === 'swap') {
    return labels.map((v) => (v === label ? other : v === other ? label : v));
  }
  const a = maskOf(labels, label);
  const plain = maskOf(labels, other);
  const b = marginMm > 0 ? nearerThan(block, plain, 1, marginMm, report) : plain;
  const result = new Uint8Array(a.length);
  for (let n = 0; n < a.length; n++) {
    const [inA, inB] = [a[n] === 1, b[n] === 1];
    const wanted =
      how === 'add'
        ? inA || inB
        : how === 'subtract'
          ? inA && !inB
          : how === 'intersect'
            ? inA && inB
            : inA !== inB;
    if (wanted) result[n] = 1;
  }
  return withMask(labels, label, result);
}

export interface Translate {
  kind: 'translate';
  label: number;
  by: Triple;
}

/** What leaves the volume is lost; the block holds the structure before and after. */
export function translate(block: Block, { label, by }: Translate): Uint8Array<ArrayBuffer> {
  const { labels, shape } = block;
  const moved = new Uint8Array(labels.length);
  const [nx, ny, nz] = shape;
  const offset = by[0] + nx * (by[1] + ny * by[2]);
  for (let k = Math.max(0, -by[2]); k < Math.min(nz, nz - by[2]); k++) {
    for (let j = Math.max(0, -by[1]); j < Math.min(ny, ny - by[1]); j++) {
      const row = nx * (j + ny * k);
      for (let i = Math.max(0, -by[0]); i < Math.min(nx, nx - by[0]); i++) {
        if (labels[row + i] === label) moved[row + i + offset] = 1;
      }
    }
  }
  return withMask(labels, label, moved);
}
