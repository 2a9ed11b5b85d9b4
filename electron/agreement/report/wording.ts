// The words for each kind of comparison: what a is, what b is, and how rows of it are told apart.
import type { Comparison } from '../pairs.ts';
import { armsOf, pairName, type ComparisonRow } from '../table.ts';

export interface Wording {
  heading: string;
  /** The heading within a sentence. */
  inText: string;
  /** What one comparison of this kind is. */
  explained: string;
  none: string;
}

export const KINDS: Comparison[] = ['inter', 'intra', 'ai'];
export const WORDING: Record<Comparison, Wording> = {
  inter: {
    heading: 'Inter-reader agreement',
    inText: 'inter-reader agreement',
    explained:
      'Two readers of the same case in the same round. Differences are the second-named reader less the first-named.',
    none: 'No case has sealed reads of two readers in the same round, so that inter-reader agreement could not be computed.',
  },
  intra: {
    heading: 'Intra-reader agreement',
    inText: 'intra-reader agreement',
    explained:
      'Two rounds of the same reader on the same case. Differences are the later round less the earlier one.',
    none: 'No reader has sealed two rounds of the same case, so that intra-reader agreement could not be computed.',
  },
  ai: {
    heading: 'Readers against the AI mask they began from',
    inText: 'readers against the AI mask they began from',
    explained:
      'The sealed read against the unchanged AI proposal under it: how much a reader altered, not how right either is. ' +
      'Differences are the reader less the AI.',
    none: 'No sealed read began from an AI mask.',
  },
};

/** The series of a row in plots and the pair in tables: names, and rounds where they matter. */
export function seriesName(row: ComparisonRow): string {
  if (row.comparison === 'intra') return `${pairName(row)}, rounds ${row.a.round} and ${row.b.round}`;
  return `${row.comparison === 'ai' ? row.b.name : pairName(row)}, round ${row.b.round}`;
}

/** Letters for readers, A, B … Z, A2 …, in the order in which they appear: what narrow tables call them. */
export function readerLetters(rows: readonly ComparisonRow[]): Map<string, string> {
  const names = [
    ...new Set(rows.flatMap((row) => (row.comparison === 'ai' ? [row.b.name] : [row.a.name, row.b.name]))),
  ];
  const letter = (n: number) =>
    String.fromCharCode(65 + (n % 26)) + (n < 26 ? '' : String(Math.floor(n / 26) + 1));
  return new Map(names.map((name, n) => [name, letter(n)]));
}

/** A row in a narrow column: "A–B, r1", "A, r1–r2", "AI–A, r1". */
export function shortName(row: ComparisonRow, letters: ReadonlyMap<string, string>): string {
  const [a, b] = [letters.get(row.a.name) ?? 'AI', letters.get(row.b.name) ?? '?'];
  if (row.comparison === 'intra') return `${b}, r${row.a.round}–r${row.b.round}`;
  return `${row.comparison === 'ai' ? 'AI' : a}–${b}, r${row.b.round}`;
}

/** Short names of the first and second mask of a row, for axes. */
export function sideNames(row: ComparisonRow): [string, string] {
  if (row.comparison === 'intra') return [`round ${row.a.round}`, `round ${row.b.round}`];
  return [row.a.name, row.b.name];
}

/** True when a kind of comparison holds more than one combination of arms. */
export function hasSeveralArms(rows: readonly ComparisonRow[]): boolean {
  return new Set(rows.map(armsOf)).size > 1;
}
