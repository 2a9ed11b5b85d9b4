// Time on task: seconds in which the window has the focus and somebody did something within the last minute.
export const IDLE_MS = 60_000;

/** Counts active time from moments that it is told (milliseconds, monotonic). */
export class ActiveTime {
  private focused: boolean;
  private lastInput: number;
  private countedTo: number;
  private active = 0;
  private readonly idle: number;

  constructor(now: number, focused: boolean, idle = IDLE_MS) {
    this.lastInput = now;
    this.countedTo = now;
    this.focused = focused;
    this.idle = idle;
  }

  /** Somebody did something. */
  input(now: number): void {
    this.advance(now);
    this.lastInput = now;
  }
  /** The window won or lost the focus. Coming back counts as doing something. */
  focus(now: number, focused: boolean): void {
    this.advance(now);
    if (focused && !this.focused) this.lastInput = now;
    this.focused = focused;
  }
  /** Active seconds up to now. */
  seconds(now: number): number {
    this.advance(now);
    return this.active / 1000;
  }

  private advance(now: number): void {
    if (this.focused) {
      const until = Math.min(now, this.lastInput + this.idle);
      this.active += Math.max(0, until - this.countedTo);
    }
    this.countedTo = Math.max(this.countedTo, now);
  }
}
