// Orders of cases: computable again from the seed, different from round to round, fair.
import { describe, expect, it } from 'vitest';
import { extendOrder, shuffle } from './order.ts';

const cases = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const seed = { studySeed: 5, readerPosition: 1, round: 1 };

describe('the order of cases', () => {
  it('is the same for the same seed, and another for another reader, round or study', () => {
    expect(shuffle(cases, seed)).toEqual(shuffle(cases, seed));
    expect([...shuffle(cases, seed)].sort()).toEqual(cases);
    const others = [
      shuffle(cases, { ...seed, studySeed: 6 }),
      shuffle(cases, { ...seed, readerPosition: 2 }),
      shuffle(cases, { ...seed, round: 2 }),
      shuffle(cases, seed, 1),
    ];
    expect(new Set([shuffle(cases, seed), ...others].map(String)).size).toBe(5);
  });

  it('puts every case in every place about as often', () => {
    const times = 4000;
    const first = new Map<string, number>();
    for (let studySeed = 0; studySeed < times; studySeed++) {
      const [a] = shuffle(cases, { ...seed, studySeed });
      first.set(a, (first.get(a) ?? 0) + 1);
    }
    // Chi-squared with 7 degrees of freedom; 24.3 is passed by chance once in a thousand.
    const expected = times / cases.length;
    const chiSquared = cases.reduce((sum, c) => sum + ((first.get(c) ?? 0) - expected) ** 2 / expected, 0);
    expect(chiSquared).toBeLessThan(24.3);
  });

  it('never repeats between rounds while that can be, and never twice running with two cases', () => {
    for (let studySeed = 0; studySeed < 50; studySeed++) {
      const orders: string[][] = [];
      for (let round = 1; round <= 3; round++) {
        orders.unshift(extendOrder([], ['a', 'b'], { ...seed, studySeed, round }, orders));
      }
      expect(orders[0]).not.toEqual(orders[1]);
      expect(orders[1]).not.toEqual(orders[2]);
      const three: string[][] = [];
      for (let round = 1; round <= 6; round++) {
        three.unshift(extendOrder([], ['a', 'b', 'c'], { ...seed, studySeed, round }, three));
      }
      expect(new Set(three.map(String)).size).toBe(6);
    }
  });

  it('keeps what is there and ends with a single case without searching', () => {
    expect(extendOrder(['x', 'y'], ['a'], seed, [['x', 'y', 'a']])).toEqual(['x', 'y', 'a']);
    expect(extendOrder(['x', 'y'], ['a', 'b'], seed, []).slice(0, 2)).toEqual(['x', 'y']);
  });
});
