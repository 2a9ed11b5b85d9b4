// Shares the replicates of a bootstrap among threads; the numbers do not depend on how many there are.
import { randomUUID } from 'node:crypto';
import {
  bootstrapIntervals,
  bootstrapRows,
  figuresOf,
  wholeFigures,
  type BootstrapInterval,
  type BootstrapPart,
  type BootstrapSpecification,
} from '../agreement/bootstrap/index.ts';
import { workerEntry } from './entry.ts';
import { createPool } from './pool.ts';

export type { BootstrapInterval, BootstrapSpecification };

export interface BootstrapOptions {
  replicates: number;
  /** 0 … 2³² − 1; the same seed gives the same intervals. */
  seed: number;
  /** Aborting stops the threads; the promise rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Share done, 0 … 1. */
  onProgress?: (done: number) => void;
}

/** Replicates of one part: short enough for progress, long enough to outweigh the sending. */
const PART = 1000;
/** Below this many draws threads would take longer to start than the work takes. */
const WORTH_THREADS = 2_000_000;
const pool = createPool();

/** 95 % intervals of every figure of the specification, by name. */
export async function bootstrap(
  specification: BootstrapSpecification,
  { replicates, seed, signal, onProgress }: BootstrapOptions,
): Promise<Record<string, BootstrapInterval>> {
  signal?.throwIfAborted();
  const figures = figuresOf(specification);
  const width = figures.names.length;
  const parts = [...partsOf('replicates', replicates, seed), ...partsOf('jackknife', figures.clusters, seed)];
  const key = randomUUID();
  const here = (replicates + figures.clusters) * figures.clusters * width < WORTH_THREADS;
  let done = 0;
  const rows = await Promise.all(
    parts.map(async (part) => {
      const found = here
        ? bootstrapRows(figures, part)
        : ((await pool.run(
            workerEntry('bootstrap-worker'),
            { key, specification, part },
            { signal },
          )) as Float64Array);
      done += part.to - part.from;
      onProgress?.(done / (replicates + figures.clusters));
      return found;
    }),
  ).catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw cause;
  });
  const whole = wholeFigures(figures);
  const columnOf = (kind: BootstrapPart['kind'], column: number) =>
    Float64Array.from(
      parts.flatMap((part, n) => {
        if (part.kind !== kind) return [];
        return Array.from({ length: part.to - part.from }, (_, row) => rows[n][row * width + column]);
      }),
    );
  return Object.fromEntries(
    figures.names.map((name, column) => [
      name,
      bootstrapIntervals(whole[column], columnOf('replicates', column), columnOf('jackknife', column)),
    ]),
  );
}

function partsOf(kind: BootstrapPart['kind'], count: number, seed: number): BootstrapPart[] {
  return Array.from({ length: Math.ceil(count / PART) }, (_, n) => ({
    kind,
    seed,
    from: n * PART,
    to: Math.min(count, (n + 1) * PART),
  }));
}

/** Ends the threads; a later bootstrap starts new ones. */
export async function closeBootstrap(): Promise<void> {
  await pool.close();
}
