// Fleiss, Gwet and Krippendorff for any multiplicity of subjects: what does not change with it is reckoned once.
import { completeRows, countLevels, type Ratings } from '../ratings/rating-table.ts';
import type { AlphaLevel } from '../ratings/krippendorff.ts';
import { weightsOf, type WeightKind } from '../ratings/weights.ts';

interface Part {
  names: string[];
  evaluate: (times: Int32Array, out: Float64Array, at: number) => void;
}
/** Above this many values ordinal and ratio alpha would be slow in ten thousand replicates, and are left out. */
const MOST_VALUES = 60;

/** Fleiss over complete subjects, AC1 and (ordered levels) AC2 over all. */
export function chanceEvaluator(places: Ratings, levels: number, ordered: boolean): Part[] {
  const complete = places.map((row) => row.every((value) => value !== null));
  const raters = places[0]?.length ?? 0;
  const enough = completeRows(places).length > 0 && raters > 1;
  const counts = countLevels(places, levels);
  const fleiss: Part = {
    names: ['fleiss'],
    evaluate: coefficient(
      counts.map((row, n) => (complete[n] ? row : row.map(() => 0))),
      levels,
      'unweighted',
      false,
    ),
  };
  const kinds: [string, WeightKind][] = [['gwet.ac1', 'unweighted']];
  if (ordered) kinds.push(['gwet.ac2.linear', 'linear'], ['gwet.ac2.quadratic', 'quadratic']);
  const gwet = kinds.map(([name, kind]): Part => {
    return { names: [name], evaluate: coefficient(counts, levels, kind, true) };
  });
  return enough ? [fleiss, ...gwet] : gwet;
}

/** Chance-corrected agreement of counts; chance as Gwet's AC or as Fleiss'. */
function coefficient(
  counts: number[][],
  levels: number,
  kind: WeightKind,
  asGwet: boolean,
): Part['evaluate'] {
  const weights = weightsOf(kind, levels);
  const sizes = counts.map((row) => row.reduce((sum, count) => sum + count, 0));
  const shares = Float64Array.from(
    counts.flatMap((row, n) => row.map((count) => (sizes[n] ? count / sizes[n] : 0))),
  );
  const agreement = counts.map((row, n) => {
    let near = 0;
    row.forEach((x, k) => row.forEach((y, l) => (near += weights(k, l) * x * (y - (k === l ? 1 : 0)))));
    return sizes[n] < 2 ? NaN : near / (sizes[n] * (sizes[n] - 1));
  });
  let total = 0;
  for (let k = 0; k < levels; k++) for (let l = 0; l < levels; l++) total += weights(k, l);
  const scale = asGwet ? total / (levels * (levels - 1)) : 1;
  const means = new Float64Array(levels);
  return (times, out, at) => {
    let [subjects, twice, agreed] = [0, 0, 0];
    means.fill(0);
    for (let n = 0; n < sizes.length; n++) {
      if (times[n] === 0 || sizes[n] === 0) continue;
      subjects += times[n];
      for (let k = 0; k < levels; k++) means[k] += times[n] * shares[n * levels + k];
      if (sizes[n] < 2) continue;
      twice += times[n];
      agreed += times[n] * agreement[n];
    }
    let chance = 0;
    for (let k = 0; k < levels; k++) {
      const p = means[k] / subjects;
      chance += asGwet ? scale * p * (1 - p) : p * p;
    }
    const beyond = 1 - chance;
    out[at] = twice === 0 || !(beyond > 1e-12) ? NaN : (agreed / twice - chance) / beyond;
  };
}

/** Krippendorff's alpha; null where it would be too slow. */
export function alphaEvaluator(ratings: Ratings, level: AlphaLevel): Part | null {
  const units = ratings.map((row) => row.filter((value): value is number => value !== null));
  const values = [...new Set(units.filter((unit) => unit.length > 1).flat())].sort((a, b) => a - b);
  if (level === 'ratio' && values[0] < 0) return null;
  const name = `krippendorff.${level}`;
  if (level === 'interval') return { names: [name], evaluate: intervalAlpha(units) };
  if (values.length > MOST_VALUES) return null;
  return {
    names: [name],
    evaluate: level === 'ordinal' ? ordinalAlpha(units, values) : fixedAlpha(units, values, level),
  };
}

