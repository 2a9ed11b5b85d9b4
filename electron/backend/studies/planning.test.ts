// Costs and widths against numbers worked out by hand.
import { expect, it } from 'vitest';
import { PlanRequestSchema } from '../../contract/planning.ts';
import { planOf } from './planning.ts';

const ask = (more: object) =>
  planOf(
    PlanRequestSchema.parse({
      cases: 40, readers: 4, design: {}, shares: [1, 0.25], minutesPerRead: 15, ...more,
    }), // prettier-ignore
  );

it('counts reads and hours of each design', () => {
  expect(ask({})).toMatchObject({ readsPerReader: 50, hoursPerReader: 12.5, reads: 200, repeatedCases: 10 });
  const balanced = ask({ design: { reading: 'balanced', readersPerCase: 2 } });
  expect(balanced).toMatchObject({ readsPerReader: 25, reads: 100, readersPerCase: 2 });
  const split = ask({ design: { reading: 'split-plot', groups: 2 }, shares: [1] });
  expect(split).toMatchObject({ readsPerReader: 20, readersPerCase: 2, repeatedCases: 0, intra: null });
});

it('the ICC’s width is Bonett’s, and shrinks with cases', () => {
  const plan = ask({ inter: 0.8 });
  // 2·1.96·sqrt(2(1−ρ)²(1+(k−1)ρ)² / (k(k−1)(n−1))), ρ = 0.8, k = 4, n = 40.
  const width = 2 * 1.959963985 * Math.sqrt((2 * 0.2 ** 2 * 3.4 ** 2) / (4 * 3 * 39));
  expect(plan.inter?.icc).toBeCloseTo(width, 6);
  const iccs = plan.curve.map((point) => point.icc ?? NaN);
  expect(iccs).toEqual(iccs.toSorted((a, b) => b - a));
  expect(plan.curve.at(-1)?.cases).toBe(80);
});

it('says what a design cannot tell', () => {
  expect(ask({ readers: 1 })).toMatchObject({ inter: null });
  expect(ask({ readers: 1 }).notes.join()).toMatch(/nothing between readers/);
  expect(ask({ shares: [1] }).notes.join()).toMatch(/nothing within a reader/);
  const crossed = { armsBy: 'crossed', arms: ['assisted', 'unassisted'] };
  expect(ask({ design: crossed, shares: [1, 1] }).notes.join()).toMatch(/between arms/);
});
