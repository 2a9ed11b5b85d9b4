// Which masks a run compares: sealed reads with each other, and each with the AI mask it began from.
import { listPairs, type Pair } from '../../workers/agreement-client.ts';
import type { AgreementRow } from '../../contract/agreement.ts';
import type { RunRead } from './store.ts';

/** AI baselines enter as a side of their own: the mask the reader was given, against what the reader made of it. */
export function pairsOf<Read extends RunRead>(reads: readonly Read[]): Pair<Read>[] {
  return listPairs<Read>(reads, (read) =>
    read.baselineRevisionId
      ? { ...read, revisionId: read.baselineRevisionId, personId: '', personName: 'AI' }
      : null,
  );
}

/** Position of each read among those its reader sealed, first 1: the reader's experience with the study. */
export function readingOrder(reads: readonly RunRead[]): Map<string, number> {
  const order = new Map<string, number>();
  for (const ofReader of Map.groupBy(reads, (read) => read.personId).values()) {
    ofReader
      .filter((read) => read.source === 'concord')
      .toSorted((x, y) => x.sealedAt.localeCompare(y.sealedAt))
      .forEach((read, n) => order.set(read.readId, n + 1));
  }
  return order;
}

/** A side of a row. The AI's mask has no reader, and took nobody's time. */
export function sideOf(read: RunRead, order: ReadonlyMap<string, number>): AgreementRow['a'] {
  const isReader = read.personId !== '';
  const timed = isReader && read.source === 'concord' && read.activeSeconds > 0;
  return {
    readId: read.readId,
    revisionId: read.revisionId,
    personId: read.personId || null,
    name: read.personName,
    round: read.round,
    arm: read.arm,
    activeSeconds: timed ? read.activeSeconds : null,
    order: isReader ? (order.get(read.readId) ?? null) : null,
  };
}
