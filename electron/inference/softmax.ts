// Softmax over the channels of every voxel, fast enough not to be noticed beside a network.

/** Voxels worked on at a time: their exponentials and sums stay in the processor's cache. */
const AT_ONCE = 1 << 9;
/** Beyond this an exponential might leave 64 bits. */
const WILD = 600;

/** In place. `scores` is one run of voxels a channel; results are within 10⁻⁷ of the definition. */
export function softmax(scores: Float32Array, channels: number): void {
  const size = scores.length / channels;
  const powers = new Float64Array(AT_ONCE * channels);
  const sums = new Float64Array(AT_ONCE);
  for (let start = 0; start < size; start += AT_ONCE) {
    const length = Math.min(AT_ONCE, size - start);
    sums.fill(0);
    let tame = true;
    for (let c = 0; c < channels && tame; c++) {
      tame = exponentiate(scores, c * size + start, length, powers, c * AT_ONCE, sums);
    }
    if (!tame) {
      byDefinition(scores, channels, start, length);
      continue;
    }
    for (let n = 0; n < length; n++) sums[n] = 1 / sums[n];
    for (let c = 0; c < channels; c++) share(scores, c * size + start, length, powers, c * AT_ONCE, sums);
  }
}

/** Steps of the exponent: 2^(1/16). */
const STEPS = 16;
const SIXTEENTHS = Float64Array.from({ length: STEPS }, (_, n) => 2 ** (n / STEPS));
/** 2⁻⁹⁰⁰ … 2⁹⁰⁰. */
const LOWEST = 900;
const WHOLE = Float64Array.from({ length: 2 * LOWEST + 1 }, (_, n) => 2 ** (n - LOWEST));
const PER_STEP = Math.LN2 / STEPS;

/**
 * e^score of one channel into `powers`, and added to `sums`: the nearest sixteenth of a power of two from tables, the
 * rest by its series (at most 2.2 %, so its fourth power is lost in 32 bits). False where a score is wild.
 */
function exponentiate(
  scores: Float32Array,
  from: number,
  length: number,
  powers: Float64Array,
  to: number,
  sums: Float64Array,
): boolean {
  for (let n = 0; n < length; n++) {
    const score = scores[from + n];
    if (!(score < WILD && score > -WILD)) return false;
    const steps = Math.floor(score / PER_STEP + 0.5);
    const rest = score - steps * PER_STEP;
    const power =
      SIXTEENTHS[steps & (STEPS - 1)] *
      WHOLE[(steps >> 4) + LOWEST] *
      (1 + rest * (1 + rest * (1 / 2 + rest / 6)));
    powers[to + n] = power;
    sums[n] += power;
  }
  return true;
}

function share(
  scores: Float32Array,
  to: number,
  length: number,
  powers: Float64Array,
  from: number,
  inverses: Float64Array,
): void {
  for (let n = 0; n < length; n++) scores[to + n] = powers[from + n] * inverses[n];
}

/** Voxel by voxel with the largest score taken off: for scores of any size, and what is no number stays none. */
function byDefinition(scores: Float32Array, channels: number, start: number, length: number): void {
  const size = scores.length / channels;
  for (let v = start; v < start + length; v++) {
    let highest = -Infinity;
    for (let c = 0; c < channels; c++) highest = Math.max(highest, scores[c * size + v]);
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += Math.exp(scores[c * size + v] - highest);
    for (let c = 0; c < channels; c++) scores[c * size + v] = Math.exp(scores[c * size + v] - highest) / sum;
  }
}
