// Models on their way into the library: one after the other, in a process of their own, each whole or not at all.
import { basename } from 'node:path';
import type { AddModel, ModelImport } from '../../contract/models.ts';
import { Problem } from '../../contract/problem.ts';
import type { Uploads } from '../cases/uploads.ts';
import { newId } from '../identity.ts';
import type { ModelLibrary } from './library.ts';

export interface ModelImports {
  /** Answers at once with the import under way. */
  start(wish: AddModel): ModelImport;
  list(): ModelImport[];
  /** Throws Problem `import-not-found`; one that has ended is answered as it is. */
  cancel(id: string): Promise<ModelImport>;
  /** Resolves once it has ended. */
  settled(id: string): Promise<ModelImport>;
  close(): Promise<void>;
}

/** Ended ones that are still told of. */
const REMEMBERED = 20;

interface Entry {
  told: ModelImport;
  controller: AbortController;
  /** False while others are before it. */
  begun: boolean;
  ended: Promise<void>;
}

export function createModelImports({
  library,
  uploads,
}: {
  library: ModelLibrary;
  uploads: Uploads;
}): ModelImports {
  const entries = new Map<string, Entry>();
  let last: Promise<void> = Promise.resolve();

  function find(id: string): Entry {
    const entry = entries.get(id);
    if (entry) return entry;
    throw new Problem('import-not-found', 'There is no such import of a model. Look at the list again.', {
      status: 404,
    });
  }

  async function run(entry: Entry, wish: AddModel): Promise<void> {
    const { id, name, startedAt } = entry.told;
    const common = { id, name, startedAt };
    const { signal } = entry.controller;
    entry.begun = true;
    let stepSince = performance.now();
    let stepNow = '';
    try {
      signal.throwIfAborted();
      const path = uploads.resolve(wish.path);
      const model = await library.add(path, wish, {
        signal,
        onStep(step, progress) {
          if (step !== stepNow) [stepNow, stepSince] = [step, performance.now()];
          const spent = (performance.now() - stepSince) / 1000;
          const secondsLeft =
            progress !== null && progress > 0.02 ? (spent / progress) * (1 - progress) : null;
          entry.told = { ...common, state: 'running', step, progress, secondsLeft };
        },
      });
      entry.told = { ...common, state: 'done', modelId: model.id };
    } catch (error) {
      entry.told = signal.aborted ? cancelled(entry.told) : { ...common, ...failure(error) };
    } finally {
      await uploads.discard([wish.path]);
    }
  }

  return {
    start(wish) {
      const told: ModelImport = {
        id: newId(),
        name: basename(wish.path.replaceAll('\\', '/')),
        startedAt: new Date().toISOString(),
        state: 'running',
        step: 'Waiting',
        progress: null,
        secondsLeft: null,
      };
      const controller = new AbortController();
      const entry: Entry = { told, controller, begun: false, ended: Promise.resolve() };
      entry.ended = last.then(() => run(entry, wish));
      last = entry.ended;
      entries.set(told.id, entry);
      const ended = [...entries].filter(([, { told: one }]) => one.state !== 'running');
      for (const [id] of ended.slice(0, Math.max(0, ended.length - REMEMBERED))) entries.delete(id);
      return told;
    },
    list: () => [...entries.values()].map(({ told }) => told).reverse(),
    async cancel(id) {
      const entry = find(id);
      entry.controller.abort();
      // One that waits has nothing to clear away, and need not wait for that.
      if (entry.begun) await entry.ended;
      else if (entry.told.state === 'running') entry.told = cancelled(entry.told);
      return entry.told;
    },
    async settled(id) {
      const entry = find(id);
      await entry.ended;
      return entry.told;
    },
    async close() {
      for (const { controller } of entries.values()) controller.abort();
      await last;
    },
  };
}

function cancelled({ id, name, startedAt }: ModelImport): ModelImport {
  return { id, name, startedAt, state: 'cancelled' };
}

/** What became of the process speaks of masks where a model was run; here there is none. */
const DEATHS: Record<string, { code: string; reason: string } | undefined> = {
  'inference-out-of-memory': {
    code: 'import-out-of-memory',
    reason:
      'Memory ran out while the model was read, and nothing was added. Close other programs and try again.',
  },
  'inference-crashed': {
    code: 'import-crashed',
    reason:
      'The process that read the model ended by itself, and nothing was added. Try again; if it ends again, the model is not one that Concord can read.',
  },
};

function failure(error: unknown): { state: 'failed'; code: string; reason: string } {
  const ofImport = error instanceof Problem ? DEATHS[error.code] : undefined;
  if (ofImport) return { state: 'failed', ...ofImport };
  if (error instanceof Problem) return { state: 'failed', code: error.code, reason: error.message };
  console.error(error);
  return {
    state: 'failed',
    code: 'internal-fault',
    reason: 'Concord met a fault of its own and kept nothing of this model. Try again.',
  };
}
