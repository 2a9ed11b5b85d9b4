// Asks agreement-worker for the metrics of a pair, off the thread that answers requests.
import { Problem } from '../contract/problem.ts';
import type { PairMetrics } from '../agreement/types.ts';
import {
  analyse,
  type AnalysisSettings,
  type StudyAnalysis,
  type StudyRow,
} from '../agreement/study/index.ts';
import type { CaseOutcome, CaseTask } from './agreement-case-worker.ts';
import type { AgreementOutcome, AgreementTask } from './agreement-worker.ts';
import { workerEntry } from './entry.ts';
import { createPool } from './pool.ts';

export { DEFINITIONS, METRIC_VERSION } from '../agreement/definitions.ts';
export { listPairs, type Pair } from '../agreement/pairs.ts';
export { chooseRows, choicesOf, type RowFilter, type StudyAnalysis } from '../agreement/study/index.ts';
export {
  renderReport,
  type ReportFlow,
  type ReportInput,
  type ReportMeasurement,
} from '../agreement/report/index.ts';
export { DEFAULT_SETTINGS } from '../agreement/types.ts';

/** Below this many rows a thread would take longer to start than the analysis takes. */
const WORTH_A_THREAD = 2_000;
/** Threads of its own, started by the first pair and gone soon after the last. */
const pool = createPool();

/**
 * Every metric of every label of one pair; aborting `signal` stops the thread. Throws Problem `mask-bytes-damaged`
 * when a mask does not fit `grid`.
 */
export async function comparePair(task: AgreementTask, signal?: AbortSignal): Promise<PairMetrics[]> {
  const outcome = (await pool.run(workerEntry('agreement-worker'), task, { signal })) as AgreementOutcome;
  if ('problem' in outcome) throw Problem.from(outcome.problem);
  return outcome.value;
}

/** Metrics of many pairs of one case, each mask unpacked once; aborting `signal` stops the thread. */
export async function compareCase(task: CaseTask, signal?: AbortSignal): Promise<CaseOutcome> {
  return (await pool.run(workerEntry('agreement-case-worker'), task, { signal })) as CaseOutcome;
}

/** Everything that is printed of the rows; of a large study in a thread of its own. */
export async function analyseRows(
  rows: readonly StudyRow[],
  settings: AnalysisSettings,
): Promise<StudyAnalysis> {
  if (rows.length < WORTH_A_THREAD) return analyse(rows, settings);
  return (await pool.run(workerEntry('agreement-analysis-worker'), { rows, settings })) as StudyAnalysis;
}

/** Ends the threads; a later pair starts new ones. */
export async function closeAgreement(): Promise<void> {
  await pool.close();
}
