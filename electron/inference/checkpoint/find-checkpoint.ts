// Where in a folder the weights, plans and companions of one fold lie.
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { Problem } from '../../contract/problem.ts';

export interface FoundCheckpoint {
  version: 1 | 2;
  /** Folder of the trainer: plans, dataset.json, folds. */
  trainerFolder: string;
  /** `0` … or `all`. */
  fold: string;
  /** Folds that are there. */
  folds: string[];
  weights: string;
  /** v1's `.model.pkl`, where it is there. */
  sidecar: string | null;
}

/** Final weights first; those of the best epoch only where there are no others. */
const FILES: [string, 1 | 2][] = [
  ['model_final_checkpoint.model', 1],
  ['checkpoint_final.pth', 2],
  ['model_best.model', 1],
  ['checkpoint_best.pth', 2],
];

const isFile = (path: string) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

/**
 * The folds that make a model: the one asked for, else all numbered ones, as nnU-Net predicts; `all` only where there
 * is no other. Looks in the folder, four levels down, and one up for a fold's own folder. Throws Problem
 * `checkpoint-not-found` or `checkpoint-ambiguous`, saying what was looked for.
 */
export function findCheckpoints(folder: string, fold?: string): FoundCheckpoint[] {
  const start = resolve(folder);
  if (!statSync(start, { throwIfNoEntry: false })?.isDirectory())
    throw notFound(`${folder} is not a folder. Give the folder of a trained nnU-Net or PanSegNet`);
  const own = foldOf(start);
  if (own !== null && weightsIn(start)) return checkpointsOf(dirname(start), fold ?? own);
  const trainers = trainerFolders(start, 4);
  if (trainers.length === 0)
    throw notFound(
      `${folder} holds no model of nnU-Net or PanSegNet: there is no fold_K with ${FILES[0][0]} or ${FILES[1][0]} in it`,
    );
  if (trainers.length > 1) {
    const names = trainers.slice(0, 4).map((path) => relative(start, path) || '.');
    throw new Problem(
      'checkpoint-ambiguous',
      `${folder} holds ${trainers.length} models (${names.join(', ')}). Give the folder of one of them; nothing was imported.`,
    );
  }
  return checkpointsOf(trainers[0], fold);
}

function notFound(what: string): Problem {
  return new Problem('checkpoint-not-found', `${what}. Nothing was imported.`, { status: 404 });
}

function foldOf(folder: string): string | null {
  const name = basename(folder);
  return name === 'all' ? name : (/^fold_(\d+|all)$/.exec(name)?.[1] ?? null);
}

function weightsIn(folder: string): [string, 1 | 2] | null {
  for (const [name, version] of FILES) {
    const path = join(folder, name);
    if (isFile(path)) return [path, version];
  }
  return null;
}

function subfolders(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map((entry) => join(folder, entry.name))
      .sort();
  } catch {
    return [];
  }
}

const foldFolders = (folder: string) =>
  subfolders(folder).filter((path) => foldOf(path) !== null && weightsIn(path) !== null);

function trainerFolders(folder: string, depth: number): string[] {
  if (foldFolders(folder).length > 0) return [folder];
  if (depth === 0) return [];
  return subfolders(folder).flatMap((path) => trainerFolders(path, depth - 1));
}

function checkpointsOf(trainerFolder: string, wanted?: string): FoundCheckpoint[] {
  const folders = new Map(foldFolders(trainerFolder).map((path) => [foldOf(path) ?? '', path]));
  const folds = [...folders.keys()].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const numbered = folds.filter((name) => name !== 'all');
  if (wanted !== undefined && !folders.has(wanted))
    throw notFound(
      `${trainerFolder} has no fold ${wanted}; it has ${folds.map((name) => `fold ${name}`).join(', ')}`,
    );
  const chosen = wanted !== undefined ? [wanted] : numbered.length > 0 ? numbered : folds;
  return chosen.map((fold) => {
    const [weights, version] = weightsIn(folders.get(fold)!)!;
    const sidecar = `${weights}.pkl`;
    return {
      version,
      trainerFolder,
      fold,
      folds,
      weights,
      sidecar: version === 1 && isFile(sidecar) ? sidecar : null,
    };
  });
}
