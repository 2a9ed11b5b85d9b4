// Rows of compared pairs → summary lines: a kind of comparison, a structure, all pairs together or one pair.
import { FIGURE_KEYS, FIGURES, type FigureKey } from './figures.ts';
import type { Comparison } from './pairs.ts';
import { summariseValues, type SummaryValue } from './summary.ts';
import type { PairMetrics } from './types.ts';

export interface ComparisonSide {
  readonly readId: string;
  /** Null for the AI's mask. */
  readonly personId: string | null;
  readonly name: string;
  readonly round: number;
  readonly arm: string;
}
/** One compared pair of masks for one structure. */
export interface ComparisonRow {
  readonly comparison: Comparison;
  readonly caseId: string;
  readonly caseName: string;
  readonly structureLabel: number;
  readonly structureName: string;
  readonly a: ComparisonSide;
  readonly b: ComparisonSide;
  readonly metrics: PairMetrics;
}
/** What a line is over: all pairs, those that one reader is in, or those of one pair. */
export type Scope = 'all' | 'reader' | 'pair';
export interface SummaryRow {
  comparison: Comparison;
  structureLabel: number;
  structureName: string;
  scope: Scope;
  /**
   * "all"; "A with the others" for the pairs that a reader is in, where there are several; "A – B" for two readers; "A"
   * for one reader's rounds or for a reader against the AI.
   */
  pair: string;
  /** True for the line over all pairs, whatever a reader may be called. */
  isAll: boolean;
  /** The arms compared ("assisted", "assisted – unassisted"); null where all rows of the kind have the same. */
  arms: string | null;
  values: Record<FigureKey, SummaryValue>;
}

const KINDS: Comparison[] = ['inter', 'intra', 'ai'];

/**
 * Summary lines, inter- and intra-reader and AI comparisons apart. Several pairs of one case (three readers, three
 * rounds) are not independent: their mean enters once, so that n counts cases. Where a kind of comparison holds reads
 * of different arms (assisted, unassisted), each combination gets lines of its own, named in `pair`.
 */
export function summarise(rows: readonly ComparisonRow[]): SummaryRow[] {
  return linesOf(rows).map((line) => summaryOf(line));
}

/** The rows behind one line of the summary. */
export interface LineRows {
  scope: Scope;
  name: string;
  arms: string | null;
  rows: readonly ComparisonRow[];
}

/** The lines of the summary in its order: all pairs, each reader (of three or more), each pair. */
export function linesOf(rows: readonly ComparisonRow[]): LineRows[] {
  const lines: LineRows[] = [];
  for (const comparison of KINDS) {
    const ofKind = rows.filter((row) => row.comparison === comparison);
    const arms = Map.groupBy(ofKind, armsOf);
    for (const ofStructure of Map.groupBy(ofKind, (row) => row.structureLabel).values()) {
      for (const combination of arms.keys()) {
        const named = arms.size > 1 ? combination : null;
        const chosen = ofStructure.filter((row) => armsOf(row) === combination);
        if (chosen.length > 0) lines.push(...linesOfStructure(chosen, named));
      }
    }
  }
  return lines;
}

function linesOfStructure(rows: readonly ComparisonRow[], arms: string | null): LineRows[] {
  const pairs = [...Map.groupBy(rows, pairKey).values()];
  const lines: LineRows[] = [{ scope: 'all', name: 'all', arms, rows }];
  if (rows[0].comparison === 'inter' && pairs.length > 1) {
    const names = new Map(rows.flatMap(({ a, b }) => [a, b].map((side) => [side.personId, side.name])));
    for (const [person, name] of names) {
      const own = rows.filter(({ a, b }) => a.personId === person || b.personId === person);
      lines.push({ scope: 'reader', name: `${name} with the others`, arms, rows: own });
    }
  }
  for (const ofPair of pairs) lines.push({ scope: 'pair', name: pairName(ofPair[0]), arms, rows: ofPair });
  return lines;
}

/** How a pair is called in tables: both readers, or the one reader whose rounds (or AI masks) are compared. */
export function pairName(row: ComparisonRow): string {
  return row.comparison === 'inter' ? `${row.a.name} – ${row.b.name}` : row.b.name;
}

/** The arms of both reads: one word when they are the same. */
export function armsOf(row: ComparisonRow): string {
  return row.a.arm === row.b.arm ? row.b.arm : `${row.a.arm} – ${row.b.arm}`;
}

function pairKey(row: ComparisonRow): string {
  return row.comparison === 'inter' ? `${row.a.personId}/${row.b.personId}` : `${row.b.personId}`;
}

/** The summary of a line's rows. */
export function summaryOf({ rows, scope, name, arms }: LineRows): SummaryRow {
  const { comparison, structureLabel, structureName } = rows[0];
  const values = {} as Record<FigureKey, SummaryValue>;
  for (const key of FIGURE_KEYS) values[key] = summariseValues(caseMeans(rows, key));
  const pair = arms === null ? name : `${name} (${arms})`;
  return { comparison, structureLabel, structureName, scope, pair, isAll: scope === 'all', arms, values };
}

/** One value a case: the mean over its pairs in which the figure is defined, or null. */
export function caseMeans(rows: readonly ComparisonRow[], key: FigureKey): (number | null)[] {
  return [...Map.groupBy(rows, (row) => row.caseId).values()].map((ofCase) => {
    const defined = ofCase.map((row) => FIGURES[key](row.metrics)).filter((value) => value !== null);
    return defined.length === 0 ? null : defined.reduce((sum, value) => sum + value, 0) / defined.length;
  });
}
