// Being in the room: counts active time, tells the backend every five seconds, and keeps or loses the lease.
import { Problem } from '../../electron/contract/problem.ts';
import * as reads from '../api/reads.ts';
import { ActiveTime } from './active-time.ts';

const BEAT_MS = 5000;
const INPUTS = ['pointermove', 'pointerdown', 'keydown', 'wheel'] as const;

export class Presence {
  /** Active seconds of this read, those of earlier sittings included. */
  activeSeconds = $state(0);
  /** Why this window does not hold the read any more. */
  lost = $state.raw<Problem | null>(null);
  /** False while the backend does not answer. */
  reachable = $state(true);

  private readonly study: string;
  private readonly read: string;
  private readonly lease: string;
  private readonly before: number;
  private time = new ActiveTime(performance.now(), document.hasFocus());
  private reported = 0;
  private timers: ReturnType<typeof setInterval>[] = [];
  private left = false;

  constructor(study: string, read: { id: string; lease: string; activeSeconds: number }) {
    this.study = study;
    this.read = read.id;
    this.lease = read.lease;
    this.before = read.activeSeconds;
    this.activeSeconds = read.activeSeconds;
  }

  /** Begins counting and beating; the returned function ends it and lets go of the read. */
  start(): () => void {
    const onInput = () => this.time.input(performance.now());
    const onFocus = () => this.time.focus(performance.now(), document.hasFocus() && !document.hidden);
    const onPageHide = () => this.leave(true);
    for (const type of INPUTS) addEventListener(type, onInput, { passive: true, capture: true });
    for (const type of ['focus', 'blur'] as const) addEventListener(type, onFocus);
    document.addEventListener('visibilitychange', onFocus);
    addEventListener('pagehide', onPageHide);
    this.timers = [
      setInterval(() => (this.activeSeconds = this.before + this.seconds()), 1000),
      setInterval(() => void this.beat(), BEAT_MS),
    ];
    return () => {
      for (const type of INPUTS) removeEventListener(type, onInput, { capture: true });
      for (const type of ['focus', 'blur'] as const) removeEventListener(type, onFocus);
      document.removeEventListener('visibilitychange', onFocus);
      removeEventListener('pagehide', onPageHide);
      this.timers.forEach(clearInterval);
      this.leave();
    };
  }

  /** Takes a refusal of any write: a lost lease ends the editing here. */
  refuse(error: unknown): void {
    if (error instanceof Problem && (error.code === 'lease-lost' || error.code === 'read-sealed')) {
      this.lost = error;
    }
  }

  /** Reports what was not reported yet: before sealing, for the time to be whole. */
  async beat(): Promise<void> {
    if (this.lost || this.left) return;
    const seconds = this.seconds();
    try {
      await reads.heartbeat(this.study, this.read, this.lease, seconds - this.reported);
      this.reported = seconds;
      this.reachable = true;
    } catch (error) {
      // What was not reported goes with the next beat.
      this.reachable = !(error instanceof Problem && error.code === 'backend-unreachable');
      this.refuse(error);
    }
  }

  /** The read was sealed: nothing to let go of any more. */
  sealed(): void {
    this.left = true;
    this.timers.forEach(clearInterval);
  }

  private seconds(): number {
    return this.time.seconds(performance.now());
  }

  /** Reports the rest and lets go. While the page closes there is no time to wait for the one before the other. */
  private leave(closing = false): void {
    if (this.left || this.lost) return;
    this.left = true;
    const { study, read, lease } = this;
    const report = reads.heartbeat(study, read, lease, this.seconds() - this.reported, true);
    const release = () => reads.release(study, read, lease);
    const done = closing ? Promise.allSettled([report, release()]) : report.then(release, release);
    void done.catch(() => undefined);
  }
}
