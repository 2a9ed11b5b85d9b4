// Who reads which case in which round and arm: pure, seeded, and stable while cases and readers are added one by one.
import type { Arm, Design } from '../../contract/design.ts';
import { shuffle } from './order.ts';

/** Beyond so many sets of readers, the next case takes its readers one by one. */
const MOST_SETS = 5000;

/**
 * The place of `position` after every block of `size` places was shuffled by itself: permuted blocks keep arms and
 * shares even at every moment, not only when all cases are in.
 */
function rankOf(position: number, size: number, studySeed: number, salt: number): number {
  const block = Math.floor(position / size);
  const places = shuffle(
    Array.from({ length: size }, (_, n) => n),
    { studySeed, readerPosition: -1 - salt, round: block },
  );
  return block * size + places[position % size];
}

export interface Place {
  studySeed: number;
  casePosition: number;
  /** Among the readers, 0 first. */
  reader: number;
  round: { number: number; arm: Arm; share: number };
}

const CASE_ARM = 1;
const READER_ARM = 2;
const SHARE = 3;
const GROUP_OF_CASE = 4;
const GROUP_OF_READER = 5;

/** The arm of one read. Crossed: a Latin square over cases, readers and rounds, so that orders are counterbalanced. */
export function armOf(design: Design, place: Place): Arm {
  const { arms, armsBy } = design;
  if (armsBy === 'round' || arms.length === 0) return place.round.arm;
  const byCase = () => rankOf(place.casePosition, 2 * arms.length, place.studySeed, CASE_ARM);
  const byReader = () => rankOf(place.reader, arms.length, place.studySeed, READER_ARM);
  if (armsBy === 'case') return arms[byCase() % arms.length];
  if (armsBy === 'reader') return arms[byReader() % arms.length];
  return arms[(byCase() + byReader() + place.round.number - 1) % arms.length];
}

/** Whether a round reads the case: systematic sampling along shuffled places, so that the share always fits. */
export function isInRound(share: number, casePosition: number, studySeed: number): boolean {
  if (share >= 1) return true;
  const rank = rankOf(casePosition, 4, studySeed, SHARE);
  const start = (studySeed % 997) / 997;
  return Math.floor((rank + 1) * share + start) > Math.floor(rank * share + start);
}

/** How often each reader, and each pair of readers, has met in the cases given out so far. */
export class Meetings {
  private readonly loads: number[];
  private readonly pairs: number[][];
  private sets: number[][] | null = null;

  constructor(readers: number) {
    this.loads = new Array<number>(readers).fill(0);
    this.pairs = Array.from({ length: readers }, () => new Array<number>(readers).fill(0));
  }

  add(set: readonly number[]): void {
    for (const a of set) {
      this.loads[a]++;
      for (const b of set) if (a !== b) this.pairs[a][b]++;
    }
  }

  /**
   * The `size` readers for the next case, `present` among them: those who met least, then those who read least, then
   * by a seeded draw. All sets are tried while there are few of them, which ends in equal pairs after a whole round.
   */
  next(
    size: number,
    present: readonly number[],
    seed: { studySeed: number; casePosition: number },
  ): number[] {
    const readers = this.loads.length;
    if (size >= readers) return this.loads.map((_, n) => n);
    const lots = shuffle(
      this.loads.map((_, n) => n),
      { studySeed: seed.studySeed, readerPosition: -9, round: seed.casePosition },
    );
    const lotOf = new Array<number>(readers).fill(0);
    lots.forEach((reader, lot) => (lotOf[reader] = lot));
    this.sets ??= countSets(readers, size) <= MOST_SETS ? setsOf(readers, size) : [];
    const candidates = this.sets.filter((set) => present.every((reader) => set.includes(reader)));
    if (candidates.length === 0) return this.oneByOne(size, present, lotOf);
    let best = candidates[0];
    let least = [Infinity, Infinity, Infinity];
    for (const set of candidates) {
      const score = this.scoreOf(set, lotOf);
      if (isLess(score, least)) [best, least] = [set, score];
    }
    return best;
  }

  private scoreOf(set: readonly number[], lotOf: readonly number[]): number[] {
    let [met, load, lot] = [0, 0, 0];
    for (const a of set) {
      load += this.loads[a] ** 2;
      lot += 2 ** -lotOf[a];
      for (const b of set) if (a < b) met += (this.pairs[a][b] + 1) ** 2;
    }
    return [met, load, -lot];
  }

  private oneByOne(size: number, present: readonly number[], lotOf: readonly number[]): number[] {
    const chosen = [...present];
    while (chosen.length < size) {
      const free = this.loads.map((_, n) => n).filter((n) => !chosen.includes(n));
      const cost = (n: number) => [
        this.loads[n],
        chosen.reduce((sum, other) => sum + this.pairs[n][other] ** 2, 0),
        lotOf[n],
      ];
      chosen.push(free.reduce((a, b) => (isLess(cost(b), cost(a)) ? b : a)));
    }
    return chosen.sort((a, b) => a - b);
  }
}

/** The readers of a case in a split-plot: those whose group is the case's. */
export function groupReaders(
  groups: number,
  readers: number,
  of: { studySeed: number; casePosition: number },
): number[] {
  const group = rankOf(of.casePosition, groups, of.studySeed, GROUP_OF_CASE) % groups;
  return Array.from({ length: readers }, (_, n) => n).filter(
    (n) => rankOf(n, groups, of.studySeed, GROUP_OF_READER) % groups === group,
  );
}

function isLess(a: readonly number[], b: readonly number[]): boolean {
  for (let n = 0; n < a.length; n++) if (a[n] !== b[n]) return a[n] < b[n];
  return false;
}

function countSets(readers: number, size: number): number {
  let count = 1;
  for (let n = 1; n <= size; n++) count = (count * (readers - size + n)) / n;
  return Math.round(count);
}

function setsOf(readers: number, size: number, from = 0): number[][] {
  if (size === 0) return [[]];
  const sets: number[][] = [];
  for (let n = from; n <= readers - size; n++) {
    for (const rest of setsOf(readers, size - 1, n + 1)) sets.push([n, ...rest]);
  }
  return sets;
}
