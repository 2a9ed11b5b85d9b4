// The page's end of the worker: one task at a time, how far it is, and its cancelling by ending the worker.
import { Problem } from '../../electron/contract/problem.ts';
import type { Reply, Task } from './operations/tasks.ts';

export interface WorkerLike {
  postMessage(message: unknown, transfer: Transferable[]): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<Reply>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

/** A task with the buffers that go along with it. */
export interface Parcel {
  task: Task;
  transfer: ArrayBuffer[];
}

/** Past this a task is shown with its progress. */
export const SHOWN_AFTER_MS = 300;
/** Past this it also says how long it still takes. */
const TIMED_AFTER_MS = 1000;

/** What runs: its share done, 0…1, and the seconds it still takes, null while that cannot be told. */
export interface RunningTask {
  label: string;
  share: number;
  secondsLeft: number | null;
}

export class TaskDesk {
  /** What runs now and how far it is; null when nothing does. */
  running = $state.raw<RunningTask | null>(null);
  /** True once what runs has taken so long that it is to be shown. */
  slow = $state(false);
  private readonly start: () => WorkerLike;
  private worker: WorkerLike | null = null;
  private refuse: ((error: Problem) => void) | null = null;

  constructor(start: () => WorkerLike = startWorker) {
    this.start = start;
  }

  get busy(): boolean {
    return this.running !== null;
  }

  /**
   * Sends parcels one after another, each when the one before is done, and resolves with the result. Throws Problem
   * `operation-cancelled` after `cancel`, `operation-failed` where the worker could not do it.
   */
  async run<Result>(
    label: string,
    parts: number,
    parcel: (part: number) => Parcel | Promise<Parcel>,
  ): Promise<Result> {
    if (this.running) throw new Problem('operation-under-way', `Wait until “${this.running.label}” is done.`);
    const tell = this.teller(label);
    tell(0);
    const clock = setInterval(tell, TIMED_AFTER_MS);
    const timer = setTimeout(() => (this.slow = true), SHOWN_AFTER_MS);
    try {
      for (let part = 0; ; part++) {
        const ready = await this.packed(parcel(part));
        const reply = await this.send(ready, (share) => tell((part + share) / parts));
        if (reply.kind === 'done') return reply.result as Result;
      }
    } finally {
      clearTimeout(timer);
      clearInterval(clock);
      this.running = null;
      this.slow = false;
    }
  }

  /** Ends what runs; false when nothing did. */
  cancel(): boolean {
    if (!this.refuse) return false;
    this.worker?.terminate();
    this.worker = null;
    const refuse = this.refuse;
    this.refuse = null;
    refuse(new Problem('operation-cancelled', 'Cancelled. Nothing was changed.'));
    return true;
  }

  /**
   * Says how far it is; called without a share, the time left counts on from what was last known. What is left takes
   * as long as what is done took, by its share.
   */
  private teller(label: string): (share?: number) => void {
    const start = performance.now();
    let known = { at: start, share: 0 };
    return (share) => {
      const now = performance.now();
      if (share !== undefined) known = { at: now, share };
      const left = ((known.at - start) * (1 - known.share)) / known.share - (now - known.at);
      // A guess that has run out is none.
      const tellable = now - start >= TIMED_AFTER_MS && known.share > 0 && left > 0;
      this.running = { label, share: known.share, secondsLeft: tellable ? left / 1000 : null };
    };
  }

  /** A parcel that takes its time can be cancelled too. */
  private packed(parcel: Parcel | Promise<Parcel>): Parcel | Promise<Parcel> {
    if (!(parcel instanceof Promise)) return parcel;
    return new Promise((resolve, reject) => {
      this.refuse = reject;
      parcel.then(resolve, reject);
    });
  }

  private send(
    { task, transfer }: Parcel,
    progress: (share: number) => void,
  ): Promise<Extract<Reply, { kind: 'next' | 'done' }>> {
    const worker = (this.worker ??= this.start());
    return new Promise((resolve, reject) => {
      const fail = (error: Problem) => {
        this.refuse = null;
        reject(error);
      };
      this.refuse = fail;
      worker.onmessage = ({ data }) => {
        // What a worker said before it was ended is about a task that is over.
        if (worker !== this.worker) return;
        if (data.kind === 'progress') progress(data.share);
        else if (data.kind === 'failed') fail(failed(data.message));
        else {
          this.refuse = null;
          resolve(data);
        }
      };
      worker.onerror = (event) => {
        this.worker = null;
        fail(failed(event.message));
      };
      worker.postMessage(task, transfer);
    });
  }
}

function failed(why: string): Problem {
  return new Problem(
    'operation-failed',
    `The operation could not be carried out (${why}). The mask is as it was.`,
  );
}

function startWorker(): WorkerLike {
  return new Worker(new URL('./operations/worker.ts', import.meta.url), { type: 'module' });
}
