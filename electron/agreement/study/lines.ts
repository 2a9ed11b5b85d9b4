// One line of the summary in full: means with bootstrap intervals, and how the volumes of its pairs agree.
import { blandAltman } from '../bland-altman.ts';
import {
  bootstrapIntervals,
  bootstrapRows,
  figuresOf,
  wholeFigures,
  type BootstrapInterval,
} from '../bootstrap/index.ts';
import { FIGURE_KEYS, type FigureKey } from '../figures.ts';
import type { Interval } from '../ratings/estimate.ts';
import { caseMeans, summaryOf, type ComparisonRow, type LineRows, type SummaryRow } from '../table.ts';
import { linConcordance, pearson, repeatedLimits } from '../volumes/index.ts';

export interface LineVolumes {
  /** Pairs in which at least one mask holds the structure, and the cases they are of. */
  pairs: number;
  cases: number;
  /** Pairs left out, since neither mask holds the structure. */
  absent: number;
  /** Limits of agreement, mL, second − first. `repeated`: several pairs of a case entered as such. */
  limits: {
    method: 'plain' | 'repeated';
    bias: number | null;
    sd: number | null;
    lower: number | null;
    upper: number | null;
    biasCi95: Interval | null;
    lowerCi95: Interval | null;
    upperCi95: Interval | null;
    reason: string | null;
  };
  correlation: { r: number | null; r2: number | null; ci95: Interval | null; reason: string | null };
  concordance: { ccc: number | null; ci95: Interval | null; reason: string | null };
}

export interface StudyLine extends SummaryRow {
  /** Percentile and BCa intervals of the mean over cases, by figure; null below two cases or where not asked for. */
  bootstrap: Record<FigureKey, BootstrapInterval> | null;
  volumes: LineVolumes;
}

export interface LineSettings {
  /** Replicates of the bootstrap; 0 leaves it out. */
  replicates: number;
  seed: number;
}

export function studyLine(line: LineRows, settings: LineSettings): StudyLine {
  const { values, ...head } = summaryOf(line);
  return { ...head, values, bootstrap: bootstrapMeans(line.rows, settings), volumes: volumesOf(line.rows) };
}

/** Cases (patients) are drawn with all their pairs: a resample's mean is over case means, as the summary's. */
function bootstrapMeans(
  rows: readonly ComparisonRow[],
  { replicates, seed }: LineSettings,
): StudyLine['bootstrap'] {
  const columns = FIGURE_KEYS.map((key) => caseMeans(rows, key));
  const cases = columns[0].length;
  if (cases < 2 || replicates < 2) return null;
  const figures = figuresOf({
    kind: 'means',
    names: [...FIGURE_KEYS],
    values: Array.from({ length: cases }, (_, c) => columns.map((column) => column[c])),
    clusterOf: Array.from({ length: cases }, (_, c) => c),
  });
  const width = FIGURE_KEYS.length;
  const drawn = bootstrapRows(figures, { kind: 'replicates', seed, from: 0, to: replicates });
  const left = bootstrapRows(figures, { kind: 'jackknife', seed, from: 0, to: cases });
  const whole = wholeFigures(figures);
  const column = (from: Float64Array, at: number) =>
    Float64Array.from({ length: from.length / width }, (_, row) => from[row * width + at]);
  return Object.fromEntries(
    FIGURE_KEYS.map((key, at) => [key, bootstrapIntervals(whole[at], column(drawn, at), column(left, at))]),
  ) as Record<FigureKey, BootstrapInterval>;
}

const SEVERAL = 'several pairs of one case are not independent';

/** Agreement of the volumes. Where cases hold several pairs, limits count them as repeated and r has no interval. */
function volumesOf(rows: readonly ComparisonRow[]): LineVolumes {
  const measured = rows.filter(({ metrics }) => metrics.reference.voxels + metrics.test.voxels > 0);
  const pairs = measured.map(({ metrics }) => [metrics.reference.volumeMl, metrics.test.volumeMl] as const);
  const byCase = Map.groupBy(measured, (row) => row.caseId);
  const single = byCase.size === measured.length;
  const counts = { pairs: pairs.length, cases: byCase.size, absent: rows.length - measured.length };
  const correlation = pearson(pairs);
  const concordance = linConcordance(pairs);
  return {
    ...counts,
    limits: single ? plainLimits(pairs) : manyLimits([...byCase.values()]),
    correlation: single ? correlation : { ...correlation, ci95: null, reason: correlation.reason ?? SEVERAL },
    concordance: single ? concordance : { ...concordance, ci95: null, reason: concordance.reason ?? SEVERAL },
  };
}

function plainLimits(pairs: readonly (readonly [number, number])[]): LineVolumes['limits'] {
  const found = blandAltman(pairs);
  if (found === null) {
    const nothing = { bias: null, sd: null, lower: null, upper: null };
    const intervals = { biasCi95: null, lowerCi95: null, upperCi95: null };
    return { method: 'plain', ...nothing, ...intervals, reason: 'it needs two cases' };
  }
  const { n: _, ...limits } = found;
  return { method: 'plain', ...limits, reason: null };
}

function manyLimits(cases: readonly (readonly ComparisonRow[])[]): LineVolumes['limits'] {
  const found = repeatedLimits(
    cases.map((rows) => rows.map(({ metrics }) => metrics.test.volumeMl - metrics.reference.volumeMl)),
  );
  const { bias, sd, lower, upper, biasCi95, lowerCi95, upperCi95, reason } = found;
  return { method: 'repeated', bias, sd, lower, upper, biasCi95, lowerCi95, upperCi95, reason };
}
