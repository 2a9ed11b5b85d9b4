// Who reads what: even arms at every moment, crossed arms that cross, shares that fit, readers that meet equally often.
import { describe, expect, it } from 'vitest';
import type { Arm, Design } from '../../contract/design.ts';
import { armOf, groupReaders, isInRound, Meetings } from './allocation.ts';

const round = (number: number) => ({ number, arm: 'assisted' as Arm, share: 1 });
const place = (casePosition: number, reader: number, number = 1, studySeed = 3) => ({
  studySeed,
  casePosition,
  reader,
  round: round(number),
});
const two: Arm[] = ['assisted', 'unassisted'];
const design = (armsBy: Design['armsBy'], arms = two): Design => ({ armsBy, arms, reading: 'all' });
const range = (n: number) => Array.from({ length: n }, (_, index) => index);
const countOf = (arms: Arm[], arm: Arm) => arms.filter((one) => one === arm).length;

describe('arms', () => {
  it('by round are the round’s', () => {
    expect(armOf({ armsBy: 'round', arms: [], reading: 'all' }, place(3, 1))).toBe('assisted');
  });

  it('by case: the same for every reader and round, even after every block, in no fixed order', () => {
    const arms = range(40).map((n) => armOf(design('case'), place(n, 0)));
    for (const n of range(10)) expect(countOf(arms.slice(0, 4 * n + 4), 'assisted')).toBe(2 * n + 2);
    expect(arms).toEqual(range(40).map((n) => armOf(design('case'), place(n, 5, 2))));
    expect(arms.every((arm, n) => arm === two[n % 2])).toBe(false);
    expect(arms).not.toEqual(range(40).map((n) => armOf(design('case'), place(n, 0, 1, 4))));
  });

  it('by reader: two readers of two arms get one each, whatever the seed', () => {
    for (const seed of range(30)) {
      const arms = range(6).map((reader) => armOf(design('reader'), place(7, reader, 1, seed)));
      for (const pair of [0, 2, 4]) expect(arms[pair]).not.toBe(arms[pair + 1]);
      expect(armOf(design('reader'), place(9, 0, 2, seed))).toBe(arms[0]);
    }
  });

  it('crossed: every reader reads every case in every arm, half of the cases in each arm first', () => {
    const three: Arm[] = ['assisted', 'unassisted', 'after-draft'];
    for (const [arms, cases] of [
      [two, 12],
      [three, 12],
    ] as const) {
      for (const reader of range(5)) {
        for (const n of range(cases)) {
          const met = arms.map((_, r) => armOf(design('crossed', [...arms]), place(n, reader, r + 1)));
          expect(new Set(met).size).toBe(arms.length);
        }
        const first = range(cases).map((n) => armOf(design('crossed', [...arms]), place(n, reader, 1)));
        for (const arm of arms) expect(countOf(first, arm)).toBe(cases / arms.length);
      }
    }
  });
});

describe('the share of a round', () => {
  it.each([0.1, 0.2, 0.25, 1 / 3, 0.5, 0.9])('%f is kept to within one case in every block', (share) => {
    for (const seed of range(40)) {
      for (const cases of [10, 24, 101]) {
        const taken = range(cases).filter((n) => isInRound(share, n, seed)).length;
        expect(Math.abs(taken - share * cases)).toBeLessThan(2.5);
      }
    }
  });
  it('takes all cases at 1, and others with another seed', () => {
    expect(range(50).every((n) => isInRound(1, n, 1))).toBe(true);
    const of = (seed: number) =>
      range(60)
        .filter((n) => isInRound(0.3, n, seed))
        .join();
    expect(new Set(range(10).map(of)).size).toBeGreaterThan(5);
  });
});

describe('balanced incomplete blocks', () => {
  /** Loads and meetings after `cases` cases. */
  function give(readers: number, size: number, cases: number, seed = 1) {
    const meetings = new Meetings(readers);
    const loads = new Array<number>(readers).fill(0);
    const pairs = new Map<string, number>();
    for (const casePosition of range(cases)) {
      const set = meetings.next(size, [], { studySeed: seed, casePosition });
      expect(new Set(set).size).toBe(size);
      meetings.add(set);
      for (const a of set) {
        loads[a]++;
        for (const b of set) if (a < b) pairs.set(`${a}/${b}`, (pairs.get(`${a}/${b}`) ?? 0) + 1);
      }
    }
    const met = range(readers).flatMap((a) => range(a).map((b) => pairs.get(`${b}/${a}`) ?? 0));
    return { loads, met };
  }
  const spread = (values: number[]) => Math.max(...values) - Math.min(...values);

  it.each([
    [4, 2, 6],
    [6, 2, 15],
    [8, 2, 28],
    [5, 3, 10],
    [7, 3, 35],
    [8, 4, 70],
  ])('%i readers, %i a case: exactly even after %i cases', (readers, size, cases) => {
    const { loads, met } = give(readers, size, cases);
    expect(spread(loads)).toBe(0);
    expect(spread(met)).toBe(0);
  });

  it.each([
    [6, 3, 17],
    [8, 2, 40],
    [10, 5, 23],
    [30, 6, 50],
  ])('%i readers, %i a case: nearly even at %i cases', (readers, size, cases) => {
    const { loads, met } = give(readers, size, cases);
    expect(spread(loads)).toBeLessThanOrEqual(2);
    expect(spread(met)).toBeLessThanOrEqual(3);
  });

  it('who has a case already keeps it, and all readers are taken where there are no more', () => {
    const meetings = new Meetings(5);
    expect(meetings.next(3, [4, 0], { studySeed: 1, casePosition: 0 })).toEqual(
      expect.arrayContaining([0, 4]),
    );
    expect(new Meetings(2).next(3, [], { studySeed: 1, casePosition: 0 })).toEqual([0, 1]);
  });
});

it('split-plot: every case has one whole group, groups and their cases are even', () => {
  const cases = new Map<string, number>();
  for (const casePosition of range(30)) {
    const group = groupReaders(3, 6, { studySeed: 2, casePosition });
    expect(group).toHaveLength(2);
    cases.set(group.join(), (cases.get(group.join()) ?? 0) + 1);
  }
  expect([...cases.values()]).toEqual([10, 10, 10]);
});
