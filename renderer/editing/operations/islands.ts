// Islands: the separate parts of a structure, kept or removed by size or by the one that was clicked.
import type { Triple } from '../../../electron/contract/geometry.ts';
import { maskOf, type Block } from './block.ts';
import { components, forEachRun, partAt } from './components.ts';

export type IslandRule =
  | { keep: 'largest' }
  /** Removes those with fewer voxels. */
  | { keep: 'at-least'; voxels: number }
  /** The one at a voxel of the volume stays alone, or goes alone, or becomes another structure. */
  | { keep: 'clicked'; at: Triple }
  | { keep: 'others'; at: Triple }
  | { keep: 'moved'; at: Triple; to: number };

export interface Islands {
  kind: 'islands';
  label: number;
  rule: IslandRule;
}

/** Parts that touch at a corner are one island. Of two equally large ones the first in the volume is the largest. */
export function islands(block: Block, { label, rule }: Islands): Uint8Array<ArrayBuffer> {
  const next = new Uint8Array(block.labels);
  const found = components(maskOf(block.labels, label), block.shape, 'corners');
  const { sizes } = found;
  let keeps: (part: number) => boolean;
  let becomes = 0;
  if (rule.keep === 'largest') {
    const largest = sizes.indexOf(Math.max(...sizes));
    keeps = (part) => part === largest;
  } else if (rule.keep === 'at-least') keeps = (part) => sizes[part] >= rule.voxels;
  else {
    const clicked = partAt(found, indexIn(block, rule.at));
    if (clicked < 0) return next;
    keeps = rule.keep === 'clicked' ? (part) => part === clicked : (part) => part !== clicked;
    if (rule.keep === 'moved') becomes = rule.to;
  }
  forEachRun(
    found,
    (part) => !keeps(part),
    (start, end) => next.fill(becomes, start, end),
  );
  return next;
}

function indexIn({ low, shape }: Block, voxel: Readonly<Triple>): number {
  const [i, j, k] = voxel.map((v, axis) => Math.round(v) - low[axis]);
  if (i < 0 || j < 0 || k < 0 || i >= shape[0] || j >= shape[1] || k >= shape[2]) return -1;
  return i + shape[0] * (j + shape[1] * k);
}
