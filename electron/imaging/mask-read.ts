// Masks from files: one whole label, 0…255, a voxel; anything else is refused.
import type { Grid } from '../contract/geometry.ts';
import type { OnProgress } from './file-bytes.ts';
import { readVolume } from './read-volume.ts';
import { refuse } from './refusals.ts';
import type { FileFormat, Voxels } from './volume.ts';

export interface Mask {
  grid: Grid;
  /** labels[i + nx·(j + ny·k)] on `grid`, as in the file. */
  labels: Uint8Array;
  format: FileFormat;
  warnings: string[];
}

/** Numbers this near to a whole one are taken as meant so. */
const WHOLE_TOLERANCE = 1e-3;

/**
 * Reads a label map of any format that `readVolume` opens. Throws what `readVolume` throws, and Problem
 * `mask-not-whole-numbers` (a probability map), `mask-labels-out-of-range` or `mask-without-numbers`.
 */
export async function readMask(path: string, options: { onProgress?: OnProgress } = {}): Promise<Mask> {
  const volume = await readVolume(path, options);
  const { labels, rounded } = labelsOf(volume.voxels, path);
  const warnings = [...volume.warnings];
  if (rounded > 0) {
    const voxels = rounded === 1 ? '1 voxel was' : `${rounded.toLocaleString('en-US')} voxels were`;
    warnings.push(`${voxels} within 0.001 of a whole number and rounded to it.`);
  }
  return { grid: volume.grid, labels, format: volume.format, warnings };
}

function labelsOf(voxels: Voxels, path: string): { labels: Uint8Array; rounded: number } {
  if (voxels instanceof Uint8Array) return { labels: voxels, rounded: 0 };
  const labels = new Uint8Array(voxels.length);
  let rounded = 0;
  for (let n = 0; n < voxels.length; n++) {
    const value = voxels[n];
    const label = Math.round(value);
    if (!(label >= 0 && label <= 255)) throw outOfRange(value, path);
    if (value !== label) {
      if (Math.abs(value - label) > WHOLE_TOLERANCE) throw notWhole(value, path);
      rounded++;
    }
    labels[n] = label;
  }
  return { labels, rounded };
}

function outOfRange(value: number, path: string): unknown {
  if (!Number.isFinite(value)) {
    return refuse('mask-without-numbers', path, 'is not a mask: some of its voxels are NaN or infinite.');
  }
  return refuse(
    'mask-labels-out-of-range',
    path,
    `is not a mask that Concord takes: it holds the value ${Number(value.toFixed(3))}, and labels are 0 to 255.`,
  );
}

function notWhole(value: number, path: string): unknown {
  return refuse(
    'mask-not-whole-numbers',
    path,
    `is not a mask: it holds fractions such as ${Number(value.toFixed(4))}. ` +
      'If it is a probability map, threshold it first and save whole labels.',
  );
}
