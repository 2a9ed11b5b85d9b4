// Every coefficient of a table of ratings as figures of the bootstrap.
import { MOST_LEVELS, SCALES, type RatingTable, type Scale } from '../ratings/rating-agreement.ts';
import { ratedPairs } from '../ratings/rating-table.ts';
import { ICC_FORMS, iccEstimates } from '../ratings/icc.ts';
import { WEIGHT_KINDS, weightsOf } from '../ratings/weights.ts';
import type { ClusterFigures } from './cluster-bootstrap.ts';
import { alphaEvaluator, chanceEvaluator } from './group-evaluators.ts';

/** Writes some figures from the multiplicity of each row (subject). */
type Evaluate = (times: Int32Array, out: Float64Array, at: number) => void;
interface Part {
  names: string[];
  evaluate: Evaluate;
}

/**
 * Figures of a table, named as the result's keys: `kappa.unweighted:a,b`, `pabak:a,b`, `lin:a,b`, `bias:a,b`,
 * `lower:a,b`, `upper:a,b`, `pearson:a,b`, `fleiss`, `krippendorff.nominal`, `gwet.ac1`, `icc2` … `clusterOf[row]`: the
 * cluster (patient) of each subject, 0 … clusters − 1; each subject is its own cluster unless told. What the scale does
 * not allow is not among them.
 */
export function ratingFigures(table: RatingTable, clusterOf?: ArrayLike<number>): ClusterFigures {
  const { raters, scale, levels, places, values } = table;
  const parts: Part[] = [];
  const asLevels = levels.length <= MOST_LEVELS;
  for (let a = 0; a < raters.length; a++) {
    for (let b = a + 1; b < raters.length; b++) {
      const name = `${raters[a]},${raters[b]}`;
      if (asLevels) parts.push(kappaPart(table, a, b, name));
      if (values && has(scale, 'interval')) parts.push(measurePart(table, a, b, name));
    }
  }
  if (asLevels) parts.push(...chanceEvaluator(places, levels.length, has(scale, 'ordinal')));
  for (const level of SCALES) {
    if (!has(scale, level)) continue;
    const numbers = level === 'nominal' || level === 'ordinal' ? places : values!;
    const part = alphaEvaluator(numbers, level);
    if (part) parts.push(part);
  }
  if (values && has(scale, 'interval')) parts.push(iccPart(table));
  return joined(parts, places.length, clusterOf);
}

const has = (scale: Scale, needed: Scale) => SCALES.indexOf(scale) >= SCALES.indexOf(needed);

function joined(parts: readonly Part[], rows: number, clusterOf?: ArrayLike<number>): ClusterFigures {
  const clusters = clusterOf ? Math.max(0, ...Array.from(clusterOf, (c) => c + 1)) : rows;
  const ofRow = new Int32Array(rows);
  return {
    clusters,
    names: parts.flatMap((part) => part.names),
    evaluate(times, out) {
      if (clusterOf) for (let row = 0; row < rows; row++) ofRow[row] = times[clusterOf[row]];
      let at = 0;
      for (const part of parts) {
        part.evaluate(clusterOf ? ofRow : times, out, at);
        at += part.names.length;
      }
    },
  };
}

function kappaPart({ places, levels, scale }: RatingTable, a: number, b: number, name: string): Part {
  const used = [...new Set(ratedPairs(places, a, b).flat())].sort((x, y) => x - y);
  const size = used.length;
  const cellOf = Int32Array.from(places, (row) =>
    row[a] === null || row[b] === null ? -1 : used.indexOf(row[a]) * size + used.indexOf(row[b]),
  );
  const kinds = WEIGHT_KINDS.filter((kind) => kind === 'unweighted' || has(scale, 'ordinal'));
  // Disagreement of every cell, once for all replicates.
  const apart = kinds.map((kind) => {
    const weights = weightsOf(kind, levels.length);
    return Float64Array.from(
      { length: size * size },
      (_, cell) => 1 - weights(used[Math.floor(cell / size)], used[cell % size]),
    );
  });
  const counts = new Float64Array(size * size);
  const [rows, columns] = [new Float64Array(size), new Float64Array(size)];
  return {
    names: [...kinds.map((kind) => `kappa.${kind}:${name}`), `percentAgreement:${name}`, `pabak:${name}`],
    evaluate(times, out, at) {
      counts.fill(0);
      rows.fill(0);
      columns.fill(0);
      let n = 0;
      for (let row = 0; row < cellOf.length; row++) {
        if (cellOf[row] < 0) continue;
        counts[cellOf[row]] += times[row];
        n += times[row];
      }
      for (let cell = 0, i = 0; i < size; i++) {
        for (let j = 0; j < size; j++, cell++) {
          rows[i] += counts[cell];
          columns[j] += counts[cell];
        }
      }
      apart.forEach((distance, kind) => {
        let [observed, expected] = [0, 0];
        for (let cell = 0, i = 0; i < size; i++) {
          for (let j = 0; j < size; j++, cell++) {
            observed += counts[cell] * distance[cell];
            expected += rows[i] * columns[j] * distance[cell];
          }
        }
        out[at + kind] = expected === 0 ? NaN : 1 - (observed * n) / expected;
      });
      let agreed = 0;
      for (let i = 0; i < size; i++) agreed += counts[i * size + i];
      const share = n === 0 ? NaN : agreed / n;
      out[at + kinds.length] = share;
      out[at + kinds.length + 1] =
        levels.length < 2 ? NaN : (levels.length * share - 1) / (levels.length - 1);
    },
  };
}

