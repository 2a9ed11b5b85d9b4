// Holm's correction for several tests.

/**
 * p-values adjusted by Holm's step-down procedure (Holm 1979, Scand J Stat 6:65–70), in the order given. Undefined ones
 * stay null and do not count as tests.
 */
export function holm(pValues: readonly (number | null)[]): (number | null)[] {
  const order = pValues
    .map((p, at) => ({ p, at }))
    .filter((entry): entry is { p: number; at: number } => entry.p !== null)
    .sort((a, b) => a.p - b.p);
  const adjusted: (number | null)[] = pValues.map(() => null);
  let highest = 0;
  order.forEach(({ p, at }, step) => {
    highest = Math.max(highest, Math.min(1, p * (order.length - step)));
    adjusted[at] = highest;
  });
  return adjusted;
}
