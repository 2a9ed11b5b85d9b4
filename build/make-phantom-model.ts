// Makes models/phantom-intensity: trains a small network on phantoms and writes it as ONNX, with its card.
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import type { Triple } from '../electron/contract/geometry.ts';
import { makePhantom, type Phantom } from '../electron/imaging/index.ts';
import { arrange, arrangementOf, putBack } from '../electron/inference/arrange.ts';
import { keepParts } from '../electron/inference/components.ts';
import { decideLabels } from '../electron/inference/decide.ts';
import { normalise } from '../electron/inference/normalise.ts';
import { resample, resampledShape } from '../electron/inference/resample.ts';
import { runNetwork } from '../electron/inference/run.ts';
import { ManifestSchema } from '../electron/inference/manifest.ts';
import { cardText, phantomManifest } from './phantom-model/describe.ts';
import { addFeatures, enlarge, pointwise, SPACING } from './phantom-model/features.ts';
import { Graph } from './phantom-model/graph.ts';
import { randomFrom, train, type Layer, type Samples } from './phantom-model/perceptron.ts';

const TRAINING_SEEDS = Array.from({ length: Number(process.argv[2] ?? 24) }, (_, n) => n + 1);
const HELD_BACK = [101, 102, 103, 104, 105];
const SAMPLES_EACH = 14_000;
const EPOCHS = Number(process.argv[3] ?? 14);
const HIDDEN = [24, 20];
const CLASSES = 6;
/** How much more often than by chance a class is sampled; pancreas and aorta are small. */
const SHARES = [0.46, 0.2, 0.1, 0.08, 0.1, 0.06];

/** A phantom as the network sees it, and its truth on the network's grid. */
function prepare({ volume, truth }: Phantom) {
  const arrangement = arrangementOf(volume.grid, { axes: ['z', 'y', 'x'], orientation: 'LPS' });
  const shape = resampledShape(arrangement.shape, arrangement.spacing, [...SPACING]);
  const values = arrange(volume.voxels, arrangement);
  const manifest = phantomManifest();
  normalise(values, manifest.channels[0].normalisation);
  const array = resample(values, arrangement.shape, shape);
  const labels = new Uint8Array(array.length);
  const flat = arrange(truth, arrangement);
  for (let label = 1; label < CLASSES; label++) {
    const share = resample(
      flat.map((value) => (value === label ? 1 : 0)),
      arrangement.shape,
      shape,
    );
    for (let n = 0; n < share.length; n++) if (share[n] >= 0.5) labels[n] = label;
  }
  return { array, shape, labels, arrangement };
}

async function featureRunner() {
  const graph = new Graph();
  const { near, far, nearCount, farCount } = addFeatures(graph, 'volume');
  graph.node('Concat', [near, enlarge(graph, far, farCount, 'volume')], { axis: 1 }, 'features');
  const bytes = graph.bytes('volume', 'features', nearCount + farCount);
  const session = await InferenceSession.create(bytes);
  return {
    count: nearCount + farCount,
    async run(array: Float32Array, shape: Triple) {
      const results = await session.run({ volume: new Tensor('float32', array, [1, 1, ...shape]) });
      return results['features'].data as Float32Array;
    },
  };
}

/** Voxels of one phantom, drawn by SHARES; half of the background from within reach of an organ. */
function pick(labels: Uint8Array, shape: Triple, seed: number): number[] {
  const random = randomFrom(seed);
  const near = resample(
    resample(
      Float32Array.from(labels, (l) => (l > 0 ? 1 : 0)),
      shape,
      coarse(shape),
    ),
    coarse(shape),
    shape,
  );
  const pools: number[][] = Array.from({ length: CLASSES + 1 }, () => []);
  for (let n = 0; n < labels.length; n++) {
    if (labels[n] > 0) pools[labels[n]].push(n);
    else if (near[n] > 0.02) pools[CLASSES].push(n);
    else pools[0].push(n);
  }
  const shares = [SHARES[0] / 2, ...SHARES.slice(1), SHARES[0] / 2];
  return pools.flatMap((pool, c) =>
    pool.length === 0
      ? []
      : Array.from(
          { length: Math.round(SAMPLES_EACH * shares[c]) },
          () => pool[Math.floor(random() * pool.length)],
        ),
  );
}

const coarse = (shape: Triple) => shape.map((n) => Math.ceil(n / 6)) as Triple;

