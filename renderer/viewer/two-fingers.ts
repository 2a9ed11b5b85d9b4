// Two fingers on a view: apart or together zooms and moves the picture, up and down together turns the slices.
export interface Finger {
  x: number;
  y: number;
}

export type TwoFingerStep =
  | { kind: 'zoom'; factor: number; centre: Finger; dx: number; dy: number }
  | { kind: 'slices'; steps: number };

/** CSS pixels a slice. */
const PIXELS_A_SLICE = 18;
/** How far apart or along fingers must have gone before it is clear what they mean. */
const CLEAR_RATIO = 1.12;
const CLEAR_PIXELS = 14;

const middle = (a: Finger, b: Finger): Finger => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
const apart = (a: Finger, b: Finger): number => Math.max(1, Math.hypot(a.x - b.x, a.y - b.y));

/** One gesture: what it means is settled by how it begins, and stays. */
export class TwoFingers {
  private mode: 'undecided' | 'zoom' | 'slices' = 'undecided';
  private centre: Finger;
  private distance: number;
  /** Pixels that made no slice yet. */
  private rest = 0;

  constructor(a: Finger, b: Finger) {
    this.centre = middle(a, b);
    this.distance = apart(a, b);
  }

  /** Where both fingers are now; null while nothing follows from it. Slices: positive towards the hand (down). */
  move(a: Finger, b: Finger): TwoFingerStep | null {
    const centre = middle(a, b);
    const distance = apart(a, b);
    const [dx, dy] = [centre.x - this.centre.x, centre.y - this.centre.y];
    const factor = distance / this.distance;
    if (this.mode === 'undecided') {
      if (factor > CLEAR_RATIO || factor < 1 / CLEAR_RATIO) this.mode = 'zoom';
      else if (Math.hypot(dx, dy) > CLEAR_PIXELS)
        this.mode = Math.abs(dy) >= Math.abs(dx) ? 'slices' : 'zoom';
      else return null;
    }
    this.centre = centre;
    this.distance = distance;
    if (this.mode === 'zoom') return { kind: 'zoom', factor, centre, dx, dy };
    this.rest += dy;
    const steps = Math.trunc(this.rest / PIXELS_A_SLICE);
    this.rest -= steps * PIXELS_A_SLICE;
    return steps === 0 ? null : { kind: 'slices', steps };
  }
}

/** How much of its size the brush has under a pen: a third when it barely touches, all of it when pressed hard. */
export function pressureFactor(pressure: number): number {
  const p = Math.min(1, Math.max(0, pressure));
  return 0.3 + 0.7 * p;
}
