// Where the spread of measured volumes comes from: cases, readers, readers on single cases, and repetition.
import { minimise } from './minimise.ts';

/** One measured volume: case and reader by number (0 …); several of one case and reader are rounds. */
export interface Measurement {
  readonly caseIndex: number;
  readonly reader: number;
  readonly value: number;
}
export interface VarianceComponents {
  mean: number | null;
  /** Variances, in the square of the values' unit. */
  case: number | null;
  reader: number | null;
  /** Reader on a single case; null without repeated readings, for then it cannot be told from the residual. */
  caseReader: number | null;
  residual: number | null;
  cases: number;
  readers: number;
  measurements: number;
  reason: string | null;
}

/** A case read by a reader: how often, the mean, and the squares about it. */
interface Cell {
  reader: number;
  n: number;
  mean: number;
}

/**
 * Variance components of the crossed random model value = mean + case + reader (+ case × reader) + residual by restricted
 * maximum likelihood (Patterson and Thompson 1971, Biometrika 58:545–554), as lme4's
 * `value ~ 1 + (1|case) + (1|reader) (+ (1|case:reader))`; components are never negative, and any reading may be missing.
 * For complete tables whose analysis of variance gives no negative component it equals that. Undefined below two cases
 * or two readers and when nothing varies.
 */
export function varianceComponents(measurements: readonly Measurement[]): VarianceComponents {
  const byCase = Map.groupBy(measurements, (m) => m.caseIndex);
  const readerPlace = new Map(
    [...new Set(measurements.map((m) => m.reader))].map((reader, at) => [reader, at]),
  );
  const [cases, readers, n] = [byCase.size, readerPlace.size, measurements.length];
  const head = { cases, readers, measurements: n };
  const nothing = { mean: null, case: null, reader: null, caseReader: null, residual: null };
  if (cases < 2 || readers < 2) return { ...nothing, ...head, reason: 'it needs two cases and two readers' };
  const grand = measurements.reduce((sum, m) => sum + m.value, 0) / n;
  const total = measurements.reduce((sum, m) => sum + (m.value - grand) ** 2, 0) / (n - 1);
  const largest = measurements.reduce((most, m) => Math.max(most, Math.abs(m.value)), 0);
  if (total <= (1e-13 * largest) ** 2)
    return { ...nothing, ...head, reason: 'no measurement differs from another' };
  let within = 0;
  let cells = 0;
  // Centred and scaled, so that variances are near 1 whatever the unit.
  const scale = Math.sqrt(total);
  const table = [...byCase.values()].map((own) =>
    [...Map.groupBy(own, (m) => m.reader)].map(([reader, same]): Cell => {
      const values = same.map((m) => (m.value - grand) / scale);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      within += values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
      cells++;
      return { reader: readerPlace.get(reader)!, n: values.length, mean };
    }),
  );
  const repeated = n > cells;
  const fit = (ratios: readonly number[]) => profile(table, readers, n, within, ratios, repeated);
  const best = minimise(
    (roots) => fit(roots.map((root) => root * root)).deviance,
    repeated ? [1, 0.5, 0.5] : [1, 0.5],
  );
  const ratios = best.map((root) => (root * root < 1e-9 ? 0 : root * root));
  const { variance, mean } = fit(ratios);
  const real = variance * total;
  return {
    mean: grand + scale * mean,
    case: ratios[0] * real,
    reader: ratios[1] * real,
    caseReader: repeated ? ratios[2] * real : null,
    residual: real,
    ...head,
    reason: null,
  };
}

/**
 * Restricted deviance at given ratios of the components to the residual, which is profiled out. A cell's mean has
 * variance ratio[2] + 1/n; cases are absorbed cell by cell, which leaves the mean and the readers to solve.
 */
function profile(
  table: readonly (readonly Cell[])[],
  readers: number,
  n: number,
  within: number,
  ratios: readonly number[],
  repeated: boolean,
): { deviance: number; variance: number; mean: number } {
  const size = readers + 1;
  const matrix = Array.from({ length: size }, () => new Float64Array(size + 1));
  let [logs, squares] = [0, within];
  for (const own of table) {
    let [weight, weighted, slopes] = [0, 0, 0];
    const weights = own.map((cell) => 1 / ((repeated ? ratios[2] : 0) + 1 / cell.n));
    own.forEach((cell, c) => {
      weight += weights[c];
      weighted += weights[c] * cell.mean;
      squares += weights[c] * cell.mean ** 2;
      slopes -= Math.log(weights[c] / cell.n);
    });
    const absorb = ratios[0] / (1 + ratios[0] * weight);
    logs += slopes + Math.log1p(ratios[0] * weight);
    squares -= absorb * weighted ** 2;
    matrix[0][0] += weight - absorb * weight ** 2;
    matrix[0][size] += weighted - absorb * weight * weighted;
    own.forEach((cell, c) => {
      const row = matrix[1 + cell.reader];
      row[1 + cell.reader] += weights[c];
      row[size] += weights[c] * (cell.mean - absorb * weighted);
      const withMean = weights[c] * (1 - absorb * weight);
      row[0] += withMean;
      matrix[0][1 + cell.reader] += withMean;
      own.forEach((other, d) => (row[1 + other.reader] -= absorb * weights[c] * weights[d]));
    });
  }
  // Readers enter scaled by the root of their ratio, so that a ratio of 0 needs no case of its own.
  const root = Math.sqrt(ratios[1]);
  for (let r = 1; r < size; r++) {
    for (let c = 0; c <= size; c++) matrix[r][c] *= root;
    for (let q = 0; q < size; q++) matrix[q][r] *= root;
    matrix[r][r] += 1;
  }
  const { logDeterminant, explained, first } = solve(matrix);
  const residual = Math.max(1e-300, squares - explained);
  const variance = residual / (n - 1);
  return { deviance: (n - 1) * Math.log(variance) + logs + logDeterminant, variance, mean: first };
}

/** Elimination of a symmetric positive system: log of its determinant, bᵀA⁻¹b, and the first unknown. */
function solve(matrix: Float64Array[]): { logDeterminant: number; explained: number; first: number } {
  const size = matrix.length;
  let [logDeterminant, explained] = [0, 0];
  // From the last row up, so that the first unknown is the last to be left.
  for (let pivot = size - 1; pivot >= 0; pivot--) {
    const own = matrix[pivot];
    logDeterminant += Math.log(own[pivot]);
    explained += own[size] ** 2 / own[pivot];
    for (let row = 0; row < pivot; row++) {
      const factor = matrix[row][pivot] / own[pivot];
      if (factor === 0) continue;
      for (let c = 0; c < pivot; c++) matrix[row][c] -= factor * own[c];
      matrix[row][size] -= factor * own[size];
    }
  }
  return { logDeterminant, explained, first: matrix[0][size] / matrix[0][0] };
}
