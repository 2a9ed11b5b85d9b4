// Wheels, fast wheels and trackpads: whole steps, none lost and none invented.
import { describe, expect, it } from 'vitest';
import { WheelSteps, zoomFactor } from './wheel.ts';

const turn = (deltaY: number, timeStamp: number, deltaMode = 0, deltaX = 0) => ({
  deltaX,
  deltaY,
  deltaMode,
  timeStamp,
});

describe('the wheel', () => {
  it('is one step a notch, whatever a notch sends', () => {
    for (const [delta, mode] of [
      [53, 0],
      [100, 0],
      [120, 0],
      [3, 1],
      [1, 1],
      [1, 2],
    ]) {
      const wheel = new WheelSteps();
      expect(wheel.take(turn(delta, 0, mode))).toBe(1);
      expect(wheel.take(turn(-delta, 20, mode))).toBe(-1);
    }
  });
  it('takes several notches that arrive as one', () => {
    expect(new WheelSteps().take(turn(300, 0))).toBe(3);
    expect(new WheelSteps().take(turn(-9, 0, 1))).toBe(-3);
  });
  it('adds up what a trackpad sends', () => {
    const wheel = new WheelSteps();
    let steps = 0;
    for (let n = 0; n < 50; n++) steps += wheel.take(turn(4, n * 10));
    expect(steps).toBe(4);
  });
  it('forgets small amounts after a pause or a turn back', () => {
    const wheel = new WheelSteps();
    expect(wheel.take(turn(45, 0))).toBe(0);
    expect(wheel.take(turn(10, 1000))).toBe(0);
    expect(wheel.take(turn(-45, 1010))).toBe(0);
    expect(wheel.take(turn(-10, 1020))).toBe(-1);
  });
  it('goes sideways where Shift turns it', () => {
    expect(new WheelSteps().take(turn(0, 0, 0, 100))).toBe(1);
  });
  it('zooms in upwards, back by the same turn, and gently for one huge amount', () => {
    expect(zoomFactor(turn(-100, 0))).toBeCloseTo(1.25, 2);
    expect(zoomFactor(turn(-100, 0)) * zoomFactor(turn(100, 0))).toBeCloseTo(1, 9);
    expect(zoomFactor(turn(-5, 0))).toBeCloseTo(1.051, 3);
    expect(zoomFactor(turn(-9000, 0))).toBeLessThan(2);
  });
});
