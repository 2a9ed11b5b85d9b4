// A small perceptron (two hidden layers, ReLU) trained with Adam on a softmax loss; seeded, so that it repeats.

export interface Layer {
  inputs: number;
  outputs: number;
  /** weights[out · inputs + in] */
  weights: Float64Array;
  bias: Float64Array;
}

export type Random = () => number;

/** mulberry32: 0 ≤ x < 1. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function makeLayer(inputs: number, outputs: number, random: Random): Layer {
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const weights = Float64Array.from({ length: inputs * outputs }, () => normal() * Math.sqrt(2 / inputs));
  return { inputs, outputs, weights, bias: new Float64Array(outputs) };
}

export interface Samples {
  /** values[sample · count + feature] */
  values: Float32Array;
  classes: Uint8Array;
  count: number;
}

const BATCH = 256;
const RATE = 3e-3;

/** Trains on standardised features; the standardisation is folded into the first layer that is returned. */
export function train(samples: Samples, sizes: number[], epochs: number, seed: number): Layer[] {
  const random = randomFrom(seed);
  const { mean, scale } = standardise(samples);
  const widths = [samples.count, ...sizes];
  const layers = sizes.map((size, n) => makeLayer(widths[n], size, random));
  const gradients = layers.map((l) => new Float64Array(l.weights.length + l.outputs));
  const first = gradients.map((g) => new Float64Array(g.length));
  const second = gradients.map((g) => new Float64Array(g.length));
  const total = samples.classes.length;
  const order = Uint32Array.from({ length: total }, (_, n) => n);
  const activations = widths.map((width) => new Float64Array(width));
  let step = 0;
  const steps = epochs * Math.ceil(total / BATCH);
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let n = total - 1; n > 0; n--) {
      const other = Math.floor(random() * (n + 1));
      [order[n], order[other]] = [order[other], order[n]];
    }
    let loss = 0;
    for (let start = 0; start < total; start += BATCH) {
      for (const gradient of gradients) gradient.fill(0);
      const end = Math.min(total, start + BATCH);
      for (let n = start; n < end; n++) {
        const sample = order[n];
        for (let f = 0; f < samples.count; f++)
          activations[0][f] = (samples.values[sample * samples.count + f] - mean[f]) * scale[f];
        loss += learn(layers, activations, gradients, samples.classes[sample]);
      }
      step++;
      const rate = RATE * 0.5 * (1 + Math.cos((Math.PI * step) / steps)) + 1e-5;
      layers.forEach((layer, l) => adam(layer, gradients[l], first[l], second[l], end - start, rate, step));
    }
    process.stdout.write(`  epoch ${epoch + 1}/${epochs}: loss ${(loss / total).toFixed(4)}\n`);
  }
  foldIn(layers[0], mean, scale);
  return layers;
}

function standardise({ values, count, classes }: Samples) {
  const mean = new Float64Array(count);
  const scale = new Float64Array(count);
  for (let n = 0; n < values.length; n++) mean[n % count] += values[n] / classes.length;
  for (let n = 0; n < values.length; n++) scale[n % count] += (values[n] - mean[n % count]) ** 2;
  for (let f = 0; f < count; f++) scale[f] = 1 / Math.max(1e-3, Math.sqrt(scale[f] / classes.length));
  return { mean, scale };
}

/** Forward and backward for one sample; adds to `gradients` (weights, then bias) and returns the loss. */
function learn(
  layers: Layer[],
  activations: Float64Array[],
  gradients: Float64Array[],
  wanted: number,
): number {
  forward(layers, activations);
  const scores = activations[layers.length];
  let delta = softmaxOf(scores);
  const loss = -Math.log(Math.max(1e-12, delta[wanted]));
  delta[wanted] -= 1;
  for (let l = layers.length - 1; l >= 0; l--) {
    const { inputs, outputs, weights } = layers[l];
    const below = activations[l];
    const gradient = gradients[l];
    const next = new Float64Array(inputs);
    for (let o = 0; o < outputs; o++) {
      const d = delta[o];
      if (d === 0) continue;
      const row = o * inputs;
      gradient[weights.length + o] += d;
      for (let i = 0; i < inputs; i++) {
        gradient[row + i] += d * below[i];
        next[i] += d * weights[row + i];
      }
    }
    if (l > 0) for (let i = 0; i < inputs; i++) if (below[i] <= 0) next[i] = 0;
    delta = next;
  }
  return loss;
}

function forward(layers: Layer[], activations: Float64Array[]): void {
  layers.forEach(({ inputs, outputs, weights, bias }, l) => {
    const from = activations[l];
    const to = activations[l + 1];
    const last = l === layers.length - 1;
    for (let o = 0; o < outputs; o++) {
      let sum = bias[o];
      for (let i = 0, row = o * inputs; i < inputs; i++) sum += weights[row + i] * from[i];
      to[o] = last || sum > 0 ? sum : 0;
    }
  });
}

function softmaxOf(scores: Float64Array): Float64Array {
  const highest = Math.max(...scores);
  const powers = scores.map((s) => Math.exp(s - highest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((p) => p / sum);
}

function adam(
  layer: Layer,
  gradient: Float64Array,
  first: Float64Array,
  second: Float64Array,
  batch: number,
  rate: number,
  step: number,
): void {
  const [c1, c2] = [1 - 0.9 ** step, 1 - 0.999 ** step];
  const { weights, bias } = layer;
  for (let n = 0; n < gradient.length; n++) {
    const g = gradient[n] / batch;
    first[n] += 0.1 * (g - first[n]);
    second[n] += 0.001 * (g * g - second[n]);
    const change = (rate * (first[n] / c1)) / (Math.sqrt(second[n] / c2) + 1e-8);
    if (n < weights.length) weights[n] -= change;
    else bias[n - weights.length] -= change;
  }
}

/** w·((x − mean)·scale) + b as w'·x + b'. */
function foldIn(layer: Layer, mean: Float64Array, scale: Float64Array): void {
  for (let o = 0; o < layer.outputs; o++) {
    for (let i = 0; i < layer.inputs; i++) {
      layer.weights[o * layer.inputs + i] *= scale[i];
      layer.bias[o] -= layer.weights[o * layer.inputs + i] * mean[i];
    }
  }
}
