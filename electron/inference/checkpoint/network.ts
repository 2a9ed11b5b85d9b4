// From an architecture and its weights to the chunks of an ONNX file; every weight is accounted for.
import { Problem } from '../../contract/problem.ts';
import { totalStride, type Architecture } from './architecture.ts';
import { LayerWriter, type Features } from './layers.ts';
import { OnnxGraph } from './onnx-file.ts';
import type { StateDict } from './state-dict.ts';
import { genericUnet } from './unet-v1.ts';
import { canonicalKey, convUnet } from './unet-v2.ts';

export const INPUT_NAME = 'volume';
export const OUTPUT_NAME = 'scores';

export type WeightPrecision = 'float32' | 'float16';

const NAMES = {
  'generic-unet': 'Generic_UNet',
  'generic-trans-unet': 'Generic_TransUNet',
  'plain-conv-unet': 'PlainConvUNet',
  'residual-encoder-unet': 'ResidualEncoderUNet',
};

/**
 * The network [batch, channels, D, H, W] → [batch, scores, D, H, W] of the plans' patch; 2D ones take D = 1. Throws
 * Problem `checkpoint-differs` unless the weights are exactly the architecture's, before any is read. The chunks
 * are made while they are asked for, so the checkpoint has to stay open.
 */
export function networkChunks(
  plan: Architecture,
  weights: StateDict,
  precision: WeightPrecision = 'float32',
): Iterable<Uint8Array> {
  checkPatch(plan);
  weights.dropAliases(canonicalKey);
  const graph = new OnnxGraph(precision === 'float16');
  const layers = new LayerWriter(graph, weights, plan);
  const flat = plan.patch.length === 2;
  const sides = flat ? [1, ...plan.patch] : plan.patch;
  const start = flat ? layers.reshape(INPUT_NAME, [0, plan.inputChannels, ...plan.patch]) : INPUT_NAME;
  const x: Features = { name: start, channels: plan.inputChannels, shape: plan.patch };
  const scores = plan.kind.startsWith('generic') ? genericUnet(x, plan, layers) : convUnet(x, plan, layers);
  layers.reshape(scores.name, [0, plan.outputChannels, ...sides], OUTPUT_NAME);
  weights.finish(NAMES[plan.kind]);
  const ends = (name: string, channels: number) => ({ name, dims: ['batch', channels, ...sides] });
  return graph.chunks(
    plan.kind,
    ends(INPUT_NAME, plan.inputChannels),
    ends(OUTPUT_NAME, plan.outputChannels),
  );
}

/** Sides that do not halve evenly would leave skips that do not fit. */
function checkPatch(plan: Architecture): void {
  const stride = totalStride(plan);
  if (plan.patch.every((n, d) => n % stride[d] === 0)) return;
  throw new Problem(
    'checkpoint-plans-wrong',
    `The plans' patch of ${plan.patch.join('×')} voxels is no multiple of its network's strides ${stride.join('×')}. Nothing was imported.`,
    { status: 422 },
  );
}
