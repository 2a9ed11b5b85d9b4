// From what somebody has (a checkpoint's folder, a model's folder, a zip of either) to a model folder, whole or not at all.
import { createReadStream } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { Problem } from '../contract/problem.ts';
import type { Sequence } from '../contract/sequence.ts';
import { writeFileAtomically } from '../imaging/index.ts';
import {
  importCheckpoint,
  makeFolder,
  moveIntoPlace,
  refuseOccupied,
  type ModelPlans,
} from './checkpoint/import-checkpoint.ts';
import type { WeightPrecision } from './checkpoint/network.ts';
import { loadModel, readManifest } from './load-model.ts';
import type { Manifest } from './manifest.ts';
import { clearPartFolders, partFolder } from './part-folder.ts';
import { isFile, unpackZip } from './unpack-zip.ts';

export interface MadeFor {
  modality?: 'CT' | 'MR';
  sequence?: Sequence;
}

export interface ImportModelOptions extends MadeFor {
  /** Must not exist yet, or be empty. */
  outputFolder: string;
  fold?: string | number;
  precision?: WeightPrecision;
  /** A step in words, and 0…1 of it. */
  onProgress?: (step: string, fraction: number) => void;
}

export interface ModelFolder {
  folder: string;
  manifest: Manifest;
  /** Null for a model that was described by hand. */
  plans: ModelPlans | null;
  notes: string[];
}

/**
 * Imports `source` as a new model folder. What the person says it was made for is taken where the model does not say so
 * itself. Throws the Problems of `unpackZip`, `importCheckpoint` and `loadModel`, and `made-for-contradicts`; nothing is
 * left behind then.
 */
export async function importModel(source: string, options: ImportModelOptions): Promise<ModelFolder> {
  const target = resolve(options.outputFolder);
  await refuseOccupied(target);
  await clearPartFolders(target);
  if (!(await isFile(source))) return importFolder(source, target, options);
  const part = partFolder(target);
  const report = options.onProgress ?? (() => undefined);
  try {
    await unpackZip(source, part, (done, total) => report('Unpacking', total > 0 ? done / total : 1));
    return await importFolder(await soleFolder(part), target, options, basename(source));
  } finally {
    await rm(part, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Zips mostly hold one folder with everything in it. */
async function soleFolder(folder: string): Promise<string> {
  const entries = await readdir(folder, { withFileTypes: true });
  if (entries.length !== 1 || !entries[0].isDirectory()) return folder;
  return soleFolder(join(folder, entries[0].name));
}

/** `name`: what the person knows the source by, where it is not the folder. */
async function importFolder(
  folder: string,
  target: string,
  options: ImportModelOptions,
  name?: string,
): Promise<ModelFolder> {
  if (await isFile(join(folder, 'manifest.json'))) return copyModel(folder, target, options);
  const report = options.onProgress ?? (() => undefined);
  try {
    const imported = await importCheckpoint(folder, {
      ...options,
      outputFolder: target,
      onProgress: (fraction) => report('Building the network', fraction),
    });
    return { ...imported, manifest: await stateMadeFor(target, imported.manifest, options) };
  } catch (cause) {
    if (cause instanceof Problem && cause.code === 'made-for-contradicts')
      await rm(target, { recursive: true, force: true });
    // A folder that is gone by now means nothing to whoever gave a zip.
    if (name !== undefined && cause instanceof Problem && cause.message.includes(folder))
      throw new Problem(cause.code, cause.message.replaceAll(folder, name), { status: cause.status, cause });
    throw cause;
  }
}

/** The files that a manifest names, and none beside them but what tells where the model came from. */
async function copyModel(folder: string, target: string, options: ImportModelOptions): Promise<ModelFolder> {
  const { manifest, networks } = await loadModel(folder);
  madeFor(manifest, options);
  const part = partFolder(target);
  const beside = [manifest.card, 'plans.json', 'LICENSE', 'LICENSE.txt', 'LICENSE.md'];
  const names = ['manifest.json', ...networks.map(({ path }) => basename(path))];
  for (const name of beside) if (name && (await isFile(join(folder, name)))) names.push(name);
  try {
    await makeFolder(part);
    await copyFiles(folder, part, names, options.onProgress ?? (() => undefined));
    await moveIntoPlace(part, target);
  } catch (cause) {
    await rm(part, { recursive: true, force: true }).catch(() => undefined);
    throw cause;
  }
  return { folder: target, manifest: await stateMadeFor(target, manifest, options), plans: null, notes: [] };
}

async function copyFiles(
  from: string,
  to: string,
  names: readonly string[],
  report: (step: string, fraction: number) => void,
): Promise<void> {
  let total = 0;
  for (const name of names) total += (await stat(join(from, name))).size;
  let done = 0;
  async function* watched(path: string) {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
      yield chunk;
      report('Copying', Math.min(1, (done += chunk.length) / total));
    }
  }
  for (const name of names) await writeFileAtomically(join(to, name), watched(join(from, name)));
}

/** Throws Problem `made-for-contradicts`. */
function madeFor(
  manifest: Manifest,
  { modality, sequence }: MadeFor,
): Pick<Manifest, 'modality' | 'sequence'> {
  const asked = sequence === undefined ? modality : 'MR';
  const wrong =
    (asked !== undefined && manifest.modality !== null && manifest.modality !== asked) ||
    (sequence !== undefined && manifest.sequence !== undefined && manifest.sequence !== sequence);
  if (wrong)
    throw new Problem(
      'made-for-contradicts',
      `The model says it was made for ${[manifest.modality, manifest.sequence].filter(Boolean).join(' ')}, not ${[asked, sequence].filter(Boolean).join(' ')}. Nothing was imported; leave that question to the model.`,
      { status: 422 },
    );
  return { modality: manifest.modality ?? asked ?? null, sequence: manifest.sequence ?? sequence };
}

async function stateMadeFor(folder: string, manifest: Manifest, options: MadeFor): Promise<Manifest> {
  const stated = { ...manifest, ...madeFor(manifest, options) };
  if (stated.modality === manifest.modality && stated.sequence === manifest.sequence) return manifest;
  const bytes = new TextEncoder().encode(`${JSON.stringify(stated, null, 2)}\n`);
  await writeFileAtomically(join(folder, 'manifest.json'), [bytes]);
  return readManifest(folder);
}
