// The network over a whole array: tiles, flips, weights; sums in 32-bit floats.
import type { Triple } from '../contract/geometry.ts';
import type { Manifest } from './manifest.ts';
import { softmax } from './softmax.ts';
import { cropTo, gaussianWeights, padToShape, tilePositions } from './tiles.ts';

/** One run: `values` [channel, D, H, W] of `shape`, left as they are → `scores` [channel, D, H, W] of that shape. */
export type Network = (
  values: Float32Array,
  shape: Triple,
) => Promise<{ scores: Float32Array; channels: number }>;

export interface NetworkOutput {
  /** One array of the input's shape for each output channel. */
  channels: Float32Array[];
  tiles: number;
}

type Plan = Pick<Manifest, 'patch' | 'overlap' | 'gaussian' | 'mirror' | 'average' | 'multipleOf' | 'output'>;

/** Networks whose results are averaged, asked for one after the other. */
export interface Networks {
  count: number;
  network(n: number): Promise<Network>;
}

/** One network over `inputs`, as `runNetworks`. */
export async function runNetwork(
  network: Network,
  inputs: Float32Array[],
  shape: Triple,
  plan: Plan,
  onTile?: (done: number, total: number) => void,
): Promise<NetworkOutput> {
  const alone = { count: 1, network: () => Promise.resolve(network) };
  return runNetworks(alone, inputs, shape, plan, onTile);
}

/**
 * Runs networks over `inputs` (one array of `shape` each) and averages what they give. Small volumes are padded with
 * zeros to the tile, zeros being what nnU-Net pads with after normalisation. `onTile(done, total)` is called before the
 * first and after each tile of each network.
 */
export async function runNetworks(
  networks: Networks,
  inputs: Float32Array[],
  shape: Triple,
  plan: Plan,
  onTile: (done: number, total: number) => void = () => undefined,
): Promise<NetworkOutput> {
  const patch = plan.patch ?? paddedShape(shape, plan.multipleOf ?? [1, 1, 1]);
  const whole = shape.map((n, d) => Math.max(n, patch[d])) as Triple;
  const padded = inputs.map((values) => padToShape(values, shape, whole));
  const before = padded[0].before;
  const arrays = padded.map((entry) => entry.values);
  const positions = tilePositions(whole, patch, plan.overlap);
  const runs = positions.length * networks.count;
  onTile(0, runs);
  const finish = (channels: Float32Array[]): NetworkOutput => ({
    channels: channels.map((values) => cropTo(values, whole, shape, before)),
    tiles: positions.length,
  });
  if (runs === 1) {
    const { scores, channels } = await runTile(
      await networks.network(0),
      arrays,
      whole,
      patch,
      [0, 0, 0],
      plan,
    );
    onTile(1, 1);
    return finish(split(scores, channels));
  }
  const weights = plan.gaussian ? gaussianWeights(patch) : new Float32Array(count(patch)).fill(1);
  const total = new Float32Array(count(whole));
  let sums: Float32Array[] = [];
  for (let run = 0; run < runs; run++) {
    const at = positions[run % positions.length];
    const network = await networks.network(Math.floor(run / positions.length));
    const { scores, channels } = await runTile(network, arrays, whole, patch, at, plan);
    if (run === 0) sums = Array.from({ length: channels }, () => new Float32Array(count(whole)));
    split(scores, channels).forEach((tile, c) => addTile(sums[c], whole, tile, patch, at, weights));
    addTile(total, whole, null, patch, at, weights);
    onTile(run + 1, runs);
  }
  for (const sum of sums) for (let v = 0; v < sum.length; v++) sum[v] /= total[v];
  return finish(sums);
}

const count = (shape: Triple) => shape[0] * shape[1] * shape[2];

function paddedShape(shape: Triple, multiple: Triple): Triple {
  return shape.map((n, d) => Math.ceil(n / multiple[d]) * multiple[d]) as Triple;
}

function split(scores: Float32Array, channels: number): Float32Array[] {
  const size = scores.length / channels;
  return Array.from({ length: channels }, (_, c) => scores.subarray(c * size, (c + 1) * size));
}

