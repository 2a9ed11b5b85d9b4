// Bland and Altman's limits of agreement (Lancet 1986) of paired measurements, with exact t intervals.
import { tQuantile } from './distributions/index.ts';

export interface BlandAltman {
  n: number;
  /** Mean of second − first. */
  bias: number;
  sd: number;
  /** bias ∓ 1.96 sd. */
  lower: number;
  upper: number;
  biasCi95: [number, number];
  /** Interval of either limit with the standard error √(3/n)·sd. */
  lowerCi95: [number, number];
  upperCi95: [number, number];
}

/** Null below two pairs. `pairs`: [first, second] in any one unit. */
export function blandAltman(pairs: readonly (readonly [number, number])[]): BlandAltman | null {
  const n = pairs.length;
  if (n < 2) return null;
  const differences = pairs.map(([first, second]) => second - first);
  const bias = differences.reduce((sum, d) => sum + d, 0) / n;
  const sd = Math.sqrt(differences.reduce((sum, d) => sum + (d - bias) ** 2, 0) / (n - 1));
  const t = tQuantile(0.975, n - 1);
  const around = (centre: number, half: number): [number, number] => [centre - half, centre + half];
  const lower = bias - 1.96 * sd;
  const upper = bias + 1.96 * sd;
  const limitHalf = t * Math.sqrt(3 / n) * sd;
  return {
    n,
    bias,
    sd,
    lower,
    upper,
    biasCi95: around(bias, (t * sd) / Math.sqrt(n)),
    lowerCi95: around(lower, limitHalf),
    upperCi95: around(upper, limitHalf),
  };
}
