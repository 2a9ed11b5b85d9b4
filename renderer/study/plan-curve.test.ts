// Ticks are round and few; a missing value breaks the line.
import { expect, it } from 'vitest';
import { curvePath, ticksOf } from './plan-curve.ts';

it('ticks', () => {
  expect(ticksOf(80)).toEqual([0, 20, 40, 60, 80]);
  expect(ticksOf(0.53)).toEqual([0, 0.2, 0.4]);
  expect(ticksOf(0)).toEqual([0]);
  for (let most = 1; most < 5000; most += 7) {
    const ticks = ticksOf(most);
    expect(ticks.length).toBeGreaterThanOrEqual(3);
    expect(ticks.length).toBeLessThanOrEqual(6);
    expect(ticks.at(-1)).toBeLessThanOrEqual(most);
  }
});

it('paths', () => {
  const points = [1, 2, 3, 4].map((cases) => ({ cases, width: cases === 3 ? null : cases }));
  const same = (value: number) => value;
  expect(curvePath(points, (point) => point.width, same, same)).toBe('M1.0 1.0L2.0 2.0M4.0 4.0');
});
