// Where a run's results go: checked before the run, so that no minute of it is wasted, and written after it.
import { constants } from 'node:fs';
import { access, realpath, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Grid } from '../contract/geometry.ts';
import { encodeMask } from '../contract/mask-bytes.ts';
import { Problem } from '../contract/problem.ts';
import { fromOriginalGrid, reorientationOf, writeFileAtomically, writeNifti } from '../imaging/index.ts';
import type { Manifest } from './manifest.ts';
import type { InferenceRequest } from './types.ts';

/** What one volume and one model come to, before anything is written. */
export interface Segmentation {
  /** On the volume's own grid, in the file's order. */
  labels: Uint8Array;
  grid: Grid;
  /** Per label of the model, on the same grid; null unless asked for. */
  probabilities: { label: number; values: Float32Array }[] | null;
}

/** The file of each label's probabilities; of several labels `p.nii.gz` becomes `p_<label>.nii.gz`. */
export function probabilityFiles(path: string, labels: readonly number[]): string[] {
  if (labels.length === 1) return [path];
  return labels.map((label) =>
    path.replace(/(\.nii(\.gz)?)?$/i, (ending) => `_${label}${ending || '.nii.gz'}`),
  );
}

/**
 * Throws Problem `output-folder-missing`, `file-not-writable`, `output-is-folder`, `output-overwrites-input` or
 * `outputs-same`, where the results of a run could not be written or would destroy what it reads.
 */
export async function checkOutputs(request: InferenceRequest, manifest: Manifest): Promise<void> {
  const labels = manifest.labels.map(({ label }) => label).filter((label) => label !== 0);
  const { output, probabilitiesPath } = request;
  const maps = probabilitiesPath === undefined ? [] : probabilityFiles(probabilitiesPath, labels);
  const paths = [output.path, ...maps];
  const inputs = await Promise.all(request.inputs.map(trueLocation));
  const targets = await Promise.all(paths.map(trueLocation));
  for (const [n, path] of paths.entries()) {
    await checkFolderOf(path);
    if (inputs.includes(targets[n])) {
      throw refusal('output-overwrites-input', `${path} is a volume that the model reads`);
    }
    if (targets.indexOf(targets[n]) !== n) {
      throw refusal('outputs-same', `${path} is named for the mask and for probabilities`);
    }
  }
}

async function checkFolderOf(path: string): Promise<void> {
  const folder = dirname(resolve(path));
  if (!(await isFolder(folder))) {
    throw refusal('output-folder-missing', `${path} cannot be written, because there is no folder ${folder}`);
  }
  if (await isFolder(path)) throw refusal('output-is-folder', `${path} is a folder`);
  try {
    await access(folder, constants.W_OK);
  } catch (cause) {
    throw new Problem('file-not-writable', `Nothing may be written in ${folder}. Nothing was run.`, {
      status: 403,
      cause,
    });
  }
}

function refusal(code: string, what: string): Problem {
  return new Problem(code, `${what}. Nothing was run; name another file.`);
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}

/** The path with links followed, as far as it exists. */
async function trueLocation(path: string): Promise<string> {
  const full = resolve(path);
  return realpath(full).catch(() => full);
}

/** Probabilities first and the mask last, because the mask says that the run is complete; all of them or none. */
export async function writeOutputs(
  { output, probabilitiesPath }: InferenceRequest,
  { labels, grid, probabilities }: Segmentation,
): Promise<void> {
  const written: string[] = [];
  try {
    if (probabilities && probabilitiesPath !== undefined) {
      const known = probabilities.map(({ label }) => label);
      for (const [n, path] of probabilityFiles(probabilitiesPath, known).entries()) {
        await writeNifti(path, { grid, voxels: probabilities[n].values });
        written.push(path);
      }
    }
    if (output.kind === 'nifti') await writeNifti(output.path, { grid, labels });
    else
      await writeFileAtomically(output.path, [encodeMask(fromOriginalGrid(labels, reorientationOf(grid)))]);
  } catch (error) {
    await Promise.all(written.map((path) => rm(path, { force: true })));
    throw error;
  }
}
