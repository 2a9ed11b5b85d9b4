// Runs a model in a process of its own: progress comes back, cancelling kills it, a crash becomes one sentence.
import { fork, type ChildProcess } from 'node:child_process';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Problem } from '../contract/problem.ts';
import type { MadeFor } from '../inference/import-model.ts';
import type { InferenceRequest, InferenceResult, OnInferenceProgress } from '../inference/types.ts';
import { workerEntry } from './entry.ts';
import type { InferenceMessage, InferenceTask } from './inference-process.ts';

export type { Manifest } from '../inference/manifest.ts';
export { loadModel, readManifest } from '../inference/load-model.ts';
export { modelFacts } from '../inference/model-facts.ts';
export type { MadeFor } from '../inference/import-model.ts';
export type { InferenceProgress, InferenceRequest, InferenceResult } from '../inference/types.ts';

export interface RunOptions {
  /** Aborting kills the process; the promise rejects with the signal's reason. */
  signal?: AbortSignal;
  onProgress?: OnInferenceProgress;
  /** Of an import: what is done now, and 0…1 of it where that is known. */
  onStep?: (step: string, fraction: number | null) => void;
  /** The process's file; Concord's own unless a test says otherwise. */
  entry?: URL;
}

/**
 * Runs a model on a volume and writes the mask to `request.output`. Throws the Problems of `segment`, and
 * `inference-crashed` or `inference-out-of-memory` when the process died. A provider that was picked automatically
 * and takes the process down is followed by one more try on the processor, and the result says so.
 */
export async function runInference(
  request: InferenceRequest,
  options: RunOptions = {},
): Promise<InferenceResult> {
  try {
    return (await perform({ kind: 'segment', request }, options))!;
  } catch (error) {
    const crashed = error instanceof Problem && error.code === 'inference-crashed';
    if (!crashed || request.provider !== 'auto') throw error;
    const again = { ...request, provider: 'cpu' as const };
    const result = (await perform({ kind: 'segment', request: again }, options))!;
    const reason =
      'A graphics provider stopped the process without a word, so the model ran on the processor.';
    return { ...result, providersTried: [{ provider: 'auto', reason }, ...result.providersTried] };
  }
}

/**
 * Opens a model folder's network and compares it with its manifest. Throws Problem `model-not-found`,
 * `manifest-wrong`, `model-changed`, `model-not-onnx` or `model-io-differs`.
 */
export async function checkModel(folder: string, options: RunOptions = {}): Promise<void> {
  await perform({ kind: 'check', folder }, options);
}

/**
 * Imports `source`, a checkpoint of nnU-Net or PanSegNet, a model, or a zip of either, as a new model folder `target`,
 * and opens it once. Throws the Problems of `importModel` in inference and of `checkModel`; `target` is then not there
 * unless its network could not be opened.
 */
export async function importModel(
  source: string,
  target: string,
  madeFor: MadeFor = {},
  options: RunOptions = {},
): Promise<void> {
  await perform({ kind: 'import', source, target, madeFor }, options);
}

/** Where Node itself keeps compiled code when asked to; a start from it takes half the time. */
const COMPILE_CACHE = join(tmpdir(), 'node-compile-cache');
/** After its answer a process has nothing to do but end; a graphics driver may hang in doing so. */
const TIME_TO_END_MS = 10_000;

async function perform(task: InferenceTask, options: RunOptions): Promise<InferenceResult | null> {
  options.signal?.throwIfAborted();
  const child = fork(fileURLToPath(options.entry ?? workerEntry('inference-process')), [task.kind], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...process.env },
  });
  try {
    return await outcomeOf(child, task, options);
  } catch (error) {
    if (task.kind === 'segment') await removeUnfinished(task.request);
    throw error;
  }
}

/** A killed process leaves the half-written neighbours of its outputs behind. */
async function removeUnfinished({ output, probabilitiesPath }: InferenceRequest): Promise<void> {
  for (const path of [output.path, ...(probabilitiesPath === undefined ? [] : [probabilitiesPath])]) {
    const folder = dirname(path);
    // Probabilities of several labels carry `_<label>` before the ending.
    const [, stem, ending] = /^(.*?)(\.nii(?:\.gz)?)?$/i.exec(basename(path))!;
    const half = new RegExp(
      `^\\.${escape(stem)}(_\\d+)?${escape(ending ?? '')}(\\.nii\\.gz)?\\.[0-9a-f]+\\.part$`,
    );
    const names = await readdir(folder).catch(() => [] as string[]);
    await Promise.all(
      names.filter((name) => half.test(name)).map((name) => rm(join(folder, name), { force: true })),
    );
  }
}

const escape = (text: string) => text.replace(/[^\w]/g, '\\$&');

function outcomeOf(
  child: ChildProcess,
  task: InferenceTask,
  { signal, onProgress, onStep }: RunOptions,
): Promise<InferenceResult | null> {
  return new Promise((resolve, reject) => {
    let said = '';
    let outcome: Extract<InferenceMessage, { kind: 'done' | 'problem' }> | null = null;
    const kill = () => child.kill('SIGKILL');
    signal?.addEventListener('abort', kill, { once: true });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4000);
    });
    child.on('message', (message: InferenceMessage) => {
      if (message.kind === 'progress') {
        if (!signal?.aborted) onProgress?.(message.progress);
        return;
      }
      if (message.kind === 'step') {
        if (!signal?.aborted) onStep?.(message.step, message.fraction);
        return;
      }
      outcome = message;
      const end = setTimeout(() => child.kill('SIGKILL'), TIME_TO_END_MS);
      child.once('close', () => clearTimeout(end));
      // The mask is whole before it is reported, so nobody waits while gigabytes are given back. A checked model is
      // let go of first, because its folder may be moved next.
      if (message.kind === 'done' && task.kind === 'segment' && !signal?.aborted) resolve(message.result);
    });
    child.on('error', (cause) => {
      signal?.removeEventListener('abort', kill);
      reject(crashed(cause.message));
    });
    // `close` comes after the last message and the last word on stderr.
    child.on('close', (code, name) => {
      signal?.removeEventListener('abort', kill);
      if (signal?.aborted) reject(signal.reason as Error);
      else if (outcome?.kind === 'done') resolve(outcome.result);
      else if (outcome) reject(Problem.from(outcome.problem));
      else reject(deathOf(code, name, said));
    });
    child.send(task, (error) => {
      if (error) kill();
    });
  });
}

/** Linux ends the greediest process with SIGKILL when memory runs out; V8 aborts with a word about its heap. */
function deathOf(code: number | null, signal: string | null, said: string): Problem {
  if (signal === 'SIGKILL' || /out of memory|bad_alloc/i.test(said)) {
    return new Problem(
      'inference-out-of-memory',
      'The process that ran the model was stopped, most likely because memory ran out. The mask was not written and everything else is untouched; close other programs and try again.',
      { status: 500 },
    );
  }
  return crashed(signal ? `signal ${signal}` : `exit code ${code}`);
}

function crashed(how: string): Problem {
  return new Problem(
    'inference-crashed',
    `The process that ran the model ended by itself (${how}). The mask was not written and everything else is untouched; try another provider.`,
    { status: 500 },
  );
}