function measurePart({ values }: RatingTable, a: number, b: number, name: string): Part {
  const rows: number[] = [];
  const pairs: [number, number][] = [];
  values!.forEach((row, n) => {
    const [x, y] = [row[a], row[b]];
    if (x === null || y === null) return;
    rows.push(n);
    pairs.push([x, y]);
  });
  // Sums about a fixed centre are exact enough for any resample, and one pass.
  const centre = pairs.reduce((sum, [x, y]) => sum + (x + y) / 2, 0) / Math.max(1, pairs.length);
  const xs = Float64Array.from(pairs, ([x]) => x - centre);
  const ys = Float64Array.from(pairs, ([, y]) => y - centre);
  return {
    names: ['bias', 'lower', 'upper', 'pearson', 'lin'].map((figure) => `${figure}:${name}`),
    evaluate(times, out, at) {
      let [n, x, y, xx, yy, xy] = [0, 0, 0, 0, 0, 0];
      for (let pair = 0; pair < rows.length; pair++) {
        const weight = times[rows[pair]];
        if (weight === 0) continue;
        const [left, right] = [weight * xs[pair], weight * ys[pair]];
        n += weight;
        x += left;
        y += right;
        xx += left * xs[pair];
        yy += right * ys[pair];
        xy += left * ys[pair];
      }
      const bias = (y - x) / n;
      const sxx = spread(xx, (x * x) / n);
      const syy = spread(yy, (y * y) / n);
      const sxy = xy - (x * y) / n;
      const sd = Math.sqrt(Math.max(0, sxx + syy - 2 * sxy) / (n - 1));
      out[at] = bias;
      out[at + 1] = n < 2 ? NaN : bias - 1.96 * sd;
      out[at + 2] = n < 2 ? NaN : bias + 1.96 * sd;
      out[at + 3] = sxx === 0 || syy === 0 ? NaN : sxy / Math.sqrt(sxx * syy);
      out[at + 4] = (2 * sxy) / (sxx + syy + n * bias ** 2);
    },
  };
}

/** A sum of squares about its mean; what rounding leaves of nothing is nothing. */
function spread(squares: number, ofMean: number): number {
  const left = squares - ofMean;
  return left <= 1e-13 * squares ? 0 : left;
}

function iccPart({ values }: RatingTable): Part {
  const complete: number[] = [];
  values!.forEach((row, n) => {
    if (row.every((value) => value !== null)) complete.push(n);
  });
  const raters = values![0]?.length ?? 0;
  const rows = complete.map((n) => values![n] as number[]);
  const all = rows.flat();
  const centre = all.reduce((sum, value) => sum + value, 0) / Math.max(1, all.length);
  const off = Float64Array.from(all, (value) => value - centre);
  const sums = Float64Array.from(rows, (row) => row.reduce((sum, value) => sum + (value - centre), 0));
  const squares = Float64Array.from(rows, (row) =>
    row.reduce((sum, value) => sum + (value - centre) ** 2, 0),
  );
  const columns = new Float64Array(raters);
  return {
    names: [...ICC_FORMS],
    evaluate(times, out, at) {
      columns.fill(0);
      let [n, total, square, rowSquare] = [0, 0, 0, 0];
      for (let row = 0; row < complete.length; row++) {
        const weight = times[complete[row]];
        if (weight === 0) continue;
        n += weight;
        total += weight * sums[row];
        square += weight * squares[row];
        rowSquare += weight * sums[row] ** 2;
        for (let j = 0, cell = row * raters; j < raters; j++, cell++) columns[j] += weight * off[cell];
      }
      let columnSquare = 0;
      for (let j = 0; j < raters; j++) columnSquare += columns[j] ** 2;
      const mean = total ** 2 / (n * raters);
      const between = spread(rowSquare / raters, mean);
      const rater = spread(columnSquare / n, mean);
      const within = spread(square, rowSquare / raters);
      const residual = within - rater <= 1e-13 * square ? 0 : within - rater;
      const found =
        n < 2 || raters < 2
          ? null
          : iccEstimates({
              subjects: n,
              raters,
              between: between / (n - 1),
              within: within / (n * (raters - 1)),
              rater: rater / (raters - 1),
              residual: residual / ((n - 1) * (raters - 1)),
            });
      ICC_FORMS.forEach((form, column) => (out[at + column] = found?.[form] ?? NaN));
    },
  };
}
