// Weights of partial agreement between ordered levels.

export type WeightKind = 'unweighted' | 'linear' | 'quadratic';
export const WEIGHT_KINDS: readonly WeightKind[] = ['unweighted', 'linear', 'quadratic'];

/** weight(i, j): 1 for full agreement, 0 for none. */
export type Weights = (i: number, j: number) => number;

/**
 * Agreement of levels i and j of `levels` ordered ones by their places: unweighted 1 or 0; linear 1 − |i−j|/(k−1)
 * (Cicchetti and Allison 1971, Am J EEG Technol 11:101–109); quadratic 1 − (i−j)²/(k−1)² (Fleiss and Cohen 1973,
 * Educ Psychol Meas 33:613–619).
 */
export function weightsOf(kind: WeightKind, levels: number): Weights {
  const span = Math.max(1, levels - 1);
  if (kind === 'unweighted') return (i, j) => (i === j ? 1 : 0);
  if (kind === 'linear') return (i, j) => 1 - Math.abs(i - j) / span;
  return (i, j) => 1 - ((i - j) / span) ** 2;
}

/** Weights from a matrix of agreement (1 on the diagonal), as published tables give them. */
export function matrixWeights(matrix: readonly (readonly number[])[]): Weights {
  return (i, j) => matrix[i][j];
}
