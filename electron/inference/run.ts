// The network over a whole array: tiles, flips, weights; sums in 32-bit floats.
import type { Triple } from '../contract/geometry.ts';
import type { Manifest } from './manifest.ts';
import { softmax } from './softmax.ts';
import { addTile, cutTile, flipsOf, type TilePlace } from './tile-sums.ts';
import { cropTo, gaussianWeights, padToShape, tilePositions } from './tiles.ts';

/**
 * One run: `values` [batch, channel, D, H, W] of tiles of `shape` → `scores` [batch, channel, D, H, W] of that shape.
 * The values belong to the run: whoever asked does not look at them again.
 */
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
  /** Tiles that one run takes at the most; may change when a provider gives up. */
  readonly batch: number;
  network(n: number): Promise<Network>;
}

/** One network over `inputs`, as `runNetworks`. */
export async function runNetwork(
  network: Network,
  inputs: Float32Array[],
  shape: Triple,
  plan: Plan,
  { batch = 1, onTile }: { batch?: number; onTile?: (done: number, total: number) => void } = {},
): Promise<NetworkOutput> {
  const alone = { count: 1, batch, network: () => Promise.resolve(network) };
  return runNetworks(alone, inputs, shape, plan, onTile);
}

/**
 * Runs networks over `inputs` (one array of `shape` each) and averages what they give. Small volumes are padded with
 * zeros to the tile, zeros being what nnU-Net pads with after normalisation. While one batch of tiles is run, the one
 * before is summed and the next is cut, where the network runs beside this thread. `onTile(done, total)` is called
 * before the first and after each tile of each network.
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
  const positions = tilePositions(whole, patch, plan.overlap);
  const flips = flipsOf(plan.mirror);
  const places = positions.flatMap((at) => flips.map((flip): TilePlace => ({ at, flip })));
  const times = flips.length * networks.count;
  const sums = new TileSums({ whole, patch, positions, times, plan });
  const arrays = padded.map((entry) => entry.values);
  const total = positions.length * networks.count;
  onTile(0, total);
  await eachBatch(networks, places, {
    cut: (batch) => (sums.single ? wholeTile(arrays) : cutBatch(arrays, whole, patch, batch)),
    patch,
    take: (batch, scores, channels, done) => {
      sums.add(batch, scores, channels);
      onTile(Math.floor(done / flips.length), total);
    },
  });
  return {
    channels: sums.finish().map((values) => cropTo(values, whole, shape, before)),
    tiles: positions.length,
  };
}

interface BatchWork {
  cut(batch: TilePlace[]): Float32Array;
  patch: Triple;
  take(batch: TilePlace[], scores: Float32Array, channels: number, done: number): void;
}

/** Every network over all places, batch by batch; the next run is asked for before the last one's scores are taken. */
async function eachBatch(
  networks: Networks,
  places: TilePlace[],
  { cut, patch, take }: BatchWork,
): Promise<void> {
  let done = 0;
  let running: { batch: TilePlace[]; result: ReturnType<Network> } | null = null;
  const takeRunning = async () => {
    if (!running) return;
    const { batch, result } = running;
    running = null;
    const { scores, channels } = await result;
    done += batch.length;
    take(batch, scores, channels, done);
  };
  for (let n = 0; n < networks.count; n++) {
    // A network's last run ends before the next network takes its place.
    await takeRunning();
    const network = await networks.network(n);
    for (let first = 0; first < places.length;) {
      const batch = places.slice(first, first + networks.batch);
      first += batch.length;
      const result = network(cut(batch), patch);
      // Its failure is met when it is taken, and not before.
      result.catch(() => undefined);
      await takeRunning();
      running = { batch, result };
    }
  }
  await takeRunning();
}

interface SumsOf {
  whole: Triple;
  patch: Triple;
  positions: Triple[];
  /** Runs that each position gets: flips times networks. */
  times: number;
  plan: Plan;
}

/** What all tiles gave, by channel. */
class TileSums {
  /** One run gives it all: its scores are the answer. */
  readonly single: boolean;
  private readonly of: SumsOf;
  private readonly weights: Float32Array | null;
  private sums: Float32Array[] = [];
  private total: Float32Array = new Float32Array(0);

  constructor(of: SumsOf) {
    this.of = of;
    this.single = of.positions.length * of.times === 1;
    // One tile for all voxels weighs the same everywhere.
    this.weights = of.plan.gaussian && of.positions.length > 1 ? gaussianWeights(of.patch) : null;
  }

  add(batch: TilePlace[], scores: Float32Array, channels: number): void {
    const { whole, patch, plan } = this.of;
    const size = count(patch);
    const each = channels * size;
    if (this.sums.length === 0 && !this.single) this.begin(channels);
    for (const [b, place] of batch.entries()) {
      const tile = scores.subarray(b * each, (b + 1) * each);
      if (plan.average === 'probabilities') activate(tile, channels, plan.output.activation);
      const parts = Array.from({ length: channels }, (_, c) => tile.subarray(c * size, (c + 1) * size));
      if (this.single) this.sums = parts;
      else parts.forEach((part, c) => addTile(this.sums[c], whole, part, patch, place, this.weights));
    }
  }

  /** With the first scores, because a second run may be under way by then: its time is not lost. */
  private begin(channels: number): void {
    const { whole, patch, positions } = this.of;
    this.sums = Array.from({ length: channels }, () => new Float32Array(count(whole)));
    this.total = new Float32Array(count(whole));
    const weights = this.weights ?? new Float32Array(count(patch)).fill(1);
    for (const at of positions)
      addTile(this.total, whole, weights, patch, { at, flip: [false, false, false] }, null);
  }

  /** The average of all runs. */
  finish(): Float32Array[] {
    const { total, of } = this;
    if (!this.single)
      for (const sum of this.sums) for (let v = 0; v < sum.length; v++) sum[v] /= total[v] * of.times;
    return this.sums;
  }
}

/** The only tile; with one channel the array itself, for that may be a gigabyte. */
function wholeTile(arrays: Float32Array[]): Float32Array {
  const [first] = arrays;
  if (arrays.length === 1) return first;
  const values = new Float32Array(arrays.length * first.length);
  arrays.forEach((array, c) => values.set(array, c * first.length));
  return values;
}

/** The tiles of a batch one after the other, each with all channels. */
function cutBatch(arrays: Float32Array[], whole: Triple, patch: Triple, batch: TilePlace[]): Float32Array {
  const size = count(patch);
  const values = new Float32Array(batch.length * arrays.length * size);
  batch.forEach((place, b) =>
    arrays.forEach((array, c) => {
      const start = (b * arrays.length + c) * size;
      cutTile(array, whole, values.subarray(start, start + size), patch, place);
    }),
  );
  return values;
}

const count = (shape: Triple) => shape[0] * shape[1] * shape[2];

function paddedShape(shape: Triple, multiple: Triple): Triple {
  return shape.map((n, d) => Math.ceil(n / multiple[d]) * multiple[d]) as Triple;
}

/** In place: raw scores become probabilities. */
function activate(scores: Float32Array, channels: number, kind: Plan['output']['activation']): void {
  if (kind === 'logits') softmax(scores, channels);
  else if (kind === 'region-logits')
    for (let n = 0; n < scores.length; n++) scores[n] = 1 / (1 + Math.exp(-scores[n]));
}
