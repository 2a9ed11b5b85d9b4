// From a checkpoint folder to a model folder: model.onnx, manifest.json and plans.json, all of them or nothing.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Problem } from '../../contract/problem.ts';
import { writeFileAtomically } from '../../imaging/atomic-file.ts';
import { contradictions } from '../load-model.ts';
import { ManifestSchema, type Manifest } from '../manifest.ts';
import { partFolder } from '../part-folder.ts';
import { parsePlans, plansWrong, type CheckpointFacts } from './facts.ts';
import { findCheckpoints, type FoundCheckpoint } from './find-checkpoint.ts';
import { inWords, manifestOf, type ImportFacts } from './manifest-of.ts';
import { networkChunks, type WeightPrecision } from './network.ts';
import { readCheckpoint } from './read-checkpoint.ts';

export interface ImportOptions {
  /** `0`, `1`, … or `all`; where it is not given, all numbered folds, whose results are averaged. */
  fold?: string | number;
  /** Must not exist yet, or be empty. */
  outputFolder: string;
  /** Of the large weights in the file; they are widened when the network is opened. */
  precision?: WeightPrecision;
  /** Hears 0…1 while the networks are written. */
  onProgress?: (fraction: number) => void;
}

export interface ImportedModel {
  folder: string;
  manifest: Manifest;
  plans: ModelPlans;
  notes: string[];
}

/** Where one network came from. */
export interface FoldSource {
  fold: string;
  file: string;
  sha256: string;
}

/** plans.json beside the manifest: all that the checkpoint says, and where it came from. */
export interface ModelPlans extends CheckpointFacts {
  format: 1;
  /** The first network's source, those averaged with it, and the folds that the folder had. */
  source: FoldSource & { folds: string[]; others?: FoldSource[] };
  /** Of one network. */
  parameters: number;
  precision: WeightPrecision;
}

/** What is known once a fold's network is written. */
interface WrittenFold {
  found: FoundCheckpoint;
  facts: CheckpointFacts;
  parameters: number;
  network: { file: string; sha256: string };
}

/**
 * Imports the folds of nnU-Net v1, v2 or PanSegNet as one model. Nothing in the checkpoint is executed. Throws Problem
 * `checkpoint-not-found`, `checkpoint-ambiguous`, `checkpoint-damaged`, `checkpoint-unsafe`, `checkpoint-differs`,
 * `checkpoint-folds-differ`, `checkpoint-plans-wrong`, `checkpoint-unsupported`, `weights-not-finite`,
 * `weights-too-large`, `model-too-large`, `model-present`, `disk-full` or `file-not-writable`; the output folder
 * appears whole or not at all.
 */
export async function importCheckpoint(folder: string, options: ImportOptions): Promise<ImportedModel> {
  const target = resolve(options.outputFolder);
  const found = findCheckpoints(folder, options.fold === undefined ? undefined : String(options.fold));
  await refuseOccupied(target);
  const part = partFolder(target);
  const precision = options.precision ?? 'float32';
  try {
    const written: WrittenFold[] = [];
    for (const [n, fold] of found.entries()) {
      const onProgress = (fraction: number) => options.onProgress?.((n + fraction) / found.length);
      written.push(await writeFold(part, fold, { precision, first: written[0]?.facts, onProgress }));
    }
    const imported = await describe(part, written, precision);
    await moveIntoPlace(part, target);
    return { folder: target, ...imported };
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    throw error;
  }
}

interface FoldWishes {
  precision: WeightPrecision;
  first: CheckpointFacts | undefined;
  onProgress: (fraction: number) => void;
}

/** Writes the network of one fold, which must be of the first one's kind. */
async function writeFold(
  part: string,
  found: FoundCheckpoint,
  { precision, first, onProgress }: FoldWishes,
): Promise<WrittenFold> {
  const { facts, weights, file: source } = readCheckpoint(found);
  try {
    if (first) refuseOtherKind(found, facts, first);
    const file = first ? `model-fold-${found.fold}.onnx` : 'model.onnx';
    const { parameters } = weights;
    // What the manifest cannot say is refused before the long work.
    const network = { file, sha256: '0'.repeat(64) };
    checkedManifest(facts, { folds: [found.fold], parameters, precision, networks: [network] });
    const chunks = networkChunks(facts.architecture, weights, precision);
    await makeFolder(part);
    const bytes = parameters * (precision === 'float16' ? 2 : 4);
    const onBytes = (done: number) => onProgress(Math.min(1, done / bytes));
    return {
      found,
      facts,
      parameters,
      network: { file, sha256: await writeHashed(join(part, file), chunks, onBytes) },
    };
  } finally {
    source.close();
  }
}