/** One tile, averaged over all combinations of flips of the mirrored dimensions. */
async function runTile(
  network: Network,
  arrays: Float32Array[],
  whole: Triple,
  patch: Triple,
  at: Triple,
  plan: Plan,
): Promise<{ scores: Float32Array; channels: number }> {
  const tile = tileOf(arrays, whole, patch, at);
  const dimensions = [...new Set(plan.mirror)];
  const flips = Array.from({ length: 2 ** dimensions.length }, (_, mask) =>
    dimensions.filter((_d, bit) => (mask >> bit) & 1),
  );
  let mean: Float32Array | null = null;
  let channels = 0;
  for (const flip of flips) {
    const result = await network(flipped(tile, arrays.length, patch, flip), patch);
    channels = result.channels;
    if (plan.average === 'probabilities') activate(result.scores, channels, plan.output.activation);
    const scores = flipped(result.scores, channels, patch, flip);
    if (flips.length === 1) return { scores, channels };
    mean ??= new Float32Array(scores.length);
    for (let v = 0; v < scores.length; v++) mean[v] += scores[v] / flips.length;
  }
  return { scores: mean!, channels };
}

/** The tile's channels one after the other; the array itself where it is the tile, for that may be a gigabyte. */
function tileOf(arrays: Float32Array[], whole: Triple, patch: Triple, at: Triple): Float32Array {
  const size = count(patch);
  if (arrays.length === 1 && arrays[0].length === size) return arrays[0];
  const tile = new Float32Array(arrays.length * size);
  arrays.forEach((values, c) => copyTile(values, whole, tile.subarray(c * size), patch, at));
  return tile;
}

function copyTile(values: Float32Array, whole: Triple, out: Float32Array, patch: Triple, at: Triple): void {
  for (let d = 0; d < patch[0]; d++) {
    for (let h = 0; h < patch[1]; h++) {
      const from = ((at[0] + d) * whole[1] + at[1] + h) * whole[2] + at[2];
      out.set(values.subarray(from, from + patch[2]), (d * patch[1] + h) * patch[2]);
    }
  }
}

/** sum += weights · tile at `at`; a null tile adds the weights alone. */
function addTile(
  sum: Float32Array,
  whole: Triple,
  tile: Float32Array | null,
  patch: Triple,
  at: Triple,
  weights: Float32Array,
): void {
  let n = 0;
  for (let d = 0; d < patch[0]; d++) {
    for (let h = 0; h < patch[1]; h++) {
      let to = ((at[0] + d) * whole[1] + at[1] + h) * whole[2] + at[2];
      for (let w = 0; w < patch[2]; w++, n++, to++) sum[to] += tile ? weights[n] * tile[n] : weights[n];
    }
  }
}

/** A copy turned round along the dimensions named; `values` itself when there are none. */
function flipped(values: Float32Array, channels: number, shape: Triple, dimensions: number[]): Float32Array {
  if (dimensions.length === 0) return values;
  const [fd, fh, fw] = [0, 1, 2].map((d) => dimensions.includes(d));
  const out = new Float32Array(values.length);
  for (let c = 0; c < channels; c++) {
    for (let d = 0; d < shape[0]; d++) {
      for (let h = 0; h < shape[1]; h++) {
        const to = ((c * shape[0] + d) * shape[1] + h) * shape[2];
        const from =
          ((c * shape[0] + (fd ? shape[0] - 1 - d : d)) * shape[1] + (fh ? shape[1] - 1 - h : h)) * shape[2];
        const row = values.subarray(from, from + shape[2]);
        out.set(row, to);
        if (fw) out.subarray(to, to + shape[2]).reverse();
      }
    }
  }
  return out;
}

/** In place: raw scores become probabilities. */
function activate(scores: Float32Array, channels: number, kind: Plan['output']['activation']): void {
  if (kind === 'logits') softmax(scores, channels);
  else if (kind === 'region-logits')
    for (let n = 0; n < scores.length; n++) scores[n] = 1 / (1 + Math.exp(-scores[n]));
}
