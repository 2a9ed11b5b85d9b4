// Which rows enter: by reader, round, arm, case and structure; the AI among the readers when that is asked for.
import type { ComparisonRow, ComparisonSide } from '../table.ts';

export interface StudySide extends ComparisonSide {
  /** Seconds at work; null where nobody was timed. */
  readonly activeSeconds?: number | null;
  /** The how-manieth read its reader sealed, from 1. */
  readonly order?: number | null;
}
export interface StudyRow extends ComparisonRow {
  readonly a: StudySide;
  readonly b: StudySide;
}

/** An empty or missing list lets everything through. */
export interface RowFilter {
  /** Readers by id: both sides of a row must be among them (the AI always is). */
  readers?: readonly string[];
  rounds?: readonly number[];
  arms?: readonly string[];
  structures?: readonly number[];
  /** A part of the case's name, in any case of letters. */
  caseText?: string;
  /** Counts the AI as a further reader: its comparisons then stand among the inter-reader ones as well. */
  withAi?: boolean;
}

/** The rows that pass, in their order; with the AI as a reader, its rows a second time as inter-reader ones. */
export function chooseRows<Row extends ComparisonRow>(rows: readonly Row[], filter: RowFilter): Row[] {
  const among = <T>(list: readonly T[] | undefined, value: T) => !list?.length || list.includes(value);
  const text = filter.caseText?.trim().toLowerCase() ?? '';
  const passes = (side: ComparisonSide) =>
    (side.personId === null || among(filter.readers, side.personId)) &&
    among(filter.rounds, side.round) &&
    among(filter.arms, side.arm);
  const chosen = rows.filter(
    (row) =>
      among(filter.structures, row.structureLabel) &&
      passes(row.a) &&
      passes(row.b) &&
      (text === '' || row.caseName.toLowerCase().includes(text)),
  );
  if (!filter.withAi) return chosen;
  const asReader = chosen
    .filter((row) => row.comparison === 'ai')
    .map((row): Row => ({ ...row, comparison: 'inter' }));
  return [...chosen, ...asReader];
}

export interface Choices {
  readers: { id: string; name: string }[];
  rounds: number[];
  arms: string[];
  structures: { label: number; name: string }[];
  cases: number;
  hasAi: boolean;
}

/** What the rows can be filtered by. */
export function choicesOf(rows: readonly ComparisonRow[]): Choices {
  const readers = new Map<string, string>();
  const [rounds, arms, cases] = [new Set<number>(), new Set<string>(), new Set<string>()];
  const structures = new Map<number, string>();
  let hasAi = false;
  for (const row of rows) {
    for (const side of [row.a, row.b]) {
      if (side.personId !== null) readers.set(side.personId, side.name);
      rounds.add(side.round);
      arms.add(side.arm);
    }
    structures.set(row.structureLabel, row.structureName);
    cases.add(row.caseId);
    hasAi ||= row.comparison === 'ai';
  }
  return {
    readers: [...readers].map(([id, name]) => ({ id, name })),
    rounds: [...rounds].sort((a, b) => a - b),
    arms: [...arms].sort(),
    structures: [...structures].map(([label, name]) => ({ label, name })),
    cases: cases.size,
    hasAi,
  };
}
