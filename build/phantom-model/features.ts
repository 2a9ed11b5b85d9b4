// What the network knows of a voxel: smoothed intensity, soft thresholds near and far around it, and where it lies.
import type { Graph } from './graph.ts';

/** Network input = (clip(HU, LOWER, UPPER) − MEAN) / SD, on a grid of SPACING mm (D, H, W = z, y, x of LPS). */
export const LOWER = -200;
export const UPPER = 300;
export const MEAN = 50;
export const SD = 100;
export const SPACING = [3, 2.4, 2.4] as const;

/** HU of the soft steps and the width over which each rises. */
const STEPS = [-150, -40, 25, 72, 86, 102, 116, 134, 152, 200];
const STEP_WIDTH = 26;
/** Averaging before the far features: 6 × 7.2 × 7.2 mm. */
const POOL = [2, 3, 3];

export interface Features {
  /** Tensor names: at full size, and at pooled size. */
  near: string;
  far: string;
  nearCount: number;
  farCount: number;
}

/** Adds the feature part of the graph to `graph`. */
export function addFeatures(graph: Graph, input: string): Features {
  const smooth = blur(graph, input, 1, [0.55, 0.75, 0.75]);
  const steps = graph.node('Clip', [
    pointwise(
      graph,
      smooth,
      STEPS.map(() => [SD / STEP_WIDTH]),
      STEPS.map((hu) => (MEAN - hu) / STEP_WIDTH + 0.5),
    ),
    graph.floats([0], []),
    graph.floats([1], []),
  ]);
  const around = blur(graph, steps, STEPS.length, [1, 1.3, 1.3]);
  const position = positions(graph, input);
  const near = graph.node('Concat', [smooth, around, position], { axis: 1 });
  const pooled = graph.node('AveragePool', [graph.node('Concat', [steps, position], { axis: 1 })], {
    kernel_shape: POOL,
    strides: POOL,
    ceil_mode: 0,
  });
  const close = blur(graph, pooled, STEPS.length + 3, [1, 1, 1]);
  const wide = blur(graph, close, STEPS.length + 3, [2.4, 2.2, 2.2]);
  const far = graph.node('Concat', [close, wide], { axis: 1 });
  return { near, far, nearCount: 1 + STEPS.length + 3, farCount: 2 * (STEPS.length + 3) };
}

/** Distance from the middle of the volume in units of 50 mm: z, y, x. */
function positions(graph: Graph, input: string): string {
  const zero = graph.node('Mul', [input, graph.floats([0], [])]);
  const axes = SPACING.map((spacing, d) => {
    const step = graph.node('Add', [zero, graph.floats([spacing / 50], [])]);
    const along = graph.node('CumSum', [step, graph.integers([2 + d], [])]);
    const middle = graph.node('ReduceMean', [along], { axes: [2 + d], keepdims: 1 });
    return graph.node('Sub', [along, middle]);
  });
  return graph.node('Concat', axes, { axis: 1 });
}

/** Separable Gaussian, each channel by itself; sd in voxels along D, H, W; borders fade to the padding's zeros. */
export function blur(graph: Graph, input: string, channels: number, sds: readonly number[]): string {
  return sds.reduce((tensor, sd, d) => {
    const reach = Math.ceil(2.5 * sd);
    const weights = Array.from({ length: 2 * reach + 1 }, (_, n) => Math.exp(-0.5 * ((n - reach) / sd) ** 2));
    const sum = weights.reduce((a, b) => a + b, 0);
    const kernel = [1, 1, 1];
    kernel[d] = weights.length;
    const pads = [0, 0, 0, 0, 0, 0];
    pads[d] = pads[d + 3] = reach;
    const all = Array.from({ length: channels }, () => weights.map((w) => w / sum)).flat();
    return graph.node('Conv', [tensor, graph.floats(all, [channels, 1, ...kernel])], {
      kernel_shape: kernel,
      pads,
      group: channels,
    });
  }, input);
}

/** A 1×1×1 convolution: `weights[out][in]`. */
export function pointwise(
  graph: Graph,
  input: string,
  weights: ArrayLike<number>[],
  bias?: number[],
): string {
  const flat = weights.flatMap((row) => Array.from(row));
  const inputs = [input, graph.floats(flat, [weights.length, weights[0].length, 1, 1, 1])];
  if (bias) inputs.push(graph.floats(bias, [bias.length]));
  return graph.node('Conv', inputs, { kernel_shape: [1, 1, 1] });
}

/** Enlarges `tensor` (pooled size, `channels` channels) to the size of `like`, trilinear. */
export function enlarge(graph: Graph, tensor: string, channels: number, like: string): string {
  const shape = graph.node('Shape', [like]);
  const spatial = graph.node('Slice', [shape, graph.integers([2]), graph.integers([5])]);
  const sizes = graph.node('Concat', [graph.integers([1, channels]), spatial], { axis: 0 });
  return graph.node('Resize', [tensor, '', '', sizes], {
    mode: 'linear',
    coordinate_transformation_mode: 'half_pixel',
  });
}
