// Volumes as measurements: intraclass correlation between and within readers, and where their variance comes from.
import { intraclass, meanSquares, type Icc, type IccForm } from '../ratings/icc.ts';
import {
  measurementError,
  repeatability,
  varianceComponents,
  type Repeatability,
  type VarianceComponents,
} from '../volumes/index.ts';
import type { ReadFigures } from './reads.ts';

/** Volumes of one structure: readers of one round against each other, or one reader's rounds. */
export interface Reliability {
  comparison: 'inter' | 'intra';
  structureLabel: number;
  structureName: string;
  /** "Round 1", or the reader's name. */
  of: string;
  /** Readers, or rounds, that are compared. */
  raters: string[];
  /** Cases with a volume from every rater; the others are left out of the coefficients. */
  cases: number;
  incomplete: number;
  icc: Record<IccForm, Icc>;
  /** Standard error of measurement in mL, by consistency and by agreement; null where there is no ICC. */
  error: ReturnType<typeof measurementError> | null;
  /** Of a reader's rounds: how far two volumes of one case lie apart, mL. Null between readers. */
  repeatability: Repeatability | null;
}

export interface VolumeVariance extends VarianceComponents {
  structureLabel: number;
  structureName: string;
  /** The arm, where reads of several arms are there: those are never pooled. */
  arm: string | null;
}

/** Per structure: every round between its readers, then every reader between their rounds. */
export function reliabilities(reads: readonly ReadFigures[]): Reliability[] {
  return [...Map.groupBy(reads, (read) => read.structureLabel).values()].flatMap((ofStructure) => [
    ...[...Map.groupBy(ofStructure, (read) => read.round)]
      .sort(([a], [b]) => a - b)
      .map(([round, own]) => reliability('inter', `Round ${round}`, own, (read) => read.name)),
    ...[...Map.groupBy(ofStructure, (read) => read.personId).values()].map((own) =>
      reliability('intra', own[0].name, own, (read) => `round ${read.round}`),
    ),
  ]);
}

function reliability(
  comparison: Reliability['comparison'],
  of: string,
  reads: readonly ReadFigures[],
  raterOf: (read: ReadFigures) => string,
): Reliability {
  const raters = [...new Set(reads.map(raterOf))].sort();
  const cases = [...Map.groupBy(reads, (read) => read.caseId).values()];
  const table = cases.map((own) =>
    raters.map((rater) => own.find((read) => raterOf(read) === rater)?.volumeMl ?? null),
  );
  const complete = table.filter((row): row is number[] => row.every((value) => value !== null));
  const squares = raters.length < 2 ? null : meanSquares(complete);
  const { structureLabel, structureName } = reads[0];
  return {
    comparison,
    structureLabel,
    structureName,
    of,
    raters,
    cases: complete.length,
    incomplete: table.length - complete.length,
    icc: intraclass(raters.length < 2 ? [] : complete),
    error: squares === null ? null : measurementError(squares),
    repeatability:
      comparison === 'intra' ? repeatability(cases.map((own) => own.map((read) => read.volumeMl))) : null,
  };
}

/** One entry a structure, and an arm where there are several. */
export function volumeVariances(reads: readonly ReadFigures[]): VolumeVariance[] {
  const severalArms = new Set(reads.map((read) => read.arm)).size > 1;
  const groups = Map.groupBy(reads, (read) => `${read.structureLabel}/${severalArms ? read.arm : ''}`);
  return [...groups.values()].map((own) => {
    const cases = new Map([...new Set(own.map((read) => read.caseId))].map((id, n) => [id, n]));
    const readers = new Map([...new Set(own.map((read) => read.personId))].map((id, n) => [id, n]));
    const found = varianceComponents(
      own.map((read) => ({
        caseIndex: cases.get(read.caseId)!,
        reader: readers.get(read.personId)!,
        value: read.volumeMl,
      })),
    );
    const { structureLabel, structureName, arm } = own[0];
    return { ...found, structureLabel, structureName, arm: severalArms ? arm : null };
  });
}
