// Intensities as the network was trained on them.
import type { Normalisation } from './manifest.ts';

/**
 * Normalises in place; what is no finite number becomes 0 first. z-score as in nnU-Net v1: population sd, and 1e-8
 * added to it. minmax01 of a constant volume gives 0 everywhere.
 */
export function normalise(values: Float32Array, normalisation: Normalisation): void {
  const { low, high } = clean(values);
  switch (normalisation.scheme) {
    case 'none':
      return;
    case 'minmax01':
      return scale(values, low, high > low ? high - low : 1);
    case 'zscore': {
      let sum = 0;
      for (let n = 0; n < values.length; n++) sum += values[n];
      const mean = sum / values.length;
      let squares = 0;
      for (let n = 0; n < values.length; n++) squares += (values[n] - mean) ** 2;
      return scale(values, mean, Math.sqrt(squares / values.length) + 1e-8);
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
