// A model over a volume, from file to file: read, arrange, normalise, resample, network, decide, tidy, write.
import { gridDifference, voxelVolumeMl, type Grid, type Triple } from '../contract/geometry.ts';
import type { ProviderName } from '../contract/models.ts';
import { Problem } from '../contract/problem.ts';
import { readVolume, type Volume } from '../imaging/index.ts';
import { arrange, arrangementOf, putBack, type Arrangement } from './arrange.ts';
import { decideLabels } from './decide.ts';
import type { OpenedModel } from './ensemble.ts';
import type { LoadedModel } from './load-model.ts';
import type { Manifest } from './manifest.ts';
import { leastMemory, refuseBeyondMemory } from './memory.ts';
import { prepareNnunet, type PreparedVolume } from './nnunet.ts';
import { arrangeNormalised } from './normalise.ts';
import { checkOutputs, writeOutputs } from './outputs.ts';
import { probabilitiesOf } from './probabilities.ts';
import { resample, resampledShape } from './resample.ts';
import { runNetworks } from './run.ts';
import { tidy } from './tidy.ts';
import type { InferenceRequest, InferenceResult, OnInferenceProgress, Stage } from './types.ts';

/** With less memory left than this (bytes), a network gives its own back before its scores are decided. */
const ROOM_TO_KEEP = 6 * 2 ** 30;
/** Spacings nearer than this, of themselves, count as the network's own. */
const SAME_SPACING = 1e-3;

/** Where models come from and networks run: in this thread, or in another that is asked. */
export interface Models {
  load(folder: string): Promise<LoadedModel>;
  open(model: LoadedModel, preference: ProviderName): Promise<OpenedModel>;
}

/**
 * Runs a model on volumes and writes the mask. Throws Problems of `models` and `readVolume`, and `channels-wrong`
 * (number of inputs), `channels-differ` (their grids), those of `checkOutputs` before anything is read, and
 * `inference-needs-memory`.
 */
export async function segment(
  request: InferenceRequest,
  models: Models,
  onProgress: OnInferenceProgress = () => undefined,
): Promise<InferenceResult> {
  const seconds = { read: 0, load: 0, preprocess: 0, network: 0, postprocess: 0, write: 0 };
  const timed = async <T>(stage: Stage, work: () => T | Promise<T>): Promise<T> => {
    const start = performance.now();
    if (stage !== 'network') onProgress({ stage, done: 0, total: 0, secondsLeft: null });
    const result = await work();
    seconds[stage] += (performance.now() - start) / 1000;
    return result;
  };
  const model = await timed('load', () => models.load(request.modelFolder));
  await checkOutputs(request, model.manifest);
  // The network is opened while the volumes are read and prepared: neither needs the other.
  const opening = models.open(model, request.provider);
  opening.catch(() => undefined); // Told of below, once the volumes are ready.
  const ready = await readAndPrepare(request, model, timed).catch(async (cause) => {
    await opening.then(({ close }) => close()).catch(() => undefined);
    throw cause;
  });
  const session = await timed('load', () => opening);
  try {
    return await runAndWrite({ request, model, session, seconds, timed, onProgress, ...ready });
  } finally {
    // Once the answer is out: letting go of a network's memory takes as long as deciding the labels.
    setImmediate(() => void session.close().catch(() => undefined));
  }
}

type Timed = <T>(stage: Stage, work: () => T | Promise<T>) => Promise<T>;

/** What the network is given, and the way back. */
interface Ready {
  grid: Grid;
  arrangement: Arrangement;
  prepared: PreparedVolume;
  notes: string[];
}

async function readAndPrepare(
  request: InferenceRequest,
  { manifest }: LoadedModel,
  timed: Timed,
): Promise<Ready> {
  const volumes = await timed('read', () => readChannels(request.inputs, manifest));
  const [{ grid }] = volumes;
  const arrangement = arrangementOf(grid, manifest.input);
  const wanted = request.probabilitiesPath !== undefined;
  const prepared = await timed('preprocess', () => prepare(volumes, arrangement, manifest, wanted));
  const notes = [...new Set(volumes.flatMap((volume, n) => remarksOn(volume, manifest, n)))];
  return { grid, arrangement, prepared, notes };
}

/** A run whose volumes are ready and whose network is open. */
interface OpenRun extends Ready {
  request: InferenceRequest;
  model: LoadedModel;
  session: OpenedModel;
  seconds: InferenceResult['seconds'];
  timed: Timed;
  onProgress: OnInferenceProgress;
}

