// Bias and 95 % limits of agreement of paired volumes (Bland & Altman, Lancet 1986).
export interface BlandAltman {
  n: number;
  bias: number;
  /** Standard deviation of the differences (n − 1). */
  sd: number;
  lower: number;
  upper: number;
}

/** Of the differences b − a. Null with fewer than two pairs: one difference has no spread. */
export function blandAltman(pairs: readonly { a: number; b: number }[]): BlandAltman | null {
  const n = pairs.length;
  if (n < 2) return null;
  const differences = pairs.map(({ a, b }) => b - a);
  const bias = differences.reduce((sum, d) => sum + d, 0) / n;
  const sd = Math.sqrt(differences.reduce((sum, d) => sum + (d - bias) ** 2, 0) / (n - 1));
  return { n, bias, sd, lower: bias - 1.96 * sd, upper: bias + 1.96 * sd };
}
