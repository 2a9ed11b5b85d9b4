// Names of steps: what is written is what is read, within what a step's name may hold.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTakeName, letterOf, nameOfTake, takeOfName, type Take } from './adjudication.ts';

const SHAPE = [512, 512, 900];
const READS = Array.from({ length: 32 }, (_, n) => `read${String(n).padStart(16, '0')}`);

const source = fc.oneof(fc.constantFrom('vote' as const, 'staple' as const), fc.constantFrom(...READS));
const range = (most: number) =>
  fc.tuple(fc.nat(most - 1), fc.nat(most - 1)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
const box = fc.tuple(range(512), range(512), range(900)).map(([i, j, k]) => ({
  from: [i[0], j[0], k[0]] as [number, number, number],
  to: [i[1], j[1], k[1]] as [number, number, number],
}));
const region = fc.integer({ min: 1, max: 99_999 });
const take: fc.Arbitrary<Take> = fc.oneof(
  source.map((from) => ({ source: from })),
  fc.record({ source, region }),
  fc.record({ source, box }),
  fc.record({ source, region, box }),
);

describe('names of steps', () => {
  it('are read as they were written, and are short enough for the journal', () => {
    fc.assert(
      fc.property(take, (one) => {
        const name = nameOfTake(one, READS, SHAPE);
        expect(isTakeName(name)).toBe(true);
        expect(takeOfName(name, READS, SHAPE)).toEqual(one);
        if (!(one.box && one.region)) expect(name.length).toBeLessThanOrEqual(60);
      }),
    );
  });

  it('read as words', () => {
    const slice = { from: [0, 0, 40] as const, to: [511, 511, 40] as const };
    expect(nameOfTake({ source: READS[1], region: 3 }, READS, SHAPE)).toBe('Region 3 from B');
    expect(nameOfTake({ source: 'vote', box: structuredClone(slice) as never }, READS, SHAPE)).toBe(
      'Slice 41 from vote',
    );
    expect(nameOfTake({ source: 'staple' }, READS, SHAPE)).toBe('All from STAPLE');
  });

  it('are told from tools', () => {
    for (const name of [
      'brush',
      'Copy from next slice',
      ' from B',
      'Region from B',
      'Region 3 from',
      'All from b',
    ]) {
      expect(takeOfName(name, READS, SHAPE), name).toBeNull();
      expect(isTakeName(name), name).toBe(false);
    }
    expect(takeOfName('All from Z', READS.slice(0, 2), SHAPE)).toBeNull();
  });
});

it('letters go on after Z', () => {
  expect([0, 1, 25, 26, 27, 51].map(letterOf)).toEqual(['A', 'B', 'Z', 'AA', 'AB', 'AZ']);
});
