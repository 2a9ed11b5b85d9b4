// The tiny networks of the tests once more, as plain loops over voxels in 64-bit numbers.
import type { TestTensor } from './test-checkpoint.ts';
import { attentionOver } from './test-naive-attention.ts';

type Triple = [number, number, number];
interface Block {
  channels: Float64Array[];
  shape: Triple;
}
type Weights = Record<string, TestTensor>;

const sides = (shape: number[]): Triple => (shape.length === 2 ? [1, shape[0], shape[1]] : (shape as Triple));

function each(shape: Triple, visit: (d: number, h: number, w: number, n: number) => void): void {
  let n = 0;
  for (let d = 0; d < shape[0]; d++)
    for (let h = 0; h < shape[1]; h++) for (let w = 0; w < shape[2]; w++) visit(d, h, w, n++);
}

function convolution(x: Block, weights: Weights, key: string, stride: Triple): Block {
  const { shape, values } = weights[`${key}.weight`];
  const bias = biasOf(weights, key, shape[0]);
  const kernel = sides(shape.slice(2));
  const half = kernel.map((k) => (k - 1) / 2);
  const outShape = x.shape.map((n, d) => Math.floor((n - 1) / stride[d]) + 1) as Triple;
  const size = kernel[0] * kernel[1] * kernel[2];
  const channels = Array.from({ length: shape[0] }, (_, co) => {
    const out = new Float64Array(outShape[0] * outShape[1] * outShape[2]).fill(bias[co]);
    each(outShape, (d, h, w, n) => {
      x.channels.forEach((input, ci) =>
        each(kernel, (kd, kh, kw, k) => {
          const at = [
            d * stride[0] + kd - half[0],
            h * stride[1] + kh - half[1],
            w * stride[2] + kw - half[2],
          ];
          if (at.some((a, axis) => a < 0 || a >= x.shape[axis])) return;
          const index = (at[0] * x.shape[1] + at[1]) * x.shape[2] + at[2];
          out[n] += input[index] * values[(co * x.channels.length + ci) * size + k];
        }),
      );
    });
    return out;
  });
  return { channels, shape: outShape };
}

const biasOf = (weights: Weights, key: string, channels: number) =>
  Object.hasOwn(weights, `${key}.bias`) ? weights[`${key}.bias`].values : new Float32Array(channels);

function block(x: Block, weights: Weights, key: string, stride: Triple = [1, 1, 1], norm = 'norm'): Block {
  return nonlinear(normalised(convolution(x, weights, `${key}.conv`, stride), weights, `${key}.${norm}`));
}

function nonlinear({ channels, shape }: Block): Block {
  return { shape, channels: channels.map((values) => values.map((y) => (y > 0 ? y : 0.01 * y))) };
}

function normalised({ channels, shape }: Block, weights: Weights, key: string): Block {
  const [scale, shift] = ['weight', 'bias'].map((part) => weights[`${key}.${part}`].values);
  const normed = channels.map((values, c) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    return values.map((value) => ((value - mean) / Math.sqrt(variance + 1e-5)) * scale[c] + shift[c]);
  });
  return { channels: normed, shape };
}

/** Every input voxel spreads over a block of `stride` voxels. */
function up(x: Block, weights: Weights, key: string, stride: Triple): Block {
  const { shape, values } = weights[`${key}.weight`];
  const bias = biasOf(weights, key, shape[1]);
  const outShape = x.shape.map((n, d) => n * stride[d]) as Triple;
  const size = stride[0] * stride[1] * stride[2];
  const channels = Array.from({ length: shape[1] }, (_, co) => {
    const out = new Float64Array(outShape[0] * outShape[1] * outShape[2]).fill(bias[co]);
    each(x.shape, (d, h, w, n) =>
      each(stride, (kd, kh, kw, k) => {
        const at =
          ((d * stride[0] + kd) * outShape[1] + h * stride[1] + kh) * outShape[2] + w * stride[2] + kw;
        x.channels.forEach((input, ci) => (out[at] += input[n] * values[(ci * shape[1] + co) * size + k]));
      }),
    );
    return out;
  });
  return { channels, shape: outShape };
}

/** `values`: one channel after the other. */
function input(values: Float32Array, shape: Triple): Block {
  const size = shape[0] * shape[1] * shape[2];
  const count = values.length / size;
  const channel = (c: number) => Float64Array.from(values.subarray(c * size, (c + 1) * size));
  return { shape, channels: Array.from({ length: count }, (_, c) => channel(c)) };
}

