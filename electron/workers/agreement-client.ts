// Asks agreement-worker for the metrics of a pair, off the thread that answers requests.
import { Piscina } from 'piscina';
import { Problem } from '../contract/problem.ts';
import type { PairMetrics } from '../agreement/types.ts';
import type { AgreementOutcome, AgreementTask } from './agreement-worker.ts';

export { DEFINITIONS, METRIC_VERSION } from '../agreement/definitions.ts';
export { listPairs, type Pair } from '../agreement/pairs.ts';
export { summarise } from '../agreement/table.ts';
export { DEFAULT_SETTINGS } from '../agreement/types.ts';

/** One thread, started by the first pair and gone soon after the last: pairs come one after another. */
let pool: Piscina | null = null;

function agreementPool(): Piscina {
  pool ??= new Piscina({
    filename: new URL('./agreement-worker.ts', import.meta.url).href,
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: 5_000,
  });
  return pool;
}

/**
 * Every metric of every label of one pair; aborting `signal` stops the thread. Throws Problem `mask-bytes-damaged`
 * when a mask does not fit `grid`.
 */
export async function comparePair(task: AgreementTask, signal?: AbortSignal): Promise<PairMetrics[]> {
  const outcome = (await agreementPool().run(task, { signal })) as AgreementOutcome;
  if ('problem' in outcome) throw Problem.from(outcome.problem);
  return outcome.value;
}

/** Ends the thread; a later pair starts a new one. */
export async function closeAgreement(): Promise<void> {
  const closing = pool;
  pool = null;
  await closing?.destroy();
}
