// Models on their way into the library, as the backend tells of them.
import type { AddModel, ModelImport } from '../../../electron/contract/models.ts';
import { addModel, cancelModelImport, modelImports, uploadModelFile } from '../../api/models.ts';
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
  /** 0…1 of an upload to the browser host. */
  uploading = $state<{ name: string; fraction: number } | null>(null);
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

  async start(source: ModelSource, wish: Omit<AddModel, 'path'>): Promise<void> {
    const path = source.path ?? (await this.upload(source));
    this.take(await addModel({ ...wish, path }));
    this.next();
  }
  async cancel(id: string): Promise<void> {
    this.take(await cancelModelImport(id));
  }
  dismiss(id: string): void {
    this.told.add(id);
    this.list = [...this.list];
  }

  private async upload({ name, files }: ModelSource): Promise<string> {
    const batch = crypto.randomUUID().replaceAll('-', '');
    const total = files.reduce((sum, { file }) => sum + file.size, 0) || 1;
    let sent = 0;
    let path = '';
    try {
      for (const { file, folder } of files) {
        this.uploading = { name, fraction: sent / total };
        path = await uploadModelFile(file, folder ? `${folder}/${file.name}` : file.name, batch);
        sent += file.size;
      }
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
