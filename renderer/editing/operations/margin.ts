// Margins in mm: grow, shrink and hollow by exact Euclidean distances between voxel centres.
import { maskOf, withMask, type Block, type Report } from './block.ts';
import { squaredDistances, TIE } from './distance.ts';
import { rowsWithin, widened } from './widen-runs.ts';

/** Beyond so many rows within reach, distances of all voxels cost less than widening every run into each of them. */
const MOST_ROWS = 700;

export interface Margin {
  kind: 'margin';
  label: number;
  change:
    | { do: 'grow'; mm: number }
    | { do: 'shrink'; mm: number }
    /** A wall of `mm`: within the structure's surface, outside it, or half and half. */
    | { do: 'hollow'; mm: number; wall: 'inside' | 'outside' | 'middle' };
}

/** How far the structure may reach beyond its own box, mm. */
export function marginReachMm({ change }: Margin): number {
  if (change.do === 'shrink') return 0;
  if (change.do === 'grow') return change.mm;
  return change.wall === 'outside' ? change.mm : change.wall === 'middle' ? change.mm / 2 : 0;
}

/**
 * Grow: voxels whose centre is at most `mm` from one of the structure's. Shrink: the structure's voxels that are further
 * than `mm` from every voxel outside it; the end of the scan is no outside. The block has to hold the reach around it.
 */
export function margin(block: Block, operation: Margin, report: Report): Uint8Array<ArrayBuffer> {
  const { label, change } = operation;
  const mask = maskOf(block.labels, label);
  const within = (target: 0 | 1, mm: number, from: number, to: number) =>
    nearerThan(block, mask, target, mm, (share) => report(from + share * (to - from)));
  if (change.do === 'grow') {
    return withMask(block.labels, label, within(1, change.mm, 0, 1));
  }
  if (change.do === 'shrink') {
    const nearOutside = within(0, change.mm, 0, 1);
    for (let n = 0; n < mask.length; n++) if (nearOutside[n] === 1) mask[n] = 0;
    return withMask(block.labels, label, mask);
  }
  const inner = change.wall === 'outside' ? 0 : change.wall === 'inside' ? change.mm : change.mm / 2;
  const outer = change.mm - inner;
  const grown = outer > 0 ? within(1, outer, 0, 0.5) : mask;
  const nearOutside = within(0, inner, 0.5, 1);
  const wall = new Uint8Array(mask.length);
  for (let n = 0; n < mask.length; n++) {
    // Within the structure only what lies near its surface; around it what was grown.
    if (mask[n] === 1 ? nearOutside[n] === 1 : grown[n] === 1) wall[n] = 1;
  }
  return withMask(block.labels, label, wall);
}

/** 1 where a voxel is at most `mm` from one where `mask` is `target`. */
export function nearerThan(
  { shape, spacing }: Pick<Block, 'shape' | 'spacing'>,
  mask: Uint8Array,
  target: 0 | 1,
  mm: number,
  report?: Report,
): Uint8Array<ArrayBuffer> {
  const rows = rowsWithin(spacing, mm);
  if (rows.length <= MOST_ROWS) return widened(shape, mask, target, rows, report);
  const squared = squaredDistances(mask, shape, spacing, target, mm, report);
  const near = new Uint8Array(mask.length);
  const most = mm * mm * TIE;
  for (let n = 0; n < near.length; n++) if (squared[n] <= most) near[n] = 1;
  return near;
}
