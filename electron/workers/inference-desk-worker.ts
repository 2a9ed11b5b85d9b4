// The thread of a run's own work: volumes read and prepared, tiles cut and summed while the network runs elsewhere.
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { segment } from '../inference/segment.ts';
import type { InferenceRequest } from '../inference/types.ts';
import { problemOfRun } from './inference-problems.ts';
import type { InferenceMessage } from './inference-process.ts';
import { modelsThrough } from './network-calls.ts';

/** Nothing is done until a run is asked for: a thread may be started to see whether it starts. */
const data = workerData as { networks: MessagePort } | null;
const say = (message: InferenceMessage) => parentPort!.postMessage(message);

parentPort?.once('message', (request: InferenceRequest) => {
  segment(request, modelsThrough(data!.networks), (progress) => say({ kind: 'progress', progress })).then(
    (result) => say({ kind: 'done', result }),
    (error: unknown) => say({ kind: 'problem', problem: problemOfRun(error) }),
  );
});
