// nnU-Net v1's Generic_UNet, and PanSegNet's Generic_TransUNet, which is the same around its attention.
import type { Architecture } from './architecture.ts';
import { linearAttention } from './attention.ts';
import type { Features, LayerWriter } from './layers.ts';

/** Scores at full resolution, before any softmax. */
export function genericUnet(x: Features, plan: Architecture, layers: LayerWriter): Features {
  const { stages } = plan;
  const bottleneck = stages.length - 1;
  const skips: Features[] = [];
  stages.forEach((stage, level) => {
    const key = `conv_blocks_context.${level}`;
    for (let n = 0; n < stage.blocks; n++) {
      // The last convolution of the bottleneck stands in a block of its own.
      const place =
        level < bottleneck
          ? `${key}.blocks.${n}`
          : n < stage.blocks - 1
            ? `${key}.0.blocks.${n}`
            : `${key}.1.blocks.0`;
      x = block(x, place, { ...stage, stride: n === 0 ? stage.stride : undefined }, plan, layers);
    }
    if (level < bottleneck) skips.push(x);
  });
  if (plan.kind === 'generic-trans-unet') x = linearAttention(x, 'self_atten', layers);
  for (let up = 0; up < bottleneck; up++) {
    const skip = skips[bottleneck - 1 - up];
    // Kernels come from one level deeper than the resolution that they work at.
    const { stride, kernel } = stages[bottleneck - up];
    const raised = layers.upConvolution(x, `tu.${up}`, skip.channels, stride, false);
    x = layers.concatenate(raised, skip);
    const blocks = plan.decoderBlocks[up];
    for (let n = 0; n < blocks; n++) {
      const key = `conv_blocks_localization.${up}`;
      const place = n < blocks - 1 ? `${key}.0.blocks.${n}` : `${key}.1.blocks.0`;
      x = block(x, place, { features: skip.channels, kernel }, plan, layers);
    }
    const head = { channels: plan.outputChannels, kernel: kernel.map(() => 1), bias: false };
    // Heads below full resolution served the training only.
    if (up === bottleneck - 1) return layers.convolution(x, `seg_outputs.${up}`, head);
    layers.weights.take(`seg_outputs.${up}.weight`, [head.channels, x.channels, ...head.kernel]);
  }
  return x;
}

function block(
  x: Features,
  key: string,
  stage: { features: number; kernel: number[]; stride?: number[] },
  plan: Architecture,
  layers: LayerWriter,
): Features {
  const { features: channels, kernel, stride } = stage;
  x = layers.convolution(x, `${key}.conv`, { channels, kernel, stride, bias: plan.convolutionBias });
  return layers.nonlinear(layers.instanceNorm(x, `${key}.instnorm`));
}
