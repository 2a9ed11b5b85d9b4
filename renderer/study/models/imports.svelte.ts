// Models on their way into the library, as the backend tells of them.
import { BESIDE_A_MODEL, type AddModel, type ModelImport } from '../../../electron/contract/models.ts';
import {
  addModel,
  cancelModelImport,
  discardUpload,
  modelImports,
  uploadModelFile,
} from '../../api/models.ts';
import type { GatheredFile } from '../import/gather.ts';

/** What a person points at: a path on this machine, or files of a browser. */
export interface ModelSource {
  name: string;
  path: string | null;
  files: readonly GatheredFile[];
}

type InState<State extends ModelImport['state']> = Extract<ModelImport, { state: State }>;

const EVERY_MS = 400;

export class ModelImports {
  list = $state.raw<ModelImport[]>([]);
  /** An upload to the browser host; 0…1, null for one file alone. */
  uploading = $state<{ name: string; fraction: number | null } | null>(null);
  /** An upload that was refused. */
  refused = $state.raw<{ name: string; reason: string } | null>(null);
  private sending = new AbortController();
  private readonly told = new Set<string>();
  private readonly onEnded: (ended: ModelImport) => void;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(onEnded: (ended: ModelImport) => void) {
    this.onEnded = onEnded;
  }

  get running(): InState<'running'>[] {
    return this.list.filter((one) => one.state === 'running');
  }
  get failed(): InState<'failed'>[] {
    return this.list.filter((one) => one.state === 'failed').filter(({ id }) => !this.told.has(id));
  }

  /** Watches until `stop`. What ended before is not told of again. */
  async watch(): Promise<void> {
    const first = await modelImports().catch(() => []);
    for (const one of first) if (one.state !== 'running') this.told.add(one.id);
    this.list = first;
    this.next();
  }
  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  /** Resolves once the import has begun, or its files are on their way. */
  async start(source: ModelSource, wish: Omit<AddModel, 'path'>): Promise<void> {
    if (source.path !== null) return this.begin({ ...wish, path: source.path });
    const files = source.files.filter(
      ({ file, folder }) => file.size > 0 && !BESIDE_A_MODEL.test(nameIn(folder, file)),
    );
    if (files.length === 0) throw new Error(`${source.name} holds no file of a model. Nothing was sent.`);
    this.refused = null;
    this.sending = new AbortController();
    const { signal } = this.sending;
    void this.upload({ ...source, files }, signal)
      .then((path) => this.begin({ ...wish, path }))
      .catch((error: unknown) => {
        if (!signal.aborted) this.refused = { name: source.name, reason: (error as Error).message };
      });
  }
  cancelUpload(): void {
    this.sending.abort();
  }
  async cancel(id: string): Promise<void> {
    this.take(await cancelModelImport(id));
  }
  dismiss(id: string): void {
    this.told.add(id);
    this.list = [...this.list];
  }

  private async begin(wish: AddModel): Promise<void> {
    this.take(await addModel(wish));
    this.next();
  }
  private async upload({ name, files }: ModelSource, signal: AbortSignal): Promise<string> {
    const batch = crypto.randomUUID().replaceAll('-', '');
    const total = files.reduce((sum, { file }) => sum + file.size, 0) || 1;
    let sent = 0;
    let path = '';
    try {
      for (const { file, folder } of files) {
        this.uploading = { name, fraction: files.length > 1 ? sent / total : null };
        path = await uploadModelFile(file, nameIn(folder, file), { batch, signal });
        sent += file.size;
      }
    } catch (error) {
      void discardUpload(batch).catch(() => undefined);
      throw error;
    } finally {
      this.uploading = null;
    }
    return path;
  }

  private next(): void {
    this.stop();
    if (this.running.length === 0) return;
    this.timer = setTimeout(() => void this.look(), EVERY_MS);
  }
  private async look(): Promise<void> {
    try {
      for (const one of await modelImports()) this.take(one);
    } catch {
      // Asked again: the host may be busy for a moment.
    }
    if (this.timer !== undefined) this.next();
  }
  private take(one: ModelImport): void {
    const known = this.list.find(({ id }) => id === one.id);
    this.list = [one, ...this.list.filter(({ id }) => id !== one.id)];
    if (one.state === 'running' || (known && known.state !== 'running') || this.told.has(one.id)) return;
    this.onEnded(one);
  }
}

const nameIn = (folder: string, file: File) => (folder ? `${folder}/${file.name}` : file.name);
