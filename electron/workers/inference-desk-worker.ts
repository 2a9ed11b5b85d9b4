// The thread of a run's own work: volumes read and prepared, tiles cut and summed while the network runs elsewhere.
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { segment } from '../inference/segment.ts';
import type { InferenceRequest } from '../inference/types.ts';
import { problemOfRun } from './inference-problems.ts';
import type { InferenceMessage } from './inference-process.ts';
import { modelsThrough } from './network-calls.ts';

/** Does the one run that is asked for through `asked`; networks are opened and run at the other end of `networks`. */
export default function inferenceDesk(networks: MessagePort, asked: MessagePort): void {
  const say = (message: InferenceMessage) => asked.postMessage(message);
  asked.once('message', (request: InferenceRequest) => {
    segment(request, modelsThrough(networks), (progress) => say({ kind: 'progress', progress })).then(
      (result) => say({ kind: 'done', result }),
      (error: unknown) => say({ kind: 'problem', problem: problemOfRun(error) }),
    );
  });
}

const given = workerData as { networks: MessagePort } | null;
if (parentPort && given) inferenceDesk(given.networks, parentPort);
