// The process in which networks run: one request in, progress and one outcome out. It may die; nothing else does.
import { writeFileSync } from 'node:fs';
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import type { ProblemDetails } from '../contract/problem.ts';
import type { MadeFor } from '../inference/import-model.ts';
import type { Models } from '../inference/segment.ts';
import type { InferenceProgress, InferenceRequest, InferenceResult } from '../inference/types.ts';
import { workerEntry } from './entry.ts';
import { problemOfRun } from './inference-problems.ts';
import { serveModels } from './network-calls.ts';

export type InferenceTask =
  | { kind: 'segment'; request: InferenceRequest }
  | { kind: 'check'; folder: string }
  | { kind: 'import'; source: string; target: string; madeFor: MadeFor };

export type InferenceMessage =
  | { kind: 'progress'; progress: InferenceProgress }
  | { kind: 'step'; step: string; fraction: number | null }
  | { kind: 'done'; result: InferenceResult | null }
  | { kind: 'problem'; problem: ProblemDetails };

async function perform(task: InferenceTask): Promise<InferenceMessage> {
  const { loadModel, openModel } = await inference;
  if (task.kind === 'segment') {
    // Begun at once; what goes wrong is told when the desk asks.
    const loading = loadModel(task.request.modelFolder);
    const opening = loading.then((model) => openModel(model, task.request.provider));
    opening.catch(() => undefined);
    const desk = Desk.ready ?? new Desk();
    return desk.segment(task.request, { load: () => loading, open: () => opening });
  }
  // What is imported becomes a model first; a model is opened and compared with its manifest.
  if (task.kind === 'import') {
    // Loaded here, because a run has no use for it and would start later.
    const { importModel } = await import('../inference/import-model.ts');
    const onProgress = (step: string, fraction: number) => void send({ kind: 'step', step, fraction });
    await importModel(task.source, { ...task.madeFor, outputFolder: task.target, onProgress });
    void send({ kind: 'step', step: 'Opening it once', fraction: null });
  }
  const folder = task.kind === 'import' ? task.target : task.folder;
  const model = await openModel(await loadModel(folder), 'cpu');
  try {
    for (let n = 0; n < model.count; n++) await model.network(n);
  } finally {
    await model.close();
  }
  return { kind: 'done', result: null };
}

/**
 * All but the networks is done in a thread of its own, because a network holds the thread that runs it: volumes are
 * read and prepared while it is opened, and tiles are cut and summed while it runs.
 */
class Desk {
  /** Started with the process where it was started for a run. */
  static ready: Desk | null = null;
  private readonly networks: MessagePort;
  private readonly thread: Worker;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.networks = port1;
    const data = { workerData: { networks: port2 }, transferList: [port2] };
    this.thread = new Worker(workerEntry('inference-desk-worker'), data);
  }

  segment(request: InferenceRequest, models: Models): Promise<InferenceMessage> {
    serveModels(this.networks, models);
    return new Promise((resolve, reject) => {
      this.thread.on('message', (message: InferenceMessage) => {
        if (message.kind === 'progress') void send(message);
        else resolve(message);
      });
      this.thread.on('error', reject);
      this.thread.on('exit', () => reject(new Error('its working thread ended by itself')));
      this.thread.postMessage(request);
    });
  }
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
if (process.argv[2] === 'segment') Desk.ready = new Desk();
// Loaded while the desk's thread starts: ONNX Runtime takes as long as that.
const inference = import('../inference/index.ts');
// Whoever asked has gone: there is nobody left to work for.
process.on('disconnect', () => process.exit(0));
process.once('message', (task: InferenceTask) => {
  void perform(task)
    .catch((error: unknown): InferenceMessage => ({ kind: 'problem', problem: problemOfRun(error) }))
    .then(send)
    .finally(() => process.exit(0));
});
