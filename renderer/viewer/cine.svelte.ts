// Cine: runs through the slices of the active view at an even speed, there and back.
import { PLANE_AXES } from './slice-geometry.ts';
import type { ViewState } from './view-state.svelte.ts';

export const SLOWEST_CINE = 2;
export const FASTEST_CINE = 40;

export class Cine {
  playing = $state(false);
  /** Slices a second. */
  speed = $state(12);
  private readonly view: ViewState;
  private direction: 1 | -1 = 1;
  private last = 0;
  private owed = 0;

  constructor(view: ViewState) {
    this.view = view;
  }

  toggle(): void {
    if (this.playing) this.stop();
    else this.start();
  }
  start(): void {
    if (this.playing) return;
    this.playing = true;
    this.last = performance.now();
    this.owed = 0;
    requestAnimationFrame(this.frame);
  }
  stop(): void {
    this.playing = false;
  }

  private readonly frame = (now: number): void => {
    if (!this.playing) return;
    this.advance(Math.min(1000, now - this.last));
    this.last = now;
    requestAnimationFrame(this.frame);
  };

  /** Moves on by as many slices as are due after `milliseconds`; turns round at the ends. */
  advance(milliseconds: number): void {
    const { view } = this;
    this.owed += (milliseconds / 1000) * this.speed;
    const steps = Math.floor(this.owed);
    this.owed -= steps;
    const plane = view.active;
    const last = view.grid.shape[PLANE_AXES[plane].through] - 1;
    let slice = view.sliceOf(plane);
    for (let n = 0; n < steps && last > 0; n++) {
      if (slice + this.direction < 0 || slice + this.direction > last)
        this.direction = this.direction === 1 ? -1 : 1;
      slice += this.direction;
    }
    view.setSlice(plane, slice);
  }
}
