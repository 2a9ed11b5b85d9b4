// A checkpoint folder of either version → its weights, still in the file, and its facts.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { damaged, FileSource } from './file-reader.ts';
import { plansWrong, unsupported, type CheckpointFacts } from './facts.ts';
import type { FoundCheckpoint } from './find-checkpoint.ts';
import { readPickleFile } from './pickle.ts';
import { toPlain } from './pickle-values.ts';
import { factsV1 } from './plans-v1.ts';
import { factsV2 } from './plans-v2.ts';
import { StateDict } from './state-dict.ts';
import { openTorchFile, type TorchFile } from './torch-file.ts';

export interface OpenCheckpoint {
  file: TorchFile;
  weights: StateDict;
  facts: CheckpointFacts;
}

/** The caller closes `file`. Throws the Problems of everything below it, with the file closed. */
export function readCheckpoint(found: FoundCheckpoint): OpenCheckpoint {
  const file = openTorchFile(found.weights);
  try {
    if (!(file.root instanceof Map)) throw damaged(file.path, 'it holds no dictionary');
    const root = file.root as Map<unknown, unknown>;
    const opened = found.version === 1 ? openV1(found, file, root) : openV2(found, file, root);
    if (/_best\b|checkpoint_best/.test(basename(found.weights)))
      opened.facts.notes.push(
        'These are the weights of the best epoch; the final ones are not in the folder.',
      );
    return opened;
  } catch (error) {
    file.close();
    throw error;
  }
}

function openV1(found: FoundCheckpoint, file: TorchFile, root: Map<unknown, unknown>): OpenCheckpoint {
  const weights = new StateDict(file, root.get('state_dict'));
  const side = found.sidecar === null ? null : unpickled(found.sidecar);
  const info = side as { plans?: unknown; name?: unknown; init?: unknown } | null;
  const plansPath = join(found.trainerFolder, 'plans.pkl');
  const own = info?.plans ?? null;
  if (own === null && !exists(plansPath))
    throw plansWrong(`${found.trainerFolder} has neither plans.pkl nor ${basename(found.weights)}.pkl`);
  const folderName = basename(found.trainerFolder);
  const init = Array.isArray(info?.init) ? (info.init as unknown[]) : [];
  const stage = init.length > 5 && typeof init[5] === 'number' ? init[5] : null;
  const facts = factsV1(
    {
      plans: own ?? unpickled(plansPath),
      plansFile: own === null ? 'plans.pkl' : basename(found.sidecar ?? ''),
      trainer: typeof info?.name === 'string' ? info.name : folderName.split('__')[0],
      stage,
      folderHint: /^(2d|3d_\w+)$/.exec(basename(dirname(dirname(found.trainerFolder))))?.[0] ?? null,
      labelNames: labelNamesV1(join(found.trainerFolder, 'dataset.json')),
      postprocessing: json(join(found.trainerFolder, 'postprocessing.json')),
    },
    weights,
  );
  return { file, weights, facts };
}

/** v1's dataset.json has names by value: {"0": "background", "1": …}. */
function labelNamesV1(path: string): Record<string, string> {
  const labels = (json(path) as { labels?: unknown } | null)?.labels;
  if (typeof labels !== 'object' || labels === null) return {};
  return Object.fromEntries(
    Object.entries(labels).filter(
      (entry): entry is [string, string] =>
        /^\d+$/.test(entry[0]) && typeof entry[1] === 'string' && entry[1] !== '',
    ),
  );
}

function openV2(found: FoundCheckpoint, file: TorchFile, root: Map<unknown, unknown>): OpenCheckpoint {
  const weights = new StateDict(file, root.get('network_weights'));
  const init = root.get('init_args');
  const args = init instanceof Map ? (init as Map<unknown, unknown>) : new Map<unknown, unknown>();
  const [trainer, , configuration] = basename(found.trainerFolder).split('__');
  const named = root.get('trainer_name');
  const trainerName = typeof named === 'string' ? named : trainer;
  if (/(BN|ReLU|GeLU|Mish|Regions?Custom)$/.test(trainerName))
    throw unsupported(`${trainerName} changes the network in a way that is not known here`);
  const mirror = toPlain(root.get('inference_allowed_mirroring_axes') ?? null);
  const facts = factsV2({
    plans: json(join(found.trainerFolder, 'plans.json')) ?? toPlain(args.get('plans')),
    dataset: json(join(found.trainerFolder, 'dataset.json')) ?? toPlain(args.get('dataset_json')),
    trainer: trainerName,
    configuration: textOr(args.get('configuration'), configuration ?? '3d_fullres'),
    mirror: Array.isArray(mirror) ? mirror.map(Number) : [],
    postprocessing: postprocessingOf(found),
  });
  return { file, weights, facts };
}

/**
 * nnU-Net v2 finds its postprocessing over a cross-validation, and keeps it in the folder of those folds: that of the
 * model's own folds where it is there, else the one over the most folds.
 */
function postprocessingOf({ trainerFolder, folds }: FoundCheckpoint): unknown {
  const prefix = 'crossval_results_folds_';
  const own = `${prefix}${folds.join('_')}`;
  const crossvals = readdirSync(trainerFolder)
    .filter((name) => name.startsWith(prefix))
    .sort((a, b) => Number(b === own) - Number(a === own) || b.length - a.length);
  for (const folder of ['.', ...crossvals]) {
    const pickle = join(trainerFolder, folder, 'postprocessing.pkl');
    if (exists(pickle)) return unpickled(pickle);
    const text = json(join(trainerFolder, folder, 'postprocessing.json'));
    if (text !== null) return text;
  }
  return null;
}

const textOr = (value: unknown, other: string) => (typeof value === 'string' ? value : other);
const exists = (path: string) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

function unpickled(path: string): unknown {
  const source = new FileSource(path);
  try {
    return toPlain(readPickleFile(source));
  } finally {
    source.close();
  }
}

/** Real ones have some kilobytes; what is read whole must not fill the memory. */
const LARGEST_JSON = 64 << 20;

/** Null where the file is not there. */
function json(path: string): unknown {
  if (!exists(path)) return null;
  if (statSync(path).size > LARGEST_JSON) throw damaged(path, 'it is far larger than such a file ever is');
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw damaged(path, 'it is not JSON', cause);
  }
}
