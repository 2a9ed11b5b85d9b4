// Which reads are compared: two readers in one round, two rounds of one reader, a read and the AI mask under it.

/** Kinds of comparison, never mixed in any table. */
export type Comparison = 'inter' | 'intra' | 'ai';

/** What pairing needs of a sealed read; anything else travels along. */
export interface PairableRead {
  readonly readId: string;
  readonly personId: string;
  readonly round: number;
  readonly caseId: string;
}

export interface Pair<Read> {
  comparison: Comparison;
  a: Read;
  b: Read;
}

/**
 * Lists the pairs to compare, case by case in the order of `reads`.
 * inter: same case and round, different readers; a is the reader who comes first in `reads`, in every case alike.
 * intra: same case and reader, every two different rounds; a is the earlier one.
 * ai: a is the mask that `baselineOf` gives for a read, b the read itself.
 */
export function listPairs<Read extends PairableRead>(
  reads: readonly Read[],
  baselineOf: (read: Read) => Read | null = () => null,
): Pair<Read>[] {
  const people = [...new Set(reads.map((read) => read.personId))];
  const cases = Map.groupBy(reads, (read) => read.caseId);
  const pairs: Pair<Read>[] = [];
  for (const ofCase of cases.values()) {
    const ordered = ofCase.toSorted(
      (x, y) => people.indexOf(x.personId) - people.indexOf(y.personId) || x.round - y.round,
    );
    pairs.push(...twoReaders(ordered), ...twoRounds(ordered));
    for (const read of ordered) {
      const baseline = baselineOf(read);
      if (baseline) pairs.push({ comparison: 'ai', a: baseline, b: read });
    }
  }
  return pairs;
}

function twoReaders<Read extends PairableRead>(ordered: readonly Read[]): Pair<Read>[] {
  return everyTwo(ordered)
    .filter(([a, b]) => a.round === b.round && a.personId !== b.personId)
    .sort(([x], [y]) => x.round - y.round)
    .map(([a, b]) => ({ comparison: 'inter', a, b }));
}

function twoRounds<Read extends PairableRead>(ordered: readonly Read[]): Pair<Read>[] {
  return everyTwo(ordered)
    .filter(([a, b]) => a.personId === b.personId && a.round !== b.round)
    .map(([a, b]) => ({ comparison: 'intra', a, b }));
}

function everyTwo<T>(items: readonly T[]): [T, T][] {
  return items.flatMap((a, n) => items.slice(n + 1).map((b): [T, T] => [a, b]));
}
