// Two fingers: a pinch never turns slices, a swipe never zooms, and nothing happens before it is clear which it is.
import { describe, expect, it } from 'vitest';
import { pressureFactor, TwoFingers, type Finger } from './two-fingers.ts';

const at = (x: number, y: number): Finger => ({ x, y });

describe('two fingers', () => {
  it('zoom about their middle by as much as they part', () => {
    const fingers = new TwoFingers(at(100, 100), at(200, 100));
    expect(fingers.move(at(98, 100), at(202, 100))).toBeNull();
    const first = fingers.move(at(50, 100), at(250, 100));
    expect(first).toEqual({ kind: 'zoom', factor: 2, centre: at(150, 100), dx: 0, dy: 0 });
    // Once a pinch, always a pinch: going down moves the picture.
    expect(fingers.move(at(50, 160), at(250, 160))).toEqual({
      kind: 'zoom',
      factor: 1,
      centre: at(150, 160),
      dx: 0,
      dy: 60,
    });
  });

  it('turn slices when they go up or down together, and lose no pixel', () => {
    const fingers = new TwoFingers(at(100, 100), at(180, 100));
    let steps = 0;
    for (let y = 101; y <= 280; y++) {
      const step = fingers.move(at(100, y), at(180, y));
      if (step?.kind === 'slices') steps += step.steps;
      else expect(step).toBeNull();
    }
    expect(steps).toBe(10);
    for (let y = 279; y >= 100; y--) {
      const step = fingers.move(at(100, y), at(150, y));
      if (step?.kind === 'slices') steps += step.steps;
    }
    expect(steps).toBe(0);
  });

  it('move the picture when they go sideways together', () => {
    const fingers = new TwoFingers(at(0, 0), at(100, 0));
    expect(fingers.move(at(30, 3), at(130, 3))).toMatchObject({ kind: 'zoom', factor: 1, dx: 30, dy: 3 });
  });
});

describe('a pen', () => {
  it('draws broader the harder it is pressed, never broader than the brush', () => {
    const sizes = [-1, 0, 0.25, 0.5, 1, 2].map(pressureFactor);
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
    expect(sizes[0]).toBe(0.3);
    expect(sizes.at(-1)).toBe(1);
  });
});
