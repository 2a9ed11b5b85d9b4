// The process in which networks run: one request in, progress and one outcome out. It may die; nothing else does.
import { writeFileSync } from 'node:fs';
import { Problem, type ProblemDetails } from '../contract/problem.ts';
import { loadModel, openModel, segment } from '../inference/index.ts';
import type { InferenceProgress, InferenceRequest, InferenceResult } from '../inference/index.ts';

export type InferenceTask =
  | { kind: 'segment'; request: InferenceRequest }
  | { kind: 'check'; folder: string }
  | { kind: 'import'; folder: string; target: string };

export type InferenceMessage =
  | { kind: 'progress'; progress: InferenceProgress }
  | { kind: 'done'; result: InferenceResult | null }
  | { kind: 'problem'; problem: ProblemDetails };

const OUT_OF_MEMORY =
  /bad_alloc|out of memory|failed to allocate|allocation failed|invalid (typed )?array length/i;

async function perform(task: InferenceTask): Promise<InferenceResult | null> {
  if (task.kind === 'segment') {
    return segment(task.request, (progress) => void send({ kind: 'progress', progress }));
  }
  // A checkpoint becomes a model first; a model is opened and compared with its manifest.
  if (task.kind === 'import') {
    // Loaded here, because a run has no use for it and would start later.
    const { importCheckpoint } = await import('../inference/checkpoint/index.ts');
    await importCheckpoint(task.folder, { outputFolder: task.target });
  }
  const folder = task.kind === 'import' ? task.target : task.folder;
  const model = await openModel(await loadModel(folder), 'cpu');
  try {
    for (let n = 0; n < model.count; n++) await model.network(n);
  } finally {
    await model.close();
  }
  return null;
}

function problemOf(error: unknown): ProblemDetails {
  if (error instanceof Problem) return error.toDetails();
  const text = error instanceof Error ? error.message : String(error);
  if (OUT_OF_MEMORY.test(text)) {
    return new Problem(
      'inference-out-of-memory',
      'The model ran out of memory on this volume and nothing was written. Close other programs, or run it where there is more memory.',
      { status: 500, cause: error },
    ).toDetails();
  }
  const what = text
    .split('\n')[0]
    .slice(0, 200)
    .replace(/[.\s]+$/, '');
  return new Problem('inference-failed', `The model could not be run (${what}). Nothing was written.`, {
    status: 500,
    cause: error,
  }).toDetails();
}

/** Resolves once the message has left this process. */
function send(message: InferenceMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected && process.send) process.send(message, undefined, undefined, () => resolve());
    else resolve();
  });
}

/** When memory runs out, Linux is to end this process and none that holds a reader's work. */
function offerItselfFirst(): void {
  if (process.platform !== 'linux') return;
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000');
  } catch {
    // A container may forbid it; the kernel then chooses by size, which mostly comes to the same.
  }
}

offerItselfFirst();
// Whoever asked has gone: there is nobody left to work for.
process.on('disconnect', () => process.exit(0));
process.once('message', (task: InferenceTask) => {
  perform(task)
    .then(
      (result) => send({ kind: 'done', result }),
      (error: unknown) => send({ kind: 'problem', problem: problemOf(error) }),
    )
    .finally(() => process.exit(0));
});
