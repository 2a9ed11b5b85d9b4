// Percentiles of sorted numbers, as NumPy's default ("linear", Hyndman and Fan type 7).

/** The p-th percentile (0…100) of ascending `sorted`; NaN when it is empty. */
export function percentileOfSorted(sorted: ArrayLike<number>, p: number): number {
  if (sorted.length === 0) return NaN;
  const position = (p / 100) * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (position - below);
}

/** Merges two ascending arrays into one. */
export function mergeSorted(a: Float64Array, b: Float64Array): Float64Array {
  const merged = new Float64Array(a.length + b.length);
  let m = 0;
  let n = 0;
  for (let at = 0; at < merged.length; at++) {
    merged[at] = n >= b.length || (m < a.length && a[m] <= b[n]) ? a[m++] : b[n++];
  }
  return merged;
}
