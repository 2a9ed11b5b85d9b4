// What can be said about a volume's values: range, a sensible window, and what kind of scan it looks like.
import { orientationCode } from '../contract/geometry.ts';
import { valueRange } from './finish-voxels.ts';
import type { Volume, Voxels } from './volume.ts';

export interface DisplayWindow {
  width: number;
  level: number;
}

export interface ImageFacts {
  /** Over the finite voxels. */
  minimum: number;
  maximum: number;
  /** Soft tissue for CT, the 1st to 99th percentile for everything else. */
  window: DisplayWindow;
  /** As the file says, or as its values look (`modalityIsGuess`), or null. */
  modality: string | null;
  modalityIsGuess: boolean;
  /** Three letters: the side towards which i, j, k grow. */
  orientation: string;
  warnings: string[];
}

/** The usual soft-tissue window of an abdominal CT. */
const SOFT_TISSUE: DisplayWindow = { width: 400, level: 40 };
const SAMPLES = 200_000;

/** Looks at every voxel once for the range and at a regular sample for the percentiles. */
export function volumeFacts(volume: Volume): ImageFacts {
  const { minimum, maximum } = valueRange(volume.voxels);
  const sample = sortedSample(volume.voxels);
  const warnings = [...volume.warnings];
  let { modality } = volume;
  const modalityIsGuess = modality === null && looksLikeHounsfield(minimum, maximum, sample);
  if (modalityIsGuess) {
    modality = 'CT';
    warnings.push(
      'The file does not state its modality; its values look like Hounsfield units, so CT is guessed.',
    );
  }
  return {
    minimum,
    maximum,
    window: modality === 'CT' ? SOFT_TISSUE : percentileWindow(sample, minimum, maximum),
    modality,
    modalityIsGuess,
    orientation: orientationCode(volume.grid),
    warnings,
  };
}

/** About 200,000 finite values in ascending order, every n-th voxel with n odd so that it walks across rows. */
function sortedSample(voxels: Voxels): Float64Array {
  const step = Math.max(1, Math.floor(voxels.length / SAMPLES)) | 1;
  const sample = new Float64Array(Math.ceil(voxels.length / step));
  let count = 0;
  for (let n = 0; n < voxels.length; n += step) {
    const value = voxels[n];
    if (value - value === 0) sample[count++] = value;
  }
  return sample.subarray(0, count).sort();
}

function percentile(sorted: Float64Array, fraction: number): number {
  return sorted[Math.round(fraction * (sorted.length - 1))];
}

function percentileWindow(sorted: Float64Array, minimum: number, maximum: number): DisplayWindow {
  let low = sorted.length ? percentile(sorted, 0.01) : minimum;
  let high = sorted.length ? percentile(sorted, 0.99) : maximum;
  if (!(high > low)) [low, high] = [minimum, maximum];
  if (!(high > low)) return { width: 1, level: low };
  return { width: high - low, level: (high + low) / 2 };
}

/** Air near −1000 or padding below it, nothing denser than metal, and a good share of fat and soft tissue. */
function looksLikeHounsfield(minimum: number, maximum: number, sorted: Float64Array): boolean {
  if (sorted.length === 0 || minimum > -700 || minimum < -10_000 || maximum < 100 || maximum > 33_000)
    return false;
  let soft = 0;
  for (const value of sorted) if (value >= -200 && value <= 300) soft++;
  return soft > 0.02 * sorted.length && percentile(sorted, 0.5) < 400;
}
