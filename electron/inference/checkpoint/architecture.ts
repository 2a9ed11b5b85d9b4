// What plans say about a network, the same words for every version.
import type { LayerOptions } from './layers.ts';

export type NetworkKind = 'generic-unet' | 'generic-trans-unet' | 'plain-conv-unet' | 'residual-encoder-unet';

export interface EncoderStage {
  features: number;
  /** Two or three sides. */
  kernel: number[];
  stride: number[];
  /** Convolutions of a plain stage, residual blocks of a residual one. */
  blocks: number;
}

/** Everything that fixes a network's graph, weights aside. */
export interface Architecture extends LayerOptions {
  kind: NetworkKind;
  /** Sides of the patch: two for 2D. */
  patch: number[];
  inputChannels: number;
  outputChannels: number;
  /** From full resolution down; the last is the bottleneck. */
  stages: EncoderStage[];
  /** Convolutions of the decoder's stages, from the deepest up. */
  decoderBlocks: number[];
  /** Of the U-Net's convolutions. */
  convolutionBias: boolean;
}

/** Product of the strides down to the bottleneck, a side. */
export function totalStride({ stages, patch }: Architecture): number[] {
  return patch.map((_, d) => stages.reduce((total, { stride }) => total * stride[d], 1));
}
