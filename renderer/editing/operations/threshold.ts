// Threshold to mask: every voxel whose value lies in the range.
import { withMask, type Block } from './block.ts';

export interface Threshold {
  kind: 'threshold';
  label: number;
  low: number;
  high: number;
  /** Adds to the structure, makes it exactly that, or keeps of it only what lies in the range. */
  how: 'add' | 'replace' | 'keep';
}

export function threshold(block: Block, { label, low, high, how }: Threshold): Uint8Array<ArrayBuffer> {
  const { labels, values } = block;
  if (!values) throw new RangeError('a threshold needs the picture');
  const mask = new Uint8Array(labels.length);
  for (let n = 0; n < mask.length; n++) {
    const inRange = values[n] >= low && values[n] <= high;
    const has = labels[n] === label;
    if (how === 'keep' ? has && inRange : inRange || (how === 'add' && has)) mask[n] = 1;
  }
  return withMask(labels, label, mask);
}
