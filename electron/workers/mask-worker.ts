// The worker behind whole-mask work: one task in, one result out. Problems cross the thread as plain data.
import { Problem, type ProblemDetails } from '../contract/problem.ts';
import { exportMask, readForeignMask } from './mask-files.ts';
import { compareWithProposal, composeMask, packChecked, unpack } from './mask-work.ts';

const TASKS = {
  compose: composeMask,
  compare: compareWithProposal,
  pack: packChecked,
  unpack,
  exportFile: exportMask,
  readFile: readForeignMask,
};

export type MaskTasks = typeof TASKS;
export interface MaskTask<Name extends keyof MaskTasks = keyof MaskTasks> {
  name: Name;
  parameters: Parameters<MaskTasks[Name]>;
}
export type MaskOutcome<T> = { value: T } | { problem: ProblemDetails };

export default async function maskWork(task: MaskTask): Promise<MaskOutcome<unknown>> {
  const work = TASKS[task.name] as (...parameters: unknown[]) => unknown;
  try {
    return { value: await work(...task.parameters) };
  } catch (cause) {
    if (cause instanceof Problem) return { problem: cause.toDetails() };
    throw cause;
  }
}
