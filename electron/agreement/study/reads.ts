// What each read was, seen by itself: its volume, its time, how far along its reader was, and its Dice with others.
import type { StudyRow, StudySide } from './filter.ts';

export interface ReadFigures {
  readId: string;
  personId: string;
  name: string;
  round: number;
  arm: string;
  caseId: string;
  caseName: string;
  structureLabel: number;
  structureName: string;
  volumeMl: number;
  activeSeconds: number | null;
  order: number | null;
  /** Mean Dice with the other readers of the case in the round, over the pairs in which it is defined. */
  dice: number | null;
  /** How many such pairs. */
  pairs: number;
}

/** One entry a read and structure, in the order of the rows; the AI's masks are no reads. */
export function readFigures(rows: readonly StudyRow[]): ReadFigures[] {
  const found = new Map<string, ReadFigures & { sum: number }>();
  const entryOf = (row: StudyRow, side: StudySide, volumeMl: number) => {
    if (side.personId === null) return null;
    const key = `${side.readId}/${row.structureLabel}`;
    const known = found.get(key);
    if (known) return known;
    const made = {
      readId: side.readId,
      personId: side.personId,
      name: side.name,
      round: side.round,
      arm: side.arm,
      caseId: row.caseId,
      caseName: row.caseName,
      structureLabel: row.structureLabel,
      structureName: row.structureName,
      volumeMl,
      activeSeconds: side.activeSeconds ?? null,
      order: side.order ?? null,
      dice: null,
      pairs: 0,
      sum: 0,
    };
    found.set(key, made);
    return made;
  };
  for (const row of rows) {
    if (row.comparison === 'ai') continue;
    const ofA = entryOf(row, row.a, row.metrics.reference.volumeMl);
    const ofB = entryOf(row, row.b, row.metrics.test.volumeMl);
    const { dice } = row.metrics;
    if (row.comparison !== 'inter' || dice === null || ofA === null || ofB === null) continue;
    for (const entry of [ofA, ofB]) {
      entry.sum += dice;
      entry.pairs++;
    }
  }
  return [...found.values()].map(({ sum, ...read }) => ({
    ...read,
    dice: read.pairs === 0 ? null : sum / read.pairs,
  }));
}
