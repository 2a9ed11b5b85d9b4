// Intensities as the network was trained on them.
import type { Voxels } from '../imaging/index.ts';
import { arrange, type Arrangement } from './arrange.ts';
import type { Normalisation } from './manifest.ts';

/**
 * Normalises in place; what is no finite number becomes 0 first. z-score as in nnU-Net v1: population sd, and 1e-8
 * added to it. minmax01 of a constant volume gives 0 everywhere. `counted`: how often each value occurs, where the
 * values are those of a table.
 */
export function normalise(
  values: Float32Array,
  normalisation: Normalisation,
  counted: { weights: number[]; total: number } | null = null,
): void {
  const { low, high } = clean(values);
  switch (normalisation.scheme) {
    case 'none':
      return;
    case 'minmax01':
      return scale(values, low, high > low ? high - low : 1);
    case 'zscore': {
      const total = counted?.total ?? values.length;
      const weights = counted?.weights;
      let sum = 0;
      for (let n = 0; n < values.length; n++) sum += values[n] * (weights ? weights[n] : 1);
      const mean = sum / total;
      let squares = 0;
      for (let n = 0; n < values.length; n++) squares += (values[n] - mean) ** 2 * (weights ? weights[n] : 1);
      return scale(values, mean, Math.sqrt(squares / total) + 1e-8);
    }
    case 'ct-clip': {
      const { lower, upper, mean, sd } = normalisation;
      for (let n = 0; n < values.length; n++) values[n] = Math.min(upper, Math.max(lower, values[n]));
      return scale(values, mean, sd);
    }
    case 'window': {
      const { lower, upper } = normalisation;
      for (let n = 0; n < values.length; n++) values[n] = Math.min(upper, Math.max(lower, values[n]));
      return scale(values, lower, upper - lower);
    }
  }
}

/**
 * The voxels of a volume in array order, normalised: `normalise(arrange(…))` in one pass over whole-numbered voxels,
 * whose few values are normalised once each.
 */
export function arrangeNormalised(
  voxels: Voxels,
  arrangement: Arrangement,
  normalisation: Normalisation,
): Float32Array {
  if (voxels instanceof Float32Array || voxels.length < SMALL) {
    const values = arrange(voxels, arrangement);
    normalise(values, normalisation);
    return values;
  }
  return arrange(voxels, arrangement, tableOf(voxels, normalisation));
}

/** Below as many voxels a table of all values costs more than it saves. */
const SMALL = 1 << 16;
const VALUES = 1 << 16;

/** What each stored value becomes, at index `value & 0xffff`. */
function tableOf(voxels: Exclude<Voxels, Float32Array>, normalisation: Normalisation): Float32Array {
  const counts = new Uint32Array(VALUES);
  for (let n = 0; n < voxels.length; n++) counts[voxels[n] & 0xffff]++;
  const signed = voxels instanceof Int16Array;
  const present: number[] = [];
  for (let n = 0; n < VALUES; n++) if (counts[n] > 0) present.push(n);
  const values = Float32Array.from(present, (n) => (signed && n > 0x7fff ? n - VALUES : n));
  normalise(values, normalisation, { weights: present.map((n) => counts[n]), total: voxels.length });
  const table = new Float32Array(VALUES);
  present.forEach((n, i) => (table[n] = values[i]));
  return table;
}

/** Puts 0 where there is no finite number, in place; the smallest and largest value then. */
function clean(values: Float32Array): { low: number; high: number } {
  let low = Infinity;
  let high = -Infinity;
  for (let n = 0; n < values.length; n++) {
    let value = values[n];
    // x − x is 0 for finite numbers only.
    if (value - value !== 0) values[n] = value = 0;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, high };
}

function scale(values: Float32Array, shift: number, divisor: number): void {
  for (let n = 0; n < values.length; n++) values[n] = (values[n] - shift) / divisor;
}
