// Connected parts of a label or of a group of labels, and keeping only the large ones.
import type { Triple } from '../contract/geometry.ts';

export interface KeptParts {
  /** All but the largest part go; equally large ones stay, as in nnU-Net. */
  keepLargest: boolean;
  /** Parts of fewer voxels go, the largest too. */
  minimumVoxels?: number;
  /** Parts of at least as many voxels stay beside the largest. */
  keepFromVoxels?: number;
  /** Voxels that share no more than a corner are connected too; otherwise they share a face. */
  corners?: boolean;
}

/**
 * Removes, in place, parts of `label` in `labels` (`shape`, last dimension fastest); several labels count as one
 * while parts are looked for. Returns the number of voxels removed.
 */
export function keepParts(
  labels: Uint8Array,
  shape: Triple,
  label: number | readonly number[],
  { keepLargest, minimumVoxels = 1, keepFromVoxels = Infinity, corners = false }: KeptParts,
): number {
  const parts = partsOf(labels, shape, typeof label === 'number' ? [label] : label, corners);
  const largest = parts.reduce((most, part) => Math.max(most, part.length), 0);
  let removed = 0;
  for (const part of parts) {
    const stays = !keepLargest || part.length === largest || part.length >= keepFromVoxels;
    if (part.length >= minimumVoxels && stays) continue;
    for (const voxel of part) labels[voxel] = 0;
    removed += part.length;
  }
  return removed;
}

/** The voxels of every part, found by flooding. */
function partsOf(
  labels: Uint8Array,
  shape: Triple,
  group: readonly number[],
  corners: boolean,
): Uint32Array[] {
  const wanted = new Uint8Array(256);
  for (const label of group) wanted[label] = 1;
  let count = 0;
  for (let n = 0; n < labels.length; n++) count += wanted[labels[n]];
  const seen = new Uint8Array(labels.length);
  const queue = new Uint32Array(count);
  const spread = corners ? acrossCorners : acrossFaces;
  const parts: Uint32Array[] = [];
  let end = 0;
  const reach = (voxel: number) => {
    if (seen[voxel] || !wanted[labels[voxel]]) return;
    seen[voxel] = 1;
    queue[end++] = voxel;
  };
  for (let seed = 0; seed < labels.length && end < count; seed++) {
    if (seen[seed] || !wanted[labels[seed]]) continue;
    const start = end;
    reach(seed);
    for (let at = start; at < end; at++) spread(queue[at], shape, reach);
    parts.push(queue.subarray(start, end));
  }
  return parts;
}

function acrossFaces(voxel: number, [depth, height, width]: Triple, reach: (voxel: number) => void): void {
  const slice = height * width;
  const w = voxel % width;
  const h = Math.floor(voxel / width) % height;
  const d = Math.floor(voxel / slice);
  if (w > 0) reach(voxel - 1);
  if (w < width - 1) reach(voxel + 1);
  if (h > 0) reach(voxel - width);
  if (h < height - 1) reach(voxel + width);
  if (d > 0) reach(voxel - slice);
  if (d < depth - 1) reach(voxel + slice);
}

function acrossCorners(voxel: number, [depth, height, width]: Triple, reach: (voxel: number) => void): void {
  const slice = height * width;
  const w = voxel % width;
  const h = Math.floor(voxel / width) % height;
  const d = Math.floor(voxel / slice);
  for (let z = Math.max(0, d - 1); z <= Math.min(depth - 1, d + 1); z++)
    for (let y = Math.max(0, h - 1); y <= Math.min(height - 1, h + 1); y++)
      for (let x = Math.max(0, w - 1); x <= Math.min(width - 1, w + 1); x++) reach(z * slice + y * width + x);
}
