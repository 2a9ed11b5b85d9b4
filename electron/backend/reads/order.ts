// The order in which a reader meets the cases of a round: a seeded shuffle that anyone can compute again.
import { createHash } from 'node:crypto';

/** Where a shuffle starts: the study's seed, the reader's place in the study, the round, and how often it was redrawn. */
export interface OrderSeed {
  studySeed: number;
  readerPosition: number;
  round: number;
}

/** The first 32 bits of SHA-256 over "seed/reader/round/attempt": neighbouring seeds give unrelated orders. */
function start(seed: OrderSeed, attempt: number): number {
  const text = `${seed.studySeed}/${seed.readerPosition}/${seed.round}/${attempt}`;
  return createHash('sha256').update(text).digest().readUInt32LE(0);
}

/** Mulberry32 (T. Ettinger, public domain): 32 bits of state, one uniform number in [0, 1) a call. */
function mulberry32(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Fisher–Yates (Durstenfeld's form) with Mulberry32. The input is left as it is. */
export function shuffle<T>(items: readonly T[], seed: OrderSeed, attempt = 0): T[] {
  const random = mulberry32(start(seed, attempt));
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [result[last], result[other]] = [result[other], result[last]];
  }
  return result;
}

const ATTEMPTS = 200;

/**
 * `kept` as it is, then `added` shuffled. An order that the same reader has in another round (`others`, the round
 * directly before first) is drawn again; where so few items leave no new order, it differs at least from the first of
 * `others`, and where even that cannot be (nothing or one item added to the same start), the first draw stands.
 */
export function extendOrder(
  kept: readonly string[],
  added: readonly string[],
  seed: OrderSeed,
  others: readonly (readonly string[])[],
): string[] {
  const same = (a: readonly string[], b: readonly string[]) =>
    a.length === b.length && a.every((item, n) => item === b[n]);
  let fallBack: string[] | null = null;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const order = [...kept, ...shuffle(added, seed, attempt)];
    if (!others.some((other) => same(order, other))) return order;
    if (!fallBack && others.length > 0 && !same(order, others[0])) fallBack = order;
    if (added.length < 2) break;
  }
  return fallBack ?? [...kept, ...shuffle(added, seed)];
}
