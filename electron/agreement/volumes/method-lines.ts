// Lines through two methods that both err: Passing–Bablok and Deming.
import { tQuantile, Z95 } from '../distributions/index.ts';
import type { Interval } from '../ratings/estimate.ts';
import { medianOfSorted, moments, type MeasuredPair } from './pairs.ts';

export interface MethodLine {
  n: number;
  intercept: number | null;
  interceptCi95: Interval | null;
  slope: number | null;
  slopeCi95: Interval | null;
  reason: string | null;
}

/** Above this many pairs, slopes of all twos would not fit into memory. */
export const MOST_PASSING_BABLOK = 5000;

/**
 * Passing–Bablok regression of second on first (Passing and Bablok 1983, J Clin Chem Clin Biochem 21:709–720): shifted
 * median of the slopes of all twos of points, interval by ranks. Slopes of −1 and of points that coincide are left out;
 * points one above the other count as ±∞. It wants the two to correlate positively. Undefined below three pairs, above
 * 5,000, and when no slope is left; an interval that falls beyond the slopes, or on an infinite one, is null.
 */
export function passingBablok(pairs: readonly MeasuredPair[]): MethodLine {
  const n = pairs.length;
  const nothing = { n, intercept: null, interceptCi95: null, slope: null, slopeCi95: null };
  if (n < 3) return { ...nothing, reason: 'it needs three pairs' };
  if (n > MOST_PASSING_BABLOK) return { ...nothing, reason: `it takes at most ${MOST_PASSING_BABLOK} pairs` };
  const slopes = new Float64Array((n * (n - 1)) / 2);
  let [count, steep] = [0, 0];
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const [dx, dy] = [pairs[j][0] - pairs[i][0], pairs[j][1] - pairs[i][1]];
      if ((dx === 0 && dy === 0) || dx === -dy) continue;
      const slope = dx === 0 ? (dy > 0 ? Infinity : -Infinity) : dy / dx;
      if (slope < -1) steep++;
      slopes[count++] = slope;
    }
  }
  if (count === 0) return { ...nothing, reason: 'all points coincide' };
  const sorted = slopes.subarray(0, count).sort();
  const at = (rank: number) => (rank >= 1 && rank <= count ? sorted[rank - 1] : NaN);
  const slope =
    count % 2 === 1 ? at((count + 1) / 2 + steep) : (at(count / 2 + steep) + at(count / 2 + 1 + steep)) / 2;
  if (!Number.isFinite(slope)) return { ...nothing, reason: 'the two do not correlate positively' };
  const reach = Z95 * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  const first = Math.round((count - reach) / 2);
  const bounds: Interval = [at(first + steep), at(count - first + 1 + steep)];
  const interceptOf = (b: number) => medianOfSorted(pairs.map(([x, y]) => y - b * x).sort((p, q) => p - q));
  const bounded = bounds.every(Number.isFinite);
  return {
    n,
    slope,
    slopeCi95: bounded ? bounds : null,
    intercept: interceptOf(slope),
    interceptCi95: bounded ? [interceptOf(bounds[1]), interceptOf(bounds[0])] : null,
    reason: bounded ? null : 'an interval needs more pairs',
  };
}

/**
 * Deming regression of second on first (Deming 1943; Linnet 1990, Stat Med 9:1463–1473) for errors whose variances stand
 * as `errorRatio` = second's over first's (1: equal), intervals by the jackknife (Linnet 1993, Clin Chem 39:424–432)
 * with n − 2 degrees of freedom. Undefined below three pairs and when the two do not covary. Throws RangeError for a
 * ratio that is not positive.
 */
export function deming(pairs: readonly MeasuredPair[], errorRatio = 1): MethodLine {
  if (!(errorRatio > 0)) throw new RangeError(`an error ratio of ${errorRatio} is not positive`);
  const n = pairs.length;
  const nothing = { n, intercept: null, interceptCi95: null, slope: null, slopeCi95: null };
  if (n < 3) return { ...nothing, reason: 'it needs three pairs' };
  const whole = demingLine(pairs, errorRatio);
  if (whole === null) return { ...nothing, reason: 'the two do not vary together' };
  const times = new Int32Array(n).fill(1);
  const values = pairs.map((_, left) => {
    times[left] = 0;
    const line = demingLine(pairs, errorRatio, times);
    times[left] = 1;
    return (
      line && {
        slope: n * whole.slope - (n - 1) * line.slope,
        intercept: n * whole.intercept - (n - 1) * line.intercept,
      }
    );
  });
  if (values.includes(null))
    return { ...nothing, ...whole, reason: 'the line hangs on a single pair: no interval' };
  const interval = (key: 'slope' | 'intercept'): Interval => {
    const pseudo = values.map((value) => value![key]);
    const mean = pseudo.reduce((sum, value) => sum + value, 0) / n;
    const se = Math.sqrt(pseudo.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1) / n);
    const half = tQuantile(0.975, n - 2) * se;
    return [whole[key] - half, whole[key] + half];
  };
  return { n, ...whole, slopeCi95: interval('slope'), interceptCi95: interval('intercept'), reason: null };
}

function demingLine(pairs: readonly MeasuredPair[], ratio: number, times?: ArrayLike<number>) {
  const { meanX, meanY, sxx, syy, sxy } = moments(pairs, times);
  if (sxy === 0 || sxx === 0) return null;
  const apart = syy - ratio * sxx;
  const slope = (apart + Math.sqrt(apart ** 2 + 4 * ratio * sxy ** 2)) / (2 * sxy);
  return { slope, intercept: meanY - slope * meanX };
}
