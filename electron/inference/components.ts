// Connected parts of a label (voxels that share a face), and keeping only the large ones.
import type { Triple } from '../contract/geometry.ts';

/**
 * Removes, in place, parts of `label` in `labels` (`shape`, last dimension fastest): all but the largest where
 * `keepLargest` (equally large ones stay, as in nnU-Net), and those of fewer than `minimumVoxels`. Returns the number
 * of voxels removed.
 */
export function keepParts(
  labels: Uint8Array,
  shape: Triple,
  label: number,
  { keepLargest, minimumVoxels = 1 }: { keepLargest: boolean; minimumVoxels?: number },
): number {
  const parts = partsOf(labels, shape, label);
  const largest = parts.reduce((most, part) => Math.max(most, part.length), 0);
  let removed = 0;
  for (const part of parts) {
    if (part.length >= minimumVoxels && (!keepLargest || part.length === largest)) continue;
    for (const voxel of part) labels[voxel] = 0;
    removed += part.length;
  }
  return removed;
}

/** The voxels of every part, found by flooding. */
function partsOf(labels: Uint8Array, shape: Triple, label: number): Uint32Array[] {
  let count = 0;
  for (let n = 0; n < labels.length; n++) if (labels[n] === label) count++;
  const seen = new Uint8Array(labels.length);
  const queue = new Uint32Array(count);
  const [depth, height, width] = shape;
  const slice = height * width;
  const parts: Uint32Array[] = [];
  let end = 0;
  const reach = (voxel: number) => {
    if (seen[voxel] || labels[voxel] !== label) return;
    seen[voxel] = 1;
    queue[end++] = voxel;
  };
  for (let seed = 0; seed < labels.length; seed++) {
    if (labels[seed] !== label || seen[seed]) continue;
    const start = end;
    reach(seed);
    for (let at = start; at < end; at++) {
      const voxel = queue[at];
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
    parts.push(queue.subarray(start, end));
  }
  return parts;
}
