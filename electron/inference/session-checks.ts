// Does the network take and give what its manifest says?
import type { InferenceSession } from 'onnxruntime-node';
import { Problem } from '../contract/problem.ts';
import type { Manifest } from './manifest.ts';

/** The refusal of a network that is not what its manifest describes. `what` completes “…: ”. */
export function ioDiffers(what: string): Problem {
  return new Problem(
    'model-io-differs',
    `The network does not fit its manifest: ${what}. Correct manifest.json; nothing was written.`,
    { status: 422 },
  );
}

type Described = Pick<InferenceSession, 'inputNames' | 'outputNames' | 'inputMetadata' | 'outputMetadata'>;

/** Compares names, element types, rank, channels and fixed sizes. Throws Problem `model-io-differs`. */
export function checkInputsAndOutputs(session: Described, manifest: Manifest): void {
  const { input, output, channels, patch } = manifest;
  const names = (list: readonly string[]) => list.map((name) => `“${name}”`).join(', ') || 'none';
  const inputMeta = session.inputMetadata.find((meta) => meta.name === input.name);
  const outputMeta = session.outputMetadata.find((meta) => meta.name === output.name);
  if (!inputMeta)
    throw ioDiffers(`the manifest’s input is “${input.name}”, the network has ${names(session.inputNames)}`);
  if (!outputMeta)
    throw ioDiffers(
      `the manifest’s output is “${output.name}”, the network has ${names(session.outputNames)}`,
    );
  if (session.inputNames.length > 1)
    throw ioDiffers(
      `it wants ${session.inputNames.length} inputs (${names(session.inputNames)}), and one is known`,
    );
  if (!inputMeta.isTensor || inputMeta.type !== 'float32')
    throw ioDiffers(`its input is not a tensor of 32-bit floats`);
  if (!outputMeta.isTensor || outputMeta.type !== 'float32')
    throw ioDiffers(`its output is not a tensor of 32-bit floats`);
  const shape = inputMeta.shape;
  if (shape.length !== 5) throw ioDiffers(`its input has ${shape.length} dimensions and NCDHW has 5`);
  if (isFixed(shape[0]) && shape[0] !== 1)
    throw ioDiffers(`it takes batches of ${shape[0]} and Concord gives one volume at a time`);
  if (isFixed(shape[1]) && shape[1] !== channels.length)
    throw ioDiffers(`it takes ${shape[1]} channels and the manifest describes ${channels.length}`);
  shape.slice(2).forEach((n, d) => {
    if (!isFixed(n) || patch?.[d] === n) return;
    const given = patch ? `patch is ${patch.join('×')}` : 'patch is null';
    throw ioDiffers(`it takes ${shape.slice(2).join('×')} voxels only and the manifest’s ${given}`);
  });
  // An output whose shape the file leaves open is looked at when it comes.
  const given = outputMeta.shape;
  if (given.length > 0 && given.length !== 5)
    throw ioDiffers(`its output has ${given.length} dimensions and NCDHW has 5`);
  if (isFixed(given[1])) checkChannels(given[1], manifest);
}

/** A dimension that the file fixes; open ones are names, or numbers below 1. */
function isFixed(dimension: number | string | undefined): dimension is number {
  return typeof dimension === 'number' && dimension > 0;
}

/** Throws Problem `model-io-differs` where a label needs an output channel that is not there. */
export function checkChannels(given: number, { labels }: Pick<Manifest, 'labels'>): void {
  const highest = Math.max(...labels.map((entry) => entry.channel));
  if (highest < given) return;
  throw ioDiffers(`it gives ${given} channels and the manifest’s labels need channel ${highest}`);
}