/** How often each value stands in each unit; only units of two or more ratings count. */
function unitCounts(units: readonly (readonly number[])[], values: readonly number[]) {
  const pairable = units.flatMap((unit, row) => (unit.length > 1 ? [{ row, unit }] : []));
  return pairable.map(({ row, unit }) => {
    const places = [...new Set(unit)].map((value) => values.indexOf(value));
    return {
      row,
      size: unit.length,
      places,
      counts: places.map((v) => unit.filter((x) => x === values[v]).length),
    };
  });
}

/** Alpha whose differences do not depend on the resample: each unit's disagreement is reckoned once. */
function fixedAlpha(
  units: readonly (readonly number[])[],
  values: readonly number[],
  level: AlphaLevel,
): Part['evaluate'] {
  const apart = (a: number, b: number) => {
    if (level === 'nominal') return 1;
    return values[a] + values[b] === 0 ? 0 : ((values[a] - values[b]) / (values[a] + values[b])) ** 2;
  };
  const known = unitCounts(units, values);
  const within = Float64Array.from(known, (unit) => disagreement(unit, apart));
  const totals = new Float64Array(values.length);
  return (times, out, at) => {
    totals.fill(0);
    let [n, observed] = [0, 0];
    for (let u = 0; u < known.length; u++) {
      const weight = times[known[u].row];
      if (weight === 0) continue;
      n += weight * known[u].size;
      observed += weight * within[u];
      const { places, counts } = known[u];
      for (let v = 0; v < places.length; v++) totals[places[v]] += weight * counts[v];
    }
    out[at] = alphaFrom(n, observed, totals, apart);
  };
}

function ordinalAlpha(units: readonly (readonly number[])[], values: readonly number[]): Part['evaluate'] {
  const known = unitCounts(units, values);
  const totals = new Float64Array(values.length);
  const middles = new Float64Array(values.length);
  const apart = (a: number, b: number) => (middles[a] - middles[b]) ** 2;
  return (times, out, at) => {
    totals.fill(0);
    let [n, observed, below] = [0, 0, 0];
    for (const { row, size, places, counts } of known) {
      n += times[row] * size;
      for (let v = 0; v < places.length; v++) totals[places[v]] += times[row] * counts[v];
    }
    for (let v = 0; v < totals.length; v++) {
      middles[v] = below + totals[v] / 2;
      below += totals[v];
    }
    for (const unit of known) {
      if (times[unit.row] > 0 && unit.places.length > 1)
        observed += times[unit.row] * disagreement(unit, apart);
    }
    out[at] = alphaFrom(n, observed, totals, apart);
  };
}

function disagreement(
  { size, places, counts }: { size: number; places: readonly number[]; counts: readonly number[] },
  apart: (a: number, b: number) => number,
): number {
  let within = 0;
  for (let a = 0; a < places.length; a++) {
    for (let b = a + 1; b < places.length; b++) within += counts[a] * counts[b] * apart(places[a], places[b]);
  }
  return within / (size - 1);
}

function alphaFrom(
  n: number,
  observed: number,
  totals: Float64Array,
  apart: (a: number, b: number) => number,
): number {
  let expected = 0;
  for (let a = 0; a < totals.length; a++) {
    for (let b = a + 1; b < totals.length; b++) expected += totals[a] * totals[b] * apart(a, b);
  }
  return expected > 0 ? 1 - ((n - 1) * observed) / expected : NaN;
}

/** Squared differences of all pairs follow from sums of squares: Σ_{i<j}(xᵢ−xⱼ)² = n Σ(x−x̄)². */
function intervalAlpha(units: readonly (readonly number[])[]): Part['evaluate'] {
  const sizes = units.map((unit) => (unit.length > 1 ? unit.length : 0));
  const all = units.filter((unit) => unit.length > 1).flat();
  const centre = all.reduce((sum, value) => sum + value, 0) / Math.max(1, all.length);
  const sums = units.map((unit) => unit.reduce((sum, value) => sum + (value - centre), 0));
  const squares = units.map((unit) => unit.reduce((sum, value) => sum + (value - centre) ** 2, 0));
  return (times, out, at) => {
    let [n, sum, square, observed] = [0, 0, 0, 0];
    for (let u = 0; u < units.length; u++) {
      if (times[u] === 0 || sizes[u] === 0) continue;
      n += times[u] * sizes[u];
      sum += times[u] * sums[u];
      square += times[u] * squares[u];
      observed += (times[u] * (sizes[u] * squares[u] - sums[u] ** 2)) / (sizes[u] - 1);
    }
    const expected = n * square - sum ** 2;
    out[at] = expected > 1e-12 * n * square ? 1 - ((n - 1) * observed) / expected : NaN;
  };
}
