// A model folder from disk: manifest read and checked, network file found and hashed.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '../contract/problem.ts';
import { ManifestSchema, type Manifest } from './manifest.ts';

export interface NetworkFile {
  path: string;
  /** Lower-case hexadecimal. */
  sha256: string;
}

export interface LoadedModel {
  folder: string;
  manifest: Manifest;
  /** The first network. */
  modelPath: string;
  /** Of the network file; where there are several, of their hashes one after the other, as text. */
  sha256: string;
  /** The first network and those of the ensemble. */
  networks: NetworkFile[];
}

/** Reads and checks manifest.json. Throws Problem `model-not-found` or `manifest-wrong`, the field named. */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, 'manifest.json');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new Problem(
      'model-not-found',
      `There is no model at ${folder}: it needs a readable manifest.json and the network beside it.`,
      { status: 404, cause },
    );
  }
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw new Problem('manifest-wrong', `${path} is not JSON. Correct it and try again.`, { cause });
  }
  const parsed = ManifestSchema.safeParse(data);
  if (!parsed.success) {
    const fields = parsed.error.issues.map((issue) => ({
      path: issue.path.join('.') || 'manifest',
      message: issue.message,
    }));
    throw manifestWrong(path, fields);
  }
  const fields = contradictions(parsed.data);
  if (fields.length > 0) throw manifestWrong(path, fields);
  return parsed.data;
}

function manifestWrong(path: string, fields: { path: string; message: string }[]): Problem {
  const [first] = fields;
  return new Problem('manifest-wrong', `${path} is wrong at ${first.path}: ${first.message}.`, { fields });
}

/** What single fields cannot say of themselves: fields and what is wrong with them. */
export function contradictions(manifest: Manifest): { path: string; message: string }[] {
  const found: { path: string; message: string }[] = [];
  const { labels } = manifest;
  labels.forEach(({ channel, label }, n) => {
    if (labels.findIndex((other) => other.channel === channel) !== n)
      found.push({ path: `labels.${n}.channel`, message: `channel ${channel} is listed twice` });
    if (label !== 0 && labels.findIndex((other) => other.label === label) !== n)
      found.push({ path: `labels.${n}.label`, message: `label ${label} is listed twice` });
  });
  manifest.ensemble?.forEach(({ file }, n) => {
    if (file === manifest.file || manifest.ensemble?.findIndex((other) => other.file === file) !== n)
      found.push({ path: `ensemble.${n}.file`, message: `${file} is listed twice` });
  });
  manifest.postprocess.keepLargest.forEach((group, n) => {
    for (const label of typeof group === 'number' ? [group] : group.labels)
      if (!labels.some((entry) => entry.label === label))
        found.push({ path: `postprocess.keepLargest.${n}`, message: `the model has no label ${label}` });
  });
  if (manifest.nnunet?.ownSliceSpacing && (manifest.patch?.[0] !== 1 || manifest.spacing === null))
    found.push({
      path: 'nnunet.ownSliceSpacing',
      message: 'it is for 2D networks, whose patch starts with 1 and whose spacing is given',
    });
  // Imports of Concord before region-logits said sigmoid, and thresholds would be wrong without a word.
  if (manifest.nnunet && manifest.output.activation === 'sigmoid')
    found.push({
      path: 'output.activation',
      message: 'networks of nnU-Net give scores before the sigmoid, which is region-logits; import it again',
    });
  if (manifest.nnunet && manifest.nnunet.maskForNorm.length !== manifest.channels.length)
    found.push({ path: 'nnunet.maskForNorm', message: `${manifest.channels.length} entries are needed` });
  manifest.channels.forEach(({ normalisation }, n) => {
    if ('lower' in normalisation && normalisation.lower >= normalisation.upper)
      found.push({ path: `channels.${n}.normalisation.lower`, message: 'lower must be below upper' });
  });
  return found;
}

/**
 * Reads a model folder. Throws Problem `model-not-found`, `manifest-wrong`, or `model-changed` when the network is
 * not the one whose SHA-256 the manifest gives. The network itself is opened by `openSession`.
 */
export async function loadModel(folder: string): Promise<LoadedModel> {
  const manifest = await readManifest(folder);
  const files = [{ file: manifest.file, sha256: manifest.sha256 }, ...(manifest.ensemble ?? [])];
  const networks: NetworkFile[] = [];
  for (const { file, sha256 } of files) networks.push(await networkFile(folder, file, sha256));
  const [first] = networks;
  const together = createHash('sha256').update(networks.map(({ sha256 }) => sha256).join(''));
  const sha256 = networks.length === 1 ? first.sha256 : together.digest('hex');
  return { folder, manifest, modelPath: first.path, sha256, networks };
}

async function networkFile(folder: string, file: string, expected: string | undefined): Promise<NetworkFile> {
  const path = join(folder, file);
  const found = await stat(path).catch(() => null);
  if (!found?.isFile()) {
    throw new Problem('model-not-found', `${folder} names the network ${file}, which is not there.`, {
      status: 404,
    });
  }
  const sha256 = await hashOf(path);
  if (expected !== undefined && expected !== sha256) {
    throw new Problem(
      'model-changed',
      `${path} is not the network that its manifest describes: its SHA-256 differs. Get the model again.`,
      { status: 422 },
    );
  }
  return { path, sha256 };
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
