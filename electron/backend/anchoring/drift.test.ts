// Limits of an individuals chart by hand, and a jump that shows.
import { expect, it } from 'vitest';
import { chartOf } from './drift.ts';

const points = (values: number[]) =>
  values.map((value, n) => ({
    readId: `r${n}`,
    sealedAt: `2026-01-${String(n + 1).padStart(2, '0')}`,
    value,
  }));

it('has the mean and 2.66 mean moving ranges', () => {
  const chart = chartOf(points([1, 1.2, 1, 1.2]).toReversed());
  expect(chart.points.map((point) => point.readId)).toEqual(['r0', 'r1', 'r2', 'r3']);
  expect(chart.centre).toBeCloseTo(1.1, 12);
  expect(chart.upper).toBeCloseTo(1.1 + 2.66 * 0.2, 12);
  expect(chart.lower).toBeCloseTo(1.1 - 2.66 * 0.2, 12);
  expect(chart.points.some((point) => point.outside)).toBe(false);
});

it('marks a read far from the others', () => {
  const chart = chartOf(points([1, 1.01, 0.99, 1, 1.01, 1, 0.99, 1, 1.5, 1, 1.01, 1]));
  expect(chart.points.filter((point) => point.outside).map((point) => point.readId)).toEqual(['r8']);
});

it('one point has no limits', () => {
  expect(chartOf(points([1]))).toMatchObject({ centre: null, lower: null, upper: null });
});
