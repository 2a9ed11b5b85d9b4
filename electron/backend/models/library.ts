// The models at hand: those that come with Concord, and those that somebody added to this home.
import { cp, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { ModelSummary } from '../../contract/models.ts';
import { Problem } from '../../contract/problem.ts';
import { checkModel, importModel, readManifest, type Manifest } from '../../workers/inference-client.ts';

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
  /** Takes in a model folder, or a checkpoint folder of nnU-Net or PanSegNet as it is, once it has been opened. */
  add(path: string): Promise<ModelSummary>;
}

export function createModelLibrary(bundledFolder: string, home: string): ModelLibrary {
  const added = join(home, 'models');

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

  return {
    list,
    async get(id) {
      const model = (await list()).find((entry) => entry.summary.id === id);
      if (!model) {
        throw new Problem('model-not-found', `There is no model ${id} here. Add it on the Models page.`, {
          status: 404,
        });
      }
      if (!model.manifest)
        throw new Problem('model-unusable', model.summary.problem ?? 'This model cannot be used.', {
          status: 422,
        });
      return { folder: model.folder, manifest: model.manifest };
    },
    async add(path) {
      const source = resolve(path);
      const id = basename(source);
      if ((await list()).some((entry) => entry.summary.id === id)) {
        throw new Problem(
          'model-present',
          `There is a model ${id} already. Rename the folder to add it beside that one.`,
          { status: 409 },
        );
      }
      await mkdir(added, { recursive: true });
      const temporary = join(added, `.${id}.${process.pid}`);
      try {
        // A folder without a manifest is taken for a checkpoint of nnU-Net or PanSegNet, and refused in words if not.
        if (await isModelFolder(source)) {
          await checkModel(source);
          await cp(source, temporary, { recursive: true });
        } else {
          await importModel(source, temporary);
        }
        await rename(temporary, join(added, id));
      } catch (cause) {
        await rm(temporary, { recursive: true, force: true });
        throw cause;
      }
      return (await describe(join(added, id), false)).summary;
    },
  };
}

async function isModelFolder(folder: string): Promise<boolean> {
  return (await stat(join(folder, 'manifest.json')).catch(() => null)) !== null;
}

async function describe(folder: string, bundled: boolean): Promise<LibraryModel> {
  const id = basename(folder);
  try {
    const manifest = await readManifest(folder);
    const { name, version, description, modality } = manifest;
    const labels = manifest.labels
      .filter((l) => l.label !== 0)
      .map((l) => ({ label: l.label, name: l.name }));
    return {
      folder,
      manifest,
      summary: { id, name, version, description, modality, bundled, labels, problem: null },
    };
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause;
    const summary = { id, name: id, version: '', description: '', modality: null, bundled, labels: [] };
    return { folder, manifest: null, summary: { ...summary, problem: cause.message } };
  }
}
