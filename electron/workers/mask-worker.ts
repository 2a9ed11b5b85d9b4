// The worker behind whole-mask work: one task in, one result out. Problems cross the thread as plain data.
import { Problem, type ProblemDetails } from '../contract/problem.ts';
import { compareWithProposal, composeMask, packChecked, unpack, type StoredMask } from './mask-work.ts';

const TASKS = {
  compose: composeMask,
  compare: compareWithProposal,
  pack: packChecked,
  unpack,
  // The file formats are loaded only when a file is asked for: putting masks together must start quickly.
  async exportFile(stored: StoredMask, reorientation: unknown) {
    return (await import('./mask-files.ts')).exportMask(stored, reorientation);
  },
  async readFile(path: string, reorientation: unknown) {
    return (await import('./mask-files.ts')).readForeignMask(path, reorientation);
  },
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