async function collect(): Promise<Samples> {
  const features = await featureRunner();
  const values: number[] = [];
  const classes: number[] = [];
  for (const seed of TRAINING_SEEDS) {
    const { array, shape, labels } = prepare(makePhantom(seed));
    const map = await features.run(array, shape);
    for (const voxel of pick(labels, shape, seed)) {
      for (let f = 0; f < features.count; f++) values.push(map[f * array.length + voxel]);
      classes.push(labels[voxel]);
    }
    process.stdout.write(`  seed ${seed}: ${classes.length} samples\n`);
  }
  return {
    values: Float32Array.from(values),
    classes: Uint8Array.from(classes),
    count: features.count,
  };
}

/** The whole network. Far weights act before enlarging: both are linear, and fewer channels need enlarging. */
function networkBytes([first, second, last]: Layer[]): Uint8Array {
  const graph = new Graph();
  const { near, far, nearCount, farCount } = addFeatures(graph, 'volume');
  const rows = (layer: Layer, from: number, to: number) =>
    Array.from({ length: layer.outputs }, (_, o) =>
      layer.weights.subarray(o * layer.inputs + from, o * layer.inputs + to),
    );
  const fromFar = pointwise(graph, far, rows(first, nearCount, nearCount + farCount));
  const fromNear = pointwise(graph, near, rows(first, 0, nearCount), [...first.bias]);
  const sum = graph.node('Add', [fromNear, enlarge(graph, fromFar, first.outputs, 'volume')]);
  const hidden = graph.node('Relu', [sum]);
  const deeper = graph.node('Relu', [
    pointwise(graph, hidden, rows(second, 0, second.inputs), [...second.bias]),
  ]);
  const scores = pointwise(graph, deeper, rows(last, 0, last.inputs), [...last.bias]);
  graph.node('Identity', [scores], {}, 'scores');
  return graph.bytes('volume', 'scores', CLASSES);
}

async function evaluate(bytes: Uint8Array): Promise<number[][]> {
  const session = await InferenceSession.create(bytes);
  const manifest = ManifestSchema.parse(phantomManifest());
  const rows: number[][] = [];
  for (const seed of HELD_BACK) {
    const phantom = makePhantom(seed);
    const { array, shape, arrangement } = prepare(phantom);
    const start = performance.now();
    const { channels } = await runNetwork(
      async (values, dims) => {
        const result = await session.run({ volume: new Tensor('float32', values, [1, 1, ...dims]) });
        return { scores: result['scores'].data as Float32Array, channels: CLASSES };
      },
      [array],
      shape,
      manifest,
    );
    const seconds = (performance.now() - start) / 1000;
    const found = decideLabels(channels, shape, arrangement.shape, manifest);
    const { keepLargest, minimumVoxels } = manifest.postprocess;
    for (const label of [1, 2, 3, 4, 5])
      keepParts(found, arrangement.shape, label, { keepLargest: keepLargest.includes(label), minimumVoxels });
    const dice = diceOf(putBack(found, arrangement), phantom.truth);
    process.stdout.write(
      `  seed ${seed}: ${dice.map((d) => d.toFixed(3)).join(' ')} (${seconds.toFixed(1)} s)\n`,
    );
    rows.push(dice);
  }
  return rows;
}

function diceOf(found: Uint8Array, truth: Uint8Array): number[] {
  return [1, 2, 3, 4, 5].map((label) => {
    let [both, sum] = [0, 0];
    for (let n = 0; n < found.length; n++) {
      const [a, b] = [found[n] === label, truth[n] === label];
      if (a) sum++;
      if (b) sum++;
      if (a && b) both++;
    }
    return (2 * both) / sum;
  });
}

const layers = train(await collect(), [...HIDDEN, CLASSES], EPOCHS, 7);
const bytes = networkBytes(layers);
const dice = await evaluate(bytes);
const folder = new URL('../models/phantom-intensity/', import.meta.url);
mkdirSync(folder, { recursive: true });
const sha256 = createHash('sha256').update(bytes).digest('hex');
writeFileSync(new URL('model.onnx', folder), bytes);
writeFileSync(
  new URL('manifest.json', folder),
  `${JSON.stringify({ ...phantomManifest(), sha256 }, null, 2)}\n`,
);
writeFileSync(
  new URL('CARD.md', folder),
  cardText({ trainingSeeds: TRAINING_SEEDS, heldBack: HELD_BACK, dice }),
);
