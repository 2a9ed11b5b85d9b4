// From a checkpoint folder to a model folder: model.onnx, manifest.json and plans.json, all of them or nothing.
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Problem } from '../../contract/problem.ts';
import { writeFileAtomically } from '../../imaging/atomic-file.ts';
import { contradictions } from '../load-model.ts';
import { ManifestSchema, type Manifest } from '../manifest.ts';
import { parsePlans, plansWrong, type CheckpointFacts } from './facts.ts';
import { findCheckpoint, type FoundCheckpoint } from './find-checkpoint.ts';
import { manifestOf, type ImportFacts } from './manifest-of.ts';
import { networkChunks, type WeightPrecision } from './network.ts';
import { readCheckpoint, type OpenCheckpoint } from './read-checkpoint.ts';

export interface ImportOptions {
  /** `0`, `1`, … or `all`; fold 0, or the first there is, where it is not given. */
  fold?: string | number;
  /** Must not exist yet, or be empty. */
  outputFolder: string;
  /** Of the large weights in the file; they are widened when the network is opened. */
  precision?: WeightPrecision;
}

export interface ImportedModel {
  folder: string;
  manifest: Manifest;
  plans: ModelPlans;
  notes: string[];
}

/** plans.json beside the manifest: all that the checkpoint says, and where it came from. */
export interface ModelPlans extends CheckpointFacts {
  format: 1;
  source: { file: string; sha256: string; fold: string; folds: string[] };
  parameters: number;
  precision: WeightPrecision;
}

/**
 * Imports one fold of nnU-Net v1, v2 or PanSegNet. Nothing in the checkpoint is executed. Throws Problem
 * `checkpoint-not-found`, `checkpoint-ambiguous`, `checkpoint-damaged`, `checkpoint-unsafe`, `checkpoint-differs`,
 * `checkpoint-plans-wrong`, `checkpoint-unsupported`, `model-present`, `disk-full` or `file-not-writable`; the output
 * folder appears whole or not at all.
 */
export async function importCheckpoint(folder: string, options: ImportOptions): Promise<ImportedModel> {
  const target = resolve(options.outputFolder);
  const found = findCheckpoint(folder, options.fold === undefined ? undefined : String(options.fold));
  await refuseOccupied(target);
  const opened = readCheckpoint(found);
  const part = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.part`);
  try {
    const precision = options.precision ?? 'float32';
    // What the manifest cannot say is refused before the long work.
    checkedManifest(opened.facts, {
      fold: found.fold,
      parameters: 0,
      precision,
      modelSha256: '0'.repeat(64),
    });
    const chunks = networkChunks(opened.facts.architecture, opened.weights, precision);
    await makeFolder(part);
    const modelSha256 = await writeHashed(join(part, 'model.onnx'), chunks);
    const imported = await describe(part, found, opened, { precision, modelSha256 });
    await moveIntoPlace(part, target);
    return { folder: target, ...imported };
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    throw error;
  } finally {
    opened.file.close();
  }
}

async function describe(
  part: string,
  found: FoundCheckpoint,
  { facts, weights }: OpenCheckpoint,
  { precision, modelSha256 }: { precision: WeightPrecision; modelSha256: string },
): Promise<Omit<ImportedModel, 'folder'>> {
  const { fold, folds } = found;
  const { parameters } = weights;
  const manifest = checkedManifest(facts, { fold, parameters, precision, modelSha256 });
  const notes = [...facts.notes];
  if (folds.length > 1)
    notes.push(
      `The folder has ${folds.length} folds (${folds.join(', ')}); this model is fold ${fold} alone.`,
    );
  const source = { file: basename(found.weights), sha256: await hashOf(found.weights), fold, folds };
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

async function refuseOccupied(target: string): Promise<void> {
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

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    throw new Problem('file-not-writable', `No folder can be made in ${dirname(path)}.`, {
      status: 403,
      cause,
    });
  }
}

/** An empty folder in the way is replaced; renaming over it fails on some systems. */
async function moveIntoPlace(part: string, target: string): Promise<void> {
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

async function writeHashed(path: string, chunks: Iterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  function* watched() {
    for (const chunk of chunks) {
      hash.update(chunk);
      yield chunk;
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