/** Scores of `tinyShapes`, one channel after the other. */
export function tinyNetwork(
  weights: Weights,
  values: Float32Array,
  shape: Triple,
  stride: Triple,
): Float32Array {
  const skip = block(input(values, shape), weights, 'encoder.stages.0.0.convs.0');
  const deep = block(skip, weights, 'encoder.stages.1.0.convs.0', stride);
  const raised = up(deep, weights, 'decoder.transpconvs.0', stride);
  const both = { shape, channels: [...raised.channels, ...skip.channels] };
  const last = block(both, weights, 'decoder.stages.0.convs.0');
  const { channels } = convolution(last, weights, 'decoder.seg_layers.0', [1, 1, 1]);
  return Float32Array.from(channels.flatMap((channel) => [...channel]));
}

/** Means of blocks of `stride` voxels. */
function averaged({ channels, shape }: Block, stride: Triple): Block {
  const outShape = shape.map((n, d) => n / stride[d]) as Triple;
  const size = stride[0] * stride[1] * stride[2];
  const average = (values: Float64Array) => {
    const out = new Float64Array(outShape[0] * outShape[1] * outShape[2]);
    each(shape, (d, h, w, n) => {
      const at = [d, h, w].map((i, axis) => Math.floor(i / stride[axis]));
      out[(at[0] * outShape[1] + at[1]) * outShape[2] + at[2]] += values[n] / size;
    });
    return out;
  };
  return { shape: outShape, channels: channels.map(average) };
}

/** Two convolutions, and the input averaged down and projected where the checkpoint says so. */
function residual(x: Block, weights: Weights, key: string, stride: Triple): Block {
  const inner = block(x, weights, `${key}.conv1`, stride);
  const out = normalised(
    convolution(inner, weights, `${key}.conv2.conv`, [1, 1, 1]),
    weights,
    `${key}.conv2.norm`,
  );
  let side = averaged(x, stride);
  if (Object.hasOwn(weights, `${key}.skip.1.conv.weight`))
    side = normalised(
      convolution(side, weights, `${key}.skip.1.conv`, [1, 1, 1]),
      weights,
      `${key}.skip.1.norm`,
    );
  return nonlinear({
    shape: out.shape,
    channels: out.channels.map((values, c) => values.map((value, n) => value + side.channels[c][n])),
  });
}

/** Scores of `tinyResidualShapes`, one channel after the other. */
export function tinyResidualNetwork(
  weights: Weights,
  values: Float32Array,
  shape: Triple,
  stride: Triple,
): Float32Array {
  const stem = block(input(values, shape), weights, 'encoder.stem.convs.0');
  const first = residual(stem, weights, 'encoder.stages.0.blocks.0', [1, 1, 1]);
  const half = residual(first, weights, 'encoder.stages.1.blocks.0', stride);
  const second = residual(half, weights, 'encoder.stages.1.blocks.1', [1, 1, 1]);
  const deep = residual(second, weights, 'encoder.stages.2.blocks.0', stride);
  const decoded = (x: Block, skip: Block, level: number) => {
    const raised = up(x, weights, `decoder.transpconvs.${level}`, stride);
    const both = { shape: skip.shape, channels: [...raised.channels, ...skip.channels] };
    return block(both, weights, `decoder.stages.${level}.convs.0`);
  };
  const last = decoded(decoded(deep, second, 0), first, 1);
  const { channels } = convolution(last, weights, 'decoder.seg_layers.1', [1, 1, 1]);
  return Float32Array.from(channels.flatMap((channel) => [...channel]));
}

/** Voxels as tokens through PanSegNet's attention and back. */
function attention(x: Block, weights: Weights): Block {
  const tokens = Array.from(x.channels[0], (_, n) => x.channels.map((channel) => channel[n]));
  const out = attentionOver(tokens, weights);
  return {
    ...x,
    channels: x.channels.map((_, c) => Float64Array.from(out, (token) => token[c])),
  };
}

/** Scores of `tinyShapesV1`: nnU-Net v1's names, two convolutions a stage, no bias on the way up. */
export function tinyNetworkV1(
  weights: Weights,
  values: Float32Array,
  shape: Triple,
  stride: Triple,
): Float32Array {
  const next = (x: Block, key: string, step?: Triple) => block(x, weights, key, step, 'instnorm');
  const skip = next(
    next(input(values, shape), 'conv_blocks_context.0.blocks.0'),
    'conv_blocks_context.0.blocks.1',
  );
  let deep = next(next(skip, 'conv_blocks_context.1.0.blocks.0', stride), 'conv_blocks_context.1.1.blocks.0');
  if (Object.hasOwn(weights, 'self_atten.pos_encode.pe')) deep = attention(deep, weights);
  const raised = up(deep, weights, 'tu.0', stride);
  const both = { shape, channels: [...raised.channels, ...skip.channels] };
  const last = next(
    next(both, 'conv_blocks_localization.0.0.blocks.0'),
    'conv_blocks_localization.0.1.blocks.0',
  );
  const { channels } = convolution(last, weights, 'seg_outputs.0', [1, 1, 1]);
  return Float32Array.from(channels.flatMap((channel) => [...channel]));
}
