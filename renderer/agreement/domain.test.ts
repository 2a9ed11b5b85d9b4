// Axes hold all their points, and one point alone gets one that can be read.
import { describe, expect, it } from 'vitest';
import { domainOf } from './domain.ts';

describe('domainOf', () => {
  it('holds every value and what must be held, with air', () => {
    const [low, high] = domainOf([3, null, 7], [0]);
    expect(low).toBeLessThan(0);
    expect(high).toBeGreaterThan(7);
  });
  it('gives one value a span of its own size', () => {
    expect(domainOf([16.092])).toEqual([16.092 - 1.6092, 16.092 + 1.6092]);
    expect(domainOf([0, 0])).toEqual([-0.5, 0.5]);
    expect(domainOf([])).toEqual([0, 1]);
  });
});
