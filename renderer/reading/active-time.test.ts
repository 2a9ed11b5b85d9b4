// Idle minutes and lost focus are not counted; nothing is counted twice.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ActiveTime } from './active-time.ts';

describe('active time', () => {
  it('counts while somebody works, and up to a minute after the last input', () => {
    const time = new ActiveTime(0, true);
    time.input(30_000);
    expect(time.seconds(40_000)).toBe(40);
    expect(time.seconds(90_000)).toBe(90);
    expect(time.seconds(500_000)).toBe(90);
    time.input(500_000);
    expect(time.seconds(510_000)).toBe(100);
  });

  it('does not count without the focus', () => {
    const time = new ActiveTime(0, true);
    time.focus(10_000, false);
    expect(time.seconds(60_000)).toBe(10);
    time.focus(60_000, true);
    expect(time.seconds(65_000)).toBe(15);
  });

  it('never runs faster than the clock and never back', () => {
    const step = fc.record({
      after: fc.nat(200_000),
      what: fc.constantFrom('input', 'focus', 'blur', 'ask'),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const time = new ActiveTime(0, true);
        let now = 0;
        let before = 0;
        for (const { after, what } of steps) {
          now += after;
          if (what === 'input') time.input(now);
          else if (what !== 'ask') time.focus(now, what === 'focus');
          const seconds = time.seconds(now);
          expect(seconds).toBeGreaterThanOrEqual(before);
          expect(seconds).toBeLessThanOrEqual(now / 1000 + 1e-9);
          before = seconds;
        }
      }),
    );
  });
});
