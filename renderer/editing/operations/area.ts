// An area that was shown before it is kept: voxels whose number lies between two bounds become the structure.
import type { Box } from '../label-volume.ts';
import type { Block, Values } from './block.ts';

export interface Area {
  kind: 'area';
  label: number;
  box: Box;
  /** One number a voxel of the box. */
  numbers: Values;
  atLeast: number;
  atMost: number;
}

export function area(block: Block, { label, numbers, atLeast, atMost }: Area): Uint8Array<ArrayBuffer> {
  const next = new Uint8Array(block.labels);
  for (let n = 0; n < next.length; n++) {
    if (numbers[n] >= atLeast && numbers[n] <= atMost) next[n] = label;
  }
  return next;
}
