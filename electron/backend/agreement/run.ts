// The big run: cases side by side on all threads, each kept as it is done, so that a run cut off goes on where it was.
import { availableParallelism } from 'node:os';
import type { Grid } from '../../contract/geometry.ts';
import { compareCase, type Pair } from '../../workers/agreement-client.ts';
import type { JobControl } from '../../workers/runner.ts';
import type { OpenStudy } from '../context.ts';
import { comparedPairs, keepPairs, packedMasks, pairKey, type SealedRead, type StoredPair } from './store.ts';

export interface Compared {
  /** Pairs that were there from earlier runs, and pairs compared now. */
  known: number;
  computed: number;
  /** Masks that could not be read, in sentences. */
  faults: string[];
}

interface CaseWork {
  name: string;
  grid: Grid;
  pairs: Pair<SealedRead>[];
}

/**
 * Compares the pairs that `version` does not hold yet and keeps each case's in one transaction. Memory is that of the
 * few cases under way. A mask that cannot be read costs its own pairs alone.
 */
export async function comparePairs(
  study: OpenStudy,
  pairs: readonly Pair<SealedRead>[],
  labels: number[],
  version: string,
  { signal, progress }: JobControl,
): Promise<Compared> {
  const present = await comparedPairs(study.database.read, version);
  const missing = pairs.filter(({ a, b }) =>
    labels.some((label) => !present.has(pairKey(a.revisionId, b.revisionId, label))),
  );
  const known = pairs.length - missing.length;
  const cases: CaseWork[] = [...Map.groupBy(missing, ({ a }) => a.caseId).values()].map((ofCase) => ({
    name: ofCase[0].a.caseName,
    grid: ofCase[0].a.grid,
    pairs: ofCase,
  }));
  const faults: string[] = [];
  const began = performance.now();
  let [computed, next] = [0, 0];
  const tell = () => {
    const elapsed = (performance.now() - began) / 1000;
    // Pairs from earlier runs took no time of this one.
    const left = computed === 0 ? null : (elapsed / computed) * (missing.length - computed);
    progress(`Pair ${known + computed} of ${pairs.length}`, (known + computed) / pairs.length, left);
  };
  const worker = async () => {
    while (next < cases.length) {
      const work = cases[next++];
      signal.throwIfAborted();
      const { kept, unreadable } = await compareOneCase(study, work, labels, signal);
      await study.database.write((tx) => keepPairs(tx, version, kept));
      faults.push(...unreadable);
      computed += work.pairs.length;
      tell();
    }
  };
  tell();
  // One case more than threads waits with its masks read, so that no thread waits for the disk.
  await Promise.all(Array.from({ length: availableParallelism() + 1 }, worker));
  return { known, computed, faults };
}

async function compareOneCase(study: OpenStudy, work: CaseWork, labels: number[], signal: AbortSignal) {
  const ids = [...new Set(work.pairs.flatMap(({ a, b }) => [a.revisionId, b.revisionId]))];
  const position = new Map(ids.map((id, n) => [id, n]));
  const task = {
    grid: work.grid,
    masks: await packedMasks(study.database.read, ids),
    pairs: work.pairs.map(({ a, b }) => [position.get(a.revisionId)!, position.get(b.revisionId)!] as const),
    labels,
  };
  const outcome = await compareCase(task, signal);
  const kept = work.pairs.flatMap(({ a, b }, n): StoredPair[] =>
    (outcome.pairs[n] ?? []).map((metrics) => ({
      a: a.revisionId,
      b: b.revisionId,
      label: metrics.label,
      metrics,
    })),
  );
  const unreadable = outcome.faults.map(({ mask, reason }) => {
    const { a, b } = work.pairs.find((pair) => [pair.a.revisionId, pair.b.revisionId].includes(ids[mask]))!;
    const read = a.revisionId === ids[mask] ? a : b;
    return `${work.name}, ${read.personName}, round ${read.round}: left out, since its mask cannot be read. ${reason}`;
  });
  return { kept, unreadable };
}
