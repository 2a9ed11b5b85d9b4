// The models at hand: those that come with Concord, and those that somebody added to this home.
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { ModelDetails, ModelSummary } from '../../contract/models.ts';
import { Problem } from '../../contract/problem.ts';
import {
  importModel,
  loadModel,
  modelFacts,
  readManifest,
  type MadeFor,
  type Manifest,
} from '../../workers/inference-client.ts';
import { clearParts, partSuffix } from '../../workers/part-files.ts';

export interface LibraryModel {
  summary: ModelSummary;
  folder: string;
  /** Null when the manifest is wrong; the summary says why. */
  manifest: Manifest | null;
}

export interface ModelLibrary {
  list(): Promise<LibraryModel[]>;
  /** Throws Problem `model-not-found`, or the one that says what is wrong with it. */
  get(id: string): Promise<{ folder: string; manifest: Manifest }>;
  /** Throws Problem `model-not-found`, or the one that says what is wrong with it. */
  details(id: string): Promise<ModelDetails>;
  /**
   * Takes in a model folder, a checkpoint folder of nnU-Net or PanSegNet as it is, or a zip of either, once it has been
   * opened. Throws Problem `model-present` where its networks are in the library already.
   */
  add(path: string, madeFor?: MadeFor, options?: AddOptions): Promise<ModelSummary>;
  /** Throws Problem `model-not-found`, `model-bundled` or `model-in-use`. Reads keep what they know of it. */
  remove(id: string): Promise<void>;
  /** Keeps a model from being removed while `work` needs it. */
  using<T>(id: string, work: () => Promise<T>): Promise<T>;
}

export interface AddOptions {
  signal?: AbortSignal;
  onStep?: (step: string, fraction: number | null) => void;
}

export function createModelLibrary(bundledFolder: string, home: string): ModelLibrary {
  const added = join(home, 'models');
  const inUse = new Map<string, number>();
  // What an import that was killed left behind.
  void clearParts(added);

  async function listIn(folder: string, bundled: boolean): Promise<LibraryModel[]> {
    const names = await readdir(folder).catch(() => [] as string[]);
    const models: LibraryModel[] = [];
    for (const name of names.toSorted()) {
      const path = join(folder, name);
      if (name.startsWith('.') || !(await stat(join(path, 'manifest.json')).catch(() => null))) continue;
      models.push(await describe(path, bundled));
    }
    return models;
  }

  const list = async () => [...(await listIn(bundledFolder, true)), ...(await listIn(added, false))];

  async function known(id: string): Promise<LibraryModel> {
    const model = (await list()).find((entry) => entry.summary.id === id);
    if (model) return model;
    throw new Problem('model-not-found', `There is no model ${id} here. Add it on the Models page.`, {
      status: 404,
    });
  }

  return {
    list,
    async get(id) {
      const model = await known(id);
      if (!model.manifest)
        throw new Problem('model-unusable', model.summary.problem ?? 'This model cannot be used.', {
          status: 422,
        });
      return { folder: model.folder, manifest: model.manifest };
    },
    async details(id) {
      const { folder, summary } = await known(id);
      return { ...summary, ...(await modelFacts(folder)) };
    },
    async add(path, madeFor = {}, options = {}) {
      const source = resolve(path);
      const present = await list();
      await mkdir(added, { recursive: true });
      await clearParts(added);
      const name = idOf(source);
      const part = join(added, `.${name}${partSuffix()}`);
      try {
        await mkdir(part);
        const target = join(part, 'model');
        await importModel(
          source,
          target,
          { modality: madeFor.modality, sequence: madeFor.sequence },
          options,
        );
        options.signal?.throwIfAborted();
        await refuseTwin(present, (await loadModel(target)).sha256);
        const id = freeId(name, present);
        await rename(target, join(added, id));
        return (await describe(join(added, id), false)).summary;
      } finally {
        await rm(part, { recursive: true, force: true });
      }
    },
    async remove(id) {
      const { folder, summary } = await known(id);
      if (summary.bundled)
        throw new Problem('model-bundled', `${summary.name} comes with Concord and stays.`, { status: 409 });
      if ((inUse.get(id) ?? 0) > 0)
        throw new Problem(
          'model-in-use',
          `${summary.name} is running on a read right now. Remove it when that has ended.`,
          { status: 409 },
        );
      // Out of the list in one step, whatever happens to the rest.
      const part = join(added, `.${id}${partSuffix()}`);
      await rename(folder, part);
      await rm(part, { recursive: true, force: true });
    },
    async using(id, work) {
      inUse.set(id, (inUse.get(id) ?? 0) + 1);
      try {
        return await work();
      } finally {
        inUse.set(id, inUse.get(id)! - 1);
      }
    },
  };
}

/** A folder's name that every disk takes. */
function idOf(source: string): string {
  const plain = basename(source).replace(/\.zip$/i, '').replaceAll(/[^\p{L}\p{N}._ +-]+/gu, '-'); // prettier-ignore
  return plain.replace(/^[. -]+/, '').slice(0, 80) || 'model';
}

function freeId(name: string, present: LibraryModel[]): string {
  const used = new Set(present.map(({ summary }) => summary.id.toLowerCase()));
  if (!used.has(name.toLowerCase())) return name;
  for (let n = 2; ; n++) if (!used.has(`${name}-${n}`.toLowerCase())) return `${name}-${n}`;
}

/** One training is wanted once. Models that cannot be read are no twins. */
async function refuseTwin(present: LibraryModel[], sha256: string): Promise<void> {
  for (const { folder, summary, manifest } of present) {
    const found = manifest && (await loadModel(folder).catch(() => null));
    if (found?.sha256 !== sha256) continue;
    throw new Problem(
      'model-present',
      `This model is in the library already, as ${summary.name} ${summary.version}. Nothing was added.`,
      { status: 409 },
    );
  }
}

async function describe(folder: string, bundled: boolean): Promise<LibraryModel> {
  const id = basename(folder);
  try {
    const manifest = await readManifest(folder);
    const { name, version, description, modality } = manifest;
    const sequence = manifest.sequence ?? null;
    const labels = manifest.labels
      .filter((l) => l.label !== 0)
      .map((l) => ({ label: l.label, name: l.name }));
    return {
      folder,
      manifest,
      summary: { id, name, version, description, modality, sequence, bundled, labels, problem: null },
    };
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause;
    const nothing = { version: '', description: '', modality: null, sequence: null, labels: [] };
    const summary = { id, name: id, bundled, ...nothing };
    return { folder, manifest: null, summary: { ...summary, problem: cause.message } };
  }
}
