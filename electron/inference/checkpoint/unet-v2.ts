// nnU-Net v2's PlainConvUNet and ResidualEncoderUNet.
import type { Architecture, EncoderStage } from './architecture.ts';
import type { Features, LayerWriter } from './layers.ts';

const ones = (sides: number[]) => sides.map(() => 1);

/** Scores at full resolution, before any softmax. */
export function convUnet(x: Features, plan: Architecture, layers: LayerWriter): Features {
  const { stages } = plan;
  const skips = plan.kind === 'residual-encoder-unet' ? residual(x, plan, layers) : plain(x, plan, layers);
  x = skips[stages.length - 1];
  for (let up = 0; up < stages.length - 1; up++) {
    const level = stages.length - 2 - up;
    const skip = skips[level];
    const { kernel } = stages[level];
    const bias = plan.convolutionBias;
    const raised = layers.upConvolution(
      x,
      `decoder.transpconvs.${up}`,
      skip.channels,
      stages[level + 1].stride,
      bias,
    );
    x = layers.concatenate(raised, skip);
    for (let n = 0; n < plan.decoderBlocks[up]; n++) {
      const key = `decoder.stages.${up}.convs.${n}`;
      x = block(x, key, { features: skip.channels, kernel }, plan, layers, true);
    }
    const key = `decoder.seg_layers.${up}`;
    // Heads below full resolution served the training only.
    if (level === 0)
      return layers.convolution(x, key, { channels: plan.outputChannels, kernel: ones(kernel), bias: true });
    layers.weights.take(`${key}.weight`, [plan.outputChannels, x.channels, ...ones(kernel)]);
    layers.weights.take(`${key}.bias`, [plan.outputChannels]);
  }
  return x;
}

function plain(x: Features, plan: Architecture, layers: LayerWriter): Features[] {
  return plan.stages.map((stage, level) => {
    for (let n = 0; n < stage.blocks; n++) {
      const key = `encoder.stages.${level}.0.convs.${n}`;
      x = block(x, key, { ...stage, stride: n === 0 ? stage.stride : undefined }, plan, layers, true);
    }
    return x;
  });
}

function residual(x: Features, plan: Architecture, layers: LayerWriter): Features[] {
  const [first] = plan.stages;
  const stem = layers.weights.shapeOf('encoder.stem.convs.0.conv.weight')?.[0] ?? first.features;
  x = block(x, 'encoder.stem.convs.0', { features: stem, kernel: first.kernel }, plan, layers, true);
  return plan.stages.map((stage, level) => {
    for (let n = 0; n < stage.blocks; n++) {
      const stride = n === 0 ? stage.stride : ones(stage.stride);
      x = residualBlock(x, `encoder.stages.${level}.blocks.${n}`, { ...stage, stride }, plan, layers);
    }
    return x;
  });
}

/** Two convolutions, the input (averaged down and projected where it has to be) added before the last nonlinearity. */
function residualBlock(
  x: Features,
  key: string,
  stage: EncoderStage,
  plan: Architecture,
  layers: LayerWriter,
): Features {
  const strided = stage.stride.some((n) => n !== 1);
  let side = x;
  if (x.channels !== stage.features) {
    const place = `${key}.skip.${strided ? 1 : 0}`;
    side = layers.averageAndProject(x, stage.stride, `${place}.conv`, stage.features);
    side = layers.instanceNorm(side, `${place}.norm`);
  } else if (strided) side = layers.averageAndProject(x, stage.stride, null, x.channels);
  const mid = block(x, `${key}.conv1`, stage, plan, layers, true);
  const out = block(mid, `${key}.conv2`, { ...stage, stride: undefined }, plan, layers, false);
  return layers.nonlinear(layers.add(out, side));
}

function block(
  x: Features,
  key: string,
  stage: { features: number; kernel: number[]; stride?: number[] },
  plan: Architecture,
  layers: LayerWriter,
  nonlinear: boolean,
): Features {
  const { features: channels, kernel, stride } = stage;
  x = layers.convolution(x, `${key}.conv`, { channels, kernel, stride, bias: plan.convolutionBias });
  x = layers.instanceNorm(x, `${key}.norm`);
  return nonlinear ? layers.nonlinear(x) : x;
}

/**
 * The first name of a weight that the checkpoint lists again: the decoder holds the encoder, and every convolution
 * holds its parts once more as `all_modules` (convolution, then norm, with a dropout between them perhaps).
 */
export function canonicalKey(key: string): string {
  return key
    .replace(/^decoder\.encoder\./, 'encoder.')
    .replace(/\.all_modules\.0\.(weight|bias)$/, '.conv.$1')
    .replace(/\.all_modules\.[12]\.(weight|bias)$/, '.norm.$1');
}