async function runAndWrite(run: OpenRun): Promise<InferenceResult> {
  const { request, model, session, grid, arrangement, prepared, notes, seconds, timed, onProgress } = run;
  const { manifest } = model;
  const plan = { ...manifest, mirror: request.mirror ? manifest.mirror : [] };
  const output = await timed('network', () =>
    runNetworks(session, prepared.arrays, prepared.shape, plan, tileProgress(onProgress)),
  );
  if (process.availableMemory() < ROOM_TO_KEEP) await session.close();
  notes.push(...session.notes);
  const { labels, probabilities } = await timed('postprocess', () => {
    const wanted = request.probabilitiesPath !== undefined;
    const kept = wanted ? probabilitiesOf(output.channels, prepared.restore, arrangement, manifest) : null;
    const result = prepared.decide(output.channels);
    notes.push(...tidy(result, arrangement.shape, arrangement.spacing, manifest));
    return { labels: putBack(result, arrangement), probabilities: kept };
  });
  await timed('write', () => writeOutputs(request, { labels, grid, probabilities }));
  return {
    provider: session.provider,
    providersTried: session.tried,
    tiles: output.tiles,
    seconds,
    peakMemoryMb: Math.round(process.resourceUsage().maxRSS / 1024),
    labels: measure(labels, grid, manifest),
    notes,
    model: { name: manifest.name, version: manifest.version, sha256: model.sha256 },
  };
}

async function readChannels(paths: string[], manifest: Manifest): Promise<Volume[]> {
  const { channels, name } = manifest;
  if (paths.length !== channels.length) {
    const wanted = channels.map((channel) => channel.name).join(', ');
    throw new Problem(
      'channels-wrong',
      `${name} takes ${channels.length} volume${channels.length === 1 ? '' : 's'} (${wanted}) and ${paths.length} were given. Nothing was written.`,
    );
  }
  const volumes: Volume[] = [];
  for (const path of paths) volumes.push(await readVolume(path));
  volumes.forEach((volume, n) => {
    const difference = gridDifference(volumes[0].grid, volume.grid);
    if (difference === null) return;
    throw new Problem(
      'channels-differ',
      `${paths[n]} is not on the grid of ${paths[0]}: ${difference}. All channels must share one grid; nothing was written.`,
    );
  });
  return volumes;
}

/** What a reader of the mask should know about channel `n`, one sentence each. */
function remarksOn({ voxels, modality, warnings }: Volume, manifest: Manifest, n: number): string[] {
  const remarks = [...warnings];
  const { name } = manifest.channels[n];
  if (voxels.every((value) => value === voxels[0])) {
    remarks.push(`${name} has the same value everywhere, so what the model finds in it means nothing.`);
  }
  if (voxels instanceof Float32Array && voxels.some((value) => !Number.isFinite(value))) {
    remarks.push(`${name} has voxels that are no numbers; the model saw 0 there.`);
  }
  if (manifest.modality !== null && modality !== null && modality !== manifest.modality) {
    remarks.push(
      `${manifest.name} was made for ${manifest.modality} and the file says ${modality}; the mask is most likely wrong.`,
    );
  }
  return remarks;
}

/** Network-ready arrays and the way back, by nnU-Net's steps or by the manifest's plain ones. */
function prepare(
  volumes: Volume[],
  arrangement: Arrangement,
  manifest: Manifest,
  probabilities: boolean,
): PreparedVolume {
  const { nnunet } = manifest;
  const refuseTooLarge = (networkShape: Triple) => {
    const sizes = { shape: arrangement.shape, networkShape, probabilities };
    refuseBeyondMemory(leastMemory(sizes, manifest), { name: manifest.name, shape: arrangement.shape });
  };
  const arrangeAll = () => volumes.map((volume) => arrange(volume.voxels, arrangement));
  if (nnunet) {
    const plan = { ...manifest, nnunet };
    return prepareNnunet(arrangeAll(), arrangement.shape, arrangement.spacing, plan, refuseTooLarge);
  }
  const shape = networkShape(arrangement, manifest.spacing);
  refuseTooLarge(shape);
  const arrays = volumes.map(({ voxels }, channel) => {
    const values = arrangeNormalised(voxels, arrangement, manifest.channels[channel].normalisation);
    return resample(values, arrangement.shape, shape);
  });
  return {
    arrays,
    shape,
    decide: (scores) => decideLabels(scores, shape, arrangement.shape, manifest),
    restore: (scores) => resample(scores, shape, arrangement.shape),
  };
}

function networkShape({ shape, spacing }: Arrangement, wanted: Triple | null): Triple {
  if (!wanted || spacing.every((mm, d) => Math.abs(mm / wanted[d] - 1) < SAME_SPACING)) return shape;
  return resampledShape(shape, spacing, wanted);
}

function tileProgress(onProgress: OnInferenceProgress) {
  const start = performance.now();
  return (done: number, total: number) => {
    const each = done > 0 ? (performance.now() - start) / 1000 / done : null;
    onProgress({ stage: 'network', done, total, secondsLeft: each === null ? null : each * (total - done) });
  };
}

function measure(labels: Uint8Array, grid: Grid, manifest: Manifest): InferenceResult['labels'] {
  const counts = new Uint32Array(256);
  for (let n = 0; n < labels.length; n++) counts[labels[n]]++;
  const millilitres = voxelVolumeMl(grid);
  return manifest.labels
    .filter(({ label }) => label !== 0)
    .map(({ label, name }) => ({
      label,
      name,
      voxels: counts[label],
      volumeMl: counts[label] * millilitres,
    }));
}
