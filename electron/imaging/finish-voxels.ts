// From the numbers a file stores to the numbers a reader sees: rescaling, the natural type, and missing numbers.
import type { Voxels, VoxelType } from './volume.ts';
import { allocateVoxels, isFloat, narrowestInteger, voxelTypeOf } from './voxel-types.ts';
import { refuse } from './refusals.ts';

export interface FinishedVoxels {
  voxels: Voxels;
  voxelType: VoxelType;
  warnings: string[];
}

/** Smallest and largest finite value, and how many values are NaN or infinite. */
export interface ValueRange {
  minimum: number;
  maximum: number;
  notFinite: number;
}

/** Range of the finite values; ±Infinity bounds when there are none. */
export function valueRange(voxels: Voxels): ValueRange {
  let minimum = Infinity;
  let maximum = -Infinity;
  let notFinite = 0;
  if (!isFloat(voxelTypeOf(voxels))) {
    for (let n = 0; n < voxels.length; n++) {
      const value = voxels[n];
      if (value < minimum) minimum = value;
      if (value > maximum) maximum = value;
    }
    return { minimum, maximum, notFinite };
  }
  for (let n = 0; n < voxels.length; n++) {
    const value = voxels[n];
    if (value - value !== 0) notFinite++;
    else {
      if (value < minimum) minimum = value;
      if (value > maximum) maximum = value;
    }
  }
  return { minimum, maximum, notFinite };
}

/**
 * Applies `value = stored · slope + intercept` and settles on uint8, int16, uint16 or float32: integers that stay
 * integers and fit keep an integer type, everything else becomes float32. Values that are NaN or infinite stay as
 * they are, with a warning; a volume of nothing else throws Problem `volume-without-numbers`.
 */
export function finishVoxels(
  stored: Voxels,
  scale: { slope: number; intercept: number },
  path: string,
): FinishedVoxels {
  const type = voxelTypeOf(stored);
  const { slope, intercept } = scale;
  const plain = slope === 1 && intercept === 0;
  if (plain && (type === 'uint8' || type === 'int16' || type === 'uint16')) {
    return { voxels: stored, voxelType: type, warnings: [] };
  }
  const range = valueRange(stored);
  if (range.minimum > range.maximum) {
    throw refuse('volume-without-numbers', path, 'holds no number at all: every voxel is NaN or infinite.');
  }
  const warnings: string[] = [];
  if (range.notFinite > 0) {
    const voxels =
      range.notFinite === 1 ? '1 voxel is' : `${range.notFinite.toLocaleString('en-US')} voxels are`;
    warnings.push(
      `${voxels} NaN or infinite; they are left as they are, and out of minimum, maximum and window.`,
    );
  }
  const ends = [range.minimum * slope + intercept, range.maximum * slope + intercept];
  const whole = !isFloat(type) && Number.isInteger(slope) && Number.isInteger(intercept);
  const target = (whole && naturalInteger(type, Math.min(...ends), Math.max(...ends))) || 'float32';
  if (target === 'float32' && whole && Math.max(...ends.map(Math.abs)) > 2 ** 24) {
    warnings.push('Whole numbers above 16,777,216 are rounded to 32-bit floating point.');
  }
  if (target === type && plain) return { voxels: stored, voxelType: type, warnings };
  const voxels = allocateVoxels(target, stored.length, path);
  if (plain) voxels.set(stored);
  else for (let n = 0; n < stored.length; n++) voxels[n] = stored[n] * slope + intercept;
  return { voxels, voxelType: target, warnings };
}

/** Keeps 16-bit data 16-bit: a CT stored as uint16 does not become uint8 because a slice happens to be dark. */
function naturalInteger(stored: VoxelType, minimum: number, maximum: number): VoxelType | null {
  const narrowest = narrowestInteger(minimum, maximum);
  if (narrowest !== 'uint8') return narrowest;
  return stored === 'int16' || stored === 'uint16' ? 'int16' : 'uint8';
}
