// Runs long work: a queue a lane, cancel, throttled progress. It knows nothing of studies or of what the work is.

export interface JobControl {
  /** Aborted when the job is cancelled; work must stop soon after. */
  readonly signal: AbortSignal;
  /** Says what the job does now; `fraction` 0…1 or null while unknown, `secondsLeft` when the work knows better. */
  progress(step: string, fraction: number | null, secondsLeft?: number | null): void;
}

export interface RunnerEvents {
  onStart(): void;
  /** At most ten times a second. */
  onProgress(step: string, fraction: number | null, secondsLeft: number | null): void;
  onEnd(outcome: Outcome): void;
}

export type Outcome =
  { state: 'done'; value: unknown } | { state: 'failed'; error: unknown } | { state: 'cancelled' };

const THROTTLE_MS = 100;

/** One lane runs one job at a time: inference does not starve imports, and two inferences do not share memory. */
export class Runner {
  private readonly lanes = new Map<string, Promise<void>>();
  private readonly aborts = new Map<string, AbortController>();

  /** Queues `work` under `id` in `lane`. Never rejects; the outcome goes to `events.onEnd`, exactly once. */
  start(
    id: string,
    lane: string,
    work: (control: JobControl) => Promise<unknown>,
    events: RunnerEvents,
  ): Promise<void> {
    const abort = new AbortController();
    this.aborts.set(id, abort);
    const before = this.lanes.get(lane) ?? Promise.resolve();
    const run = before.then(() => this.run(id, abort, work, events));
    this.lanes.set(lane, run);
    return run;
  }

  /** Cancels a queued or running job; false when there is no such job any more. */
  cancel(id: string): boolean {
    const abort = this.aborts.get(id);
    abort?.abort();
    return abort !== undefined;
  }

  /** Cancels everything and waits until all has stopped. */
  async close(): Promise<void> {
    for (const abort of this.aborts.values()) abort.abort();
    await Promise.all(this.lanes.values());
  }

  private async run(
    id: string,
    abort: AbortController,
    work: (control: JobControl) => Promise<unknown>,
    events: RunnerEvents,
  ): Promise<void> {
    let outcome: Outcome;
    if (abort.signal.aborted) {
      outcome = { state: 'cancelled' };
    } else {
      events.onStart();
      const progress = throttle(events);
      try {
        const value = await work({ signal: abort.signal, progress });
        outcome = { state: 'done', value };
      } catch (error) {
        outcome = abort.signal.aborted ? { state: 'cancelled' } : { state: 'failed', error };
      }
    }
    this.aborts.delete(id);
    events.onEnd(outcome);
  }
}

/** Passes progress on at most every 100 ms (a new step always), with the time left from the pace so far. */
function throttle(events: RunnerEvents): JobControl['progress'] {
  const began = performance.now();
  let last = -Infinity;
  let lastStep = '';
  return (step, fraction, secondsLeft) => {
    const now = performance.now();
    if (now - last < THROTTLE_MS && step === lastStep) return;
    last = now;
    lastStep = step;
    const elapsed = (now - began) / 1000;
    const estimated = fraction && fraction > 0.02 ? (elapsed / fraction) * (1 - fraction) : null;
    events.onProgress(step, fraction, secondsLeft ?? estimated);
  };
}
