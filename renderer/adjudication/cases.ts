// Cases that can be adjudicated: two or more sealed reads, and what was agreed on already. Pure.
import type { Consensus } from '../../electron/contract/adjudication.ts';
import type { BoardEntry } from '../../electron/contract/reads.ts';

export interface SealedEntry {
  readId: string;
  personId: string;
  round: number;
}
export interface AdjudicatedCase {
  caseId: string;
  reads: SealedEntry[];
  /** The newest one of the case. */
  consensus: Consensus | null;
}

/** Sealed reads of the study itself (not of the qualification), by case and in the order of their rounds. */
export function sealedByCase(board: readonly BoardEntry[]): Map<string, SealedEntry[]> {
  const byCase = new Map<string, SealedEntry[]>();
  for (const { caseId, readId, personId, roundNumber, state } of board) {
    if (state !== 'sealed' || readId === null || roundNumber === 0) continue;
    const list = byCase.get(caseId) ?? [];
    list.push({ readId, personId, round: roundNumber });
    byCase.set(caseId, list);
  }
  for (const list of byCase.values()) list.sort((a, b) => a.round - b.round);
  return byCase;
}

/** In the order of `caseIds`: what has two or more sealed reads, or a consensus. */
export function casesToAdjudicate(
  caseIds: readonly string[],
  board: readonly BoardEntry[],
  agreed: readonly Consensus[],
): AdjudicatedCase[] {
  const byCase = sealedByCase(board);
  const newest = new Map(agreed.map((one) => [one.caseId, one])); // they come in order of their beginning
  return caseIds.flatMap((caseId) => {
    const reads = byCase.get(caseId) ?? [];
    const consensus = newest.get(caseId) ?? null;
    if (reads.length < 2 && !consensus) return [];
    return [{ caseId, reads, consensus }];
  });
}

/** What is put together unless told otherwise: the first round with two or more readers, else all. */
export function usualReads(reads: readonly SealedEntry[]): SealedEntry[] {
  for (const round of new Set(reads.map((read) => read.round))) {
    const theirs = reads.filter((read) => read.round === round);
    if (theirs.length > 1) return theirs;
  }
  return [...reads];
}