/** Folds of one training differ in nothing but their weights, and their notes about them. */
function refuseOtherKind(found: FoundCheckpoint, facts: CheckpointFacts, first: CheckpointFacts): void {
  const wrong = (Object.keys(first) as (keyof CheckpointFacts)[]).find(
    (key) => key !== 'notes' && JSON.stringify(facts[key]) !== JSON.stringify(first[key]),
  );
  if (wrong === undefined) return;
  throw new Problem(
    'checkpoint-folds-differ',
    `Fold ${found.fold} is another model than the folds before it: its ${wrong} differs. Nothing was imported; choose one fold.`,
    { status: 422 },
  );
}

async function describe(
  part: string,
  written: WrittenFold[],
  precision: WeightPrecision,
): Promise<Omit<ImportedModel, 'folder'>> {
  const [{ facts, found, parameters }] = written;
  const imported = written.map((one) => one.found.fold);
  const networks = written.map(({ network }) => network);
  const manifest = checkedManifest(facts, { folds: imported, parameters, precision, networks });
  const notes = [...new Set(written.flatMap((one) => one.facts.notes))];
  const left = found.folds.filter((fold) => !imported.includes(fold));
  if (left.length > 0)
    notes.push(
      `The folder has ${found.folds.length} folds (${found.folds.join(', ')}); this model is ${inWords(imported)}.`,
    );
  const sources: FoldSource[] = [];
  for (const { found: from } of written)
    sources.push({ fold: from.fold, file: basename(from.weights), sha256: await hashOf(from.weights) });
  const [first, ...others] = sources;
  const source = { ...first, folds: found.folds, ...(others.length > 0 ? { others } : {}) };
  const plans: ModelPlans = { format: 1, ...facts, notes, source, parameters, precision };
  for (const [name, value] of [
    ['plans.json', plans],
    ['manifest.json', manifest],
  ] as const) {
    const bytes = new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
    await writeFileAtomically(join(part, name), [bytes]);
  }
  return { manifest, plans, notes };
}

/** Throws Problem `checkpoint-plans-wrong` where the plans give a manifest that contradicts itself. */
function checkedManifest(facts: CheckpointFacts, imported: ImportFacts): Manifest {
  const manifest = parsePlans(ManifestSchema, manifestOf(facts, imported), 'The manifest made of the plans');
  const [wrong] = contradictions(manifest);
  if (wrong) throw plansWrong(`The plans give a model that is wrong at ${wrong.path}: ${wrong.message}`);
  return manifest;
}

/** A new model never lies over something else. Throws Problem `file-not-writable` or `model-present`. */
export async function refuseOccupied(target: string): Promise<void> {
  const inside = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new Problem('file-not-writable', `${target} is not a folder that a model can be written to.`, {
      status: 403,
      cause: error,
    });
  });
  if (inside.length === 0) return;
  throw new Problem(
    'model-present',
    `${target} is not empty, and was left as it is. Choose a new folder for the model.`,
    { status: 409 },
  );
}

/** Throws Problem `file-not-writable`. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    throw new Problem('file-not-writable', `No folder can be made in ${dirname(path)}.`, {
      status: 403,
      cause,
    });
  }
}

/** An empty folder in the way is replaced; renaming over it fails on some systems. Throws Problem `model-present`. */
export async function moveIntoPlace(part: string, target: string): Promise<void> {
  await rmdir(target).catch(() => undefined);
  try {
    await rename(part, target);
  } catch (cause) {
    throw new Problem('model-present', `${target} could not be put in place; nothing was imported.`, {
      status: 409,
      cause,
    });
  }
}

async function writeHashed(
  path: string,
  chunks: Iterable<Uint8Array>,
  onBytes: (done: number) => void,
): Promise<string> {
  const hash = createHash('sha256');
  let done = 0;
  function* watched() {
    for (const chunk of chunks) {
      hash.update(chunk);
      yield chunk;
      onBytes((done += chunk.length));
    }
  }
  await writeFileAtomically(path, watched());
  return hash.digest('hex');
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
