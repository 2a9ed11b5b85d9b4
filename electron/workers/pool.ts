// The threads that carry heavy work. They start when there is work and end when there is none, so that memory goes back.
import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';

/** How long a thread waits for more work before it ends. */
const IDLE_MS = 5_000;

export interface Pool {
  /** Runs the default export of the worker file `entry` on `task`. Aborting `signal` stops the thread. */
  run(
    entry: URL,
    task: unknown,
    options?: { signal?: AbortSignal; transfer?: ArrayBuffer[] },
  ): Promise<unknown>;
  close(): Promise<void>;
}

/**
 * One thread fewer than cores, so that the page and the requests keep one; at least two, so that opening a read never
 * waits behind an import.
 */
export function createPool(): Pool {
  let threads: Piscina | null = null;
  return {
    run(entry, task, { signal, transfer } = {}) {
      threads ??= startThreads();
      return threads.run(task, { filename: entry.href, signal, transferList: transfer });
    },
    async close() {
      await threads?.destroy();
      threads = null;
    },
  };
}

function startThreads(): Piscina {
  const threads = new Piscina({
    minThreads: 0,
    maxThreads: Math.max(2, availableParallelism() - 1),
    idleTimeout: IDLE_MS,
    concurrentTasksPerWorker: 1,
  });
  // Who asked hears of every failure through the promise. What comes here besides is a last word of a thread that was
  // stopped while it answered; without a listener it would end the program.
  threads.on('error', () => undefined);
  return threads;
}
