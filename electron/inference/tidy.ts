// What a manifest asks for once labels are decided: small parts go, group by group, then label by label.
import type { Triple } from '../contract/geometry.ts';
import { keepParts } from './components.ts';
import type { Manifest } from './manifest.ts';

/**
 * Removes parts in place. `labels` of `shape` (last dimension fastest) and `spacing` (mm) on the volume's own grid.
 * Returns a sentence for each label or group that lost voxels.
 */
export function tidy(
  labels: Uint8Array,
  shape: Triple,
  spacing: Triple,
  { labels: known, postprocess }: Pick<Manifest, 'labels' | 'postprocess'>,
): string[] {
  const { keepLargest, minimumVoxels, touching } = postprocess;
  const corners = touching === 'corners';
  const voxelMm3 = spacing[0] * spacing[1] * spacing[2];
  const nameOf = (label: number) => known.find((entry) => entry.label === label)?.name ?? `label ${label}`;
  const notes: string[] = [];
  const note = (names: string[], removed: number) => {
    if (removed > 0)
      notes.push(
        `${names.join(' and ')}: ${removed.toLocaleString('en-US')} voxels in smaller parts were dropped.`,
      );
  };
  for (const entry of keepLargest) {
    const { labels: group, keepFromMm3 } =
      typeof entry === 'number' ? { labels: [entry], keepFromMm3: undefined } : entry;
    const keepFromVoxels = keepFromMm3 === undefined ? undefined : voxelsOf(keepFromMm3, voxelMm3);
    const removed = keepParts(labels, shape, group, { keepLargest: true, keepFromVoxels, corners });
    note(group.map(nameOf), removed);
  }
  if (minimumVoxels === undefined) return notes;
  for (const { label, name } of known) {
    if (label === 0) continue;
    note([name], keepParts(labels, shape, label, { keepLargest: false, minimumVoxels, corners }));
  }
  return notes;
}

/** The fewest voxels that are not smaller than `mm3`: nnU-Net compares voxels × volume of one with it. */
function voxelsOf(mm3: number, voxelMm3: number): number {
  const about = Math.floor(mm3 / voxelMm3);
  return [about - 1, about, about + 1].find((n) => n * voxelMm3 >= mm3) ?? about + 2;
}
