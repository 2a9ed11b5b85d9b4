// Axes that hold their points with some air, one point alone included.

/** A domain around the values, with 6 % of air; `hold` are values that must be on it (0, limits). */
export function domainOf(
  values: readonly (number | null)[],
  hold: readonly (number | null)[] = [],
): [number, number] {
  const all = [...values, ...hold].filter(
    (value): value is number => value !== null && Number.isFinite(value),
  );
  if (all.length === 0) return [0, 1];
  const low = all.reduce((a, b) => Math.min(a, b));
  const high = all.reduce((a, b) => Math.max(a, b));
  // One value alone has no span: a tenth of itself on either side reads well.
  const air = high > low ? (high - low) * 0.06 : Math.max(Math.abs(low) * 0.1, 0.5);
  return [low - air, high + air];
}
