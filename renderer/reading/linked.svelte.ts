// The further volumes of a read's case: which there are, which one lies over the picture, and its voxels as they arrive.
import type { SecondLook } from '../../electron/contract/display.ts';
import type { LinkedVolume } from '../../electron/contract/linked.ts';
import { linkedOfRead, linkedVoxels } from '../api/linked.ts';
import { toasts } from '../ui/toasts.svelte.ts';
import type { Fusion } from '../viewer/fusion.svelte.ts';
import { Picture } from './picture.svelte.ts';

export class LinkedVolumes {
  list = $state.raw<LinkedVolume[]>([]);
  /** Empty where the picture is alone. */
  chosen = $state('');
  picture = $state.raw<Picture | null>(null);
  private readonly study: string;
  private readonly read: string;
  private readonly fusion: Fusion;
  private readonly pictures = new Map<string, Picture>();
  /** How it was before this room, until the list is here. */
  private before: SecondLook | null;

  constructor(study: string, read: string, fusion: Fusion, before: SecondLook | null = null) {
    this.before = before;
    this.study = study;
    this.read = read;
    this.fusion = fusion;
  }

  get current(): LinkedVolume | null {
    return this.list.find(({ id }) => id === this.chosen) ?? null;
  }

  async load(): Promise<void> {
    try {
      this.list = await linkedOfRead(this.study, this.read);
      this.showAsBefore();
    } catch (error) {
      toasts.fail(error);
    }
  }

  /** What is laid over the picture now, and how: kept with the read. */
  get look(): SecondLook | null {
    if (this.before) return this.before;
    if (this.chosen === '') return null;
    const { opacity, colours, width, level } = this.fusion;
    return { volume: this.chosen, opacity, colours, width, level };
  }
  private showAsBefore(): void {
    const { before, fusion } = this;
    this.before = null;
    if (!before || !this.list.some(({ id }) => id === before.volume)) return;
    this.choose(before.volume);
    const { opacity, colours, width, level } = before;
    Object.assign(fusion, { opacity, colours, width, level });
  }

  /** Lays a volume over the picture; '' takes it away. Its voxels are fetched once. */
  choose(id: string): void {
    const linked = this.list.find((one) => one.id === id);
    this.chosen = linked?.id ?? '';
    if (!linked) {
      this.picture = null;
      this.fusion.hide();
      return;
    }
    let picture = this.pictures.get(id);
    if (!picture) {
      picture = new Picture(this.study, linkedVoxels(this.study, this.read, id), linked.volume);
      this.pictures.set(id, picture);
    }
    this.picture = picture;
    this.fusion.show(picture.data, linked.name);
    void picture.fetch();
  }
  /** The next volume, and after the last one none. */
  next(): void {
    const ids = ['', ...this.list.map(({ id }) => id)];
    this.choose(ids[(ids.indexOf(this.chosen) + 1) % ids.length]);
  }

  stop(): void {
    for (const picture of this.pictures.values()) picture.stop();
  }
}
