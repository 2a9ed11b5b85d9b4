// The layers of nnU-Net's networks as ONNX nodes that every provider runs, in 2D and 3D alike.
import { type OnnxGraph } from './onnx-file.ts';
import type { StateDict } from './state-dict.ts';

/** A tensor on its way through the network; the batch size is free. */
export interface Features {
  name: string;
  channels: number;
  /** Two or three sides. */
  shape: number[];
}

export interface Nonlinearity {
  kind: 'leaky-relu' | 'relu';
  /** Of the leaky one, below zero. */
  slope: number;
}

export interface LayerOptions {
  normEpsilon: number;
  nonlinearity: Nonlinearity;
}

const product = (sides: readonly number[]) => sides.reduce((total, n) => total * n, 1);

export class LayerWriter {
  readonly graph: OnnxGraph;
  readonly weights: StateDict;
  private readonly options: LayerOptions;
  private readonly numbers = new Map<number, string>();

  constructor(graph: OnnxGraph, weights: StateDict, options: LayerOptions) {
    this.graph = graph;
    this.weights = weights;
    this.options = options;
  }

  /** A constant of the formula itself. */
  number(value: number): string {
    const known = this.numbers.get(value);
    if (known !== undefined) return known;
    const name = this.graph.weights(`number_${this.numbers.size}`, [], () => Float32Array.of(value));
    this.numbers.set(value, name);
    return name;
  }

  weight(key: string, shape: number[]): string {
    const weight = this.weights.take(key, shape);
    return this.graph.weights(key, shape, weight.read);
  }

  /** Convolution; padded so that a stride of one keeps odd kernels' sides, as nnU-Net does. */
  convolution(
    x: Features,
    key: string,
    layer: { channels: number; kernel: number[]; stride?: number[]; bias: boolean },
  ): Features {
    const { channels, kernel, bias } = layer;
    const stride = layer.stride ?? kernel.map(() => 1);
    const half = kernel.map((k) => Math.floor((k - 1) / 2));
    const inputs = [x.name, this.weight(`${key}.weight`, [channels, x.channels, ...kernel])];
    if (bias) inputs.push(this.weight(`${key}.bias`, [channels]));
    const name = this.graph.node('Conv', inputs, {
      kernel_shape: kernel,
      strides: stride,
      pads: [...half, ...half],
    });
    return {
      name,
      channels,
      shape: x.shape.map((n, d) => Math.floor((n + 2 * half[d] - kernel[d]) / stride[d]) + 1),
    };
  }

  instanceNorm(x: Features, key: string): Features {
    const scale = this.weight(`${key}.weight`, [x.channels]);
    const shift = this.weight(`${key}.bias`, [x.channels]);
    const name = this.graph.node('InstanceNormalization', [x.name, scale, shift], {
      epsilon: this.options.normEpsilon,
    });
    return { ...x, name };
  }

  nonlinear(x: Features): Features {
    const { kind, slope } = this.options.nonlinearity;
    const name =
      kind === 'relu'
        ? this.graph.node('Relu', [x.name])
        : this.graph.node('LeakyRelu', [x.name], { alpha: slope });
    return { ...x, name };
  }

  /**
   * Transposed convolution whose kernel is its stride, written as a 1×1 convolution to channels × kernel and a
   * reshuffle of voxels: the same sums, and WebGPU has no transposed convolution in 3D.
   */
  upConvolution(x: Features, key: string, channels: number, stride: number[], bias: boolean): Features {
    const rank = stride.length;
    const cells = product(stride);
    const weight = this.weights.take(`${key}.weight`, [x.channels, channels, ...stride]);
    const columns = channels * cells;
    const rows = x.channels;
    const inputs = [
      x.name,
      this.graph.weights(weight.key, [columns, rows, ...stride.map(() => 1)], () =>
        transposed(weight.read(), rows, columns),
      ),
    ];
    if (bias) {
      const added = this.weights.take(`${key}.bias`, [channels]);
      inputs.push(this.graph.weights(added.key, [columns], () => repeated(added.read(), cells)));
    }
    const flat = this.graph.node('Conv', inputs, { kernel_shape: stride.map(() => 1) });
    const shape = x.shape.map((n, d) => n * stride[d]);
    if (cells === 1) return { name: flat, channels, shape };
    const split = this.reshape(flat, [0, channels, ...stride, ...x.shape]);
    const pairs = stride.flatMap((_, d) => [2 + rank + d, 2 + d]);
    const mixed = this.graph.node('Transpose', [split], { perm: [0, 1, ...pairs] });
    return { name: this.reshape(mixed, [0, channels, ...shape]), channels, shape };
  }

  /**
   * Mean of blocks of `stride` voxels, then, where `key` is given, a 1×1 convolution without bias. Together they are
   * one strided convolution; the mean alone is a reshuffle and a mean over the last axis.
   */
  averageAndProject(x: Features, stride: number[], key: string | null, channels: number): Features {
    const cells = product(stride);
    const shape = x.shape.map((n, d) => n / stride[d]);
    if (key !== null) {
      const weight = this.weights.take(`${key}.weight`, [channels, x.channels, ...stride.map(() => 1)]);
      const kernel = this.graph.weights(weight.key, [channels, x.channels, ...stride], () =>
        repeated(weight.read(), cells, 1 / cells),
      );
      const name = this.graph.node('Conv', [x.name, kernel], { kernel_shape: stride, strides: stride });
      return { name, channels, shape };
    }
    if (cells === 1) return x;
    const rank = stride.length;
    const split = this.reshape(x.name, [0, x.channels, ...shape.flatMap((n, d) => [n, stride[d]])]);
    const axes = shape.map((_, d) => 2 + 2 * d);
    const mixed = this.graph.node('Transpose', [split], { perm: [0, 1, ...axes, ...axes.map((d) => d + 1)] });
    const blocks = this.reshape(mixed, [0, x.channels, ...shape, cells]);
    const name = this.graph.node('ReduceMean', [blocks], { axes: [2 + rank], keepdims: 0 });
    return { ...x, name, shape };
  }

  /** Channels of `first`, then of `second`. */
  concatenate(first: Features, second: Features): Features {
    const name = this.graph.node('Concat', [first.name, second.name], { axis: 1 });
    return { name, channels: first.channels + second.channels, shape: first.shape };
  }

  add(first: Features, second: Features): Features {
    return { ...first, name: this.graph.node('Add', [first.name, second.name]) };
  }

  /** 0 keeps the side of the input at its place. */
  reshape(name: string, sides: number[], output?: string): string {
    return this.graph.node('Reshape', [name, this.graph.integers(sides)], {}, output);
  }
}

/** Rows × columns → columns × rows. */
export function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) out[c * rows + r] = values[r * columns + c];
  return out;
}

/** Every value `times` times in a row, scaled. */
function repeated(values: Float32Array, times: number, factor = 1): Float32Array {
  const out = new Float32Array(values.length * times);
  values.forEach((value, n) => out.fill(value * factor, n * times, (n + 1) * times));
  return out;
}
