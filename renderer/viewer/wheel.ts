// Wheels and trackpads alike: many small amounts add up to whole steps, one notch is one step.
type Turn = Pick<WheelEvent, 'deltaX' | 'deltaY' | 'deltaMode' | 'timeStamp'>;

/** CSS pixels a step of a trackpad, and the least that a notch of a wheel sends. */
const PIXELS_A_STEP = 50;
const LEAST_NOTCH = 50;
const LINES_A_NOTCH = 3;
/** After this pause a new gesture begins, ms. */
const PAUSE_MS = 250;

export class WheelSteps {
  /** CSS pixels that made no step yet. */
  private rest = 0;
  private last = -Infinity;

  /** Whole steps of this turn: positive towards the hand (down), as deltaY is. */
  take(turn: Turn): number {
    // With Shift held some systems send the wheel sideways.
    const delta = turn.deltaY || turn.deltaX;
    if (turn.timeStamp - this.last > PAUSE_MS || delta * this.rest < 0) this.rest = 0;
    this.last = turn.timeStamp;
    if (turn.deltaMode !== 0 || Math.abs(delta) >= LEAST_NOTCH) {
      // A notch: 100 or 120 pixels, 3 lines, or a page; a fast wheel sends several at once.
      const notch = turn.deltaMode === 0 ? 100 : turn.deltaMode === 1 ? LINES_A_NOTCH : 1;
      this.rest = 0;
      return Math.sign(delta) * Math.max(1, Math.round(Math.abs(delta) / notch));
    }
    this.rest += delta;
    const steps = Math.trunc(this.rest / PIXELS_A_STEP) || 0;
    this.rest -= steps * PIXELS_A_STEP;
    return steps;
  }
}

/** How much a turn zooms: a quarter a notch; pinches arrive as small amounts and count for more. */
export function zoomFactor(turn: Omit<Turn, 'timeStamp'>): number {
  const delta = turn.deltaY || turn.deltaX;
  if (turn.deltaMode !== 0) return delta < 0 ? 1.25 : 0.8;
  const limited = Math.max(-300, Math.min(300, delta));
  return Math.exp(-limited * (Math.abs(delta) < LEAST_NOTCH ? 0.01 : 0.00223));
}
