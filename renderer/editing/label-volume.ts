// The mask in the page: one label a voxel, counts kept as it changes, and news of where it changed.
import { applyPatch, forEachPatchRun } from '../../electron/contract/mask-bytes.ts';
import type { Triple } from '../../electron/contract/geometry.ts';

/** Inclusive corners in voxels. */
export interface Box {
  low: Triple;
  high: Triple;
}

/** The smallest box around both. */
export function unite(a: Box, b: Box): Box {
  return {
    low: a.low.map((v, axis) => Math.min(v, b.low[axis])) as Triple,
    high: a.high.map((v, axis) => Math.max(v, b.high[axis])) as Triple,
  };
}

export type ChangeListener = (box: Box) => void;

export class LabelVolume {
  readonly labels: Uint8Array;
  readonly shape: Readonly<Triple>;
  /** Voxels of each label. */
  readonly counts = new Uint32Array(256);
  /** Goes up with every change, so that an answer about an older mask is known as one. */
  revision = 0;
  private readonly listeners = new Set<ChangeListener>();
  /** One bit a voxel, for the stroke under way: made once, since clearing is cheaper than making. */
  private bits: Uint32Array | null = null;

  constructor(shape: Readonly<Triple>, labels?: Uint8Array) {
    this.shape = shape;
    const count = shape[0] * shape[1] * shape[2];
    if (labels && labels.length !== count) {
      throw new RangeError(`${labels.length} labels for a volume of ${count} voxels`);
    }
    this.labels = labels ?? new Uint8Array(count);
    if (labels) this.recount();
    else this.counts[0] = count;
  }

  /** One bit a voxel, all zero; whoever sets bits clears them again. */
  touchedBits(): Uint32Array {
    this.bits ??= new Uint32Array(Math.ceil(this.labels.length / 32));
    return this.bits;
  }

  /** Applies a patch or its inverse and tells where. Throws Problem `patch-does-not-fit`; nothing is changed then. */
  apply(patch: Uint8Array, direction: 'do' | 'undo'): void {
    applyPatch(this.labels, patch, direction);
    const low = [...this.shape] as Triple;
    const high: Triple = [-1, -1, -1];
    const [nx, ny] = this.shape;
    const slice = nx * ny;
    forEachPatchRun(patch, this.labels.length, (start, length, before, after) => {
      const [from, to] = direction === 'do' ? [before, after] : [after, before];
      this.counts[from] -= length;
      this.counts[to] += length;
      const end = start + length - 1;
      const k0 = Math.floor(start / slice);
      const k1 = Math.floor(end / slice);
      low[2] = Math.min(low[2], k0);
      high[2] = Math.max(high[2], k1);
      const row0 = Math.floor(start / nx);
      const row1 = Math.floor(end / nx);
      const wholeRows = row0 !== row1;
      low[0] = Math.min(low[0], wholeRows ? 0 : start % nx);
      high[0] = Math.max(high[0], wholeRows ? nx - 1 : end % nx);
      low[1] = Math.min(low[1], k0 === k1 ? row0 % ny : 0);
      high[1] = Math.max(high[1], k0 === k1 ? row1 % ny : ny - 1);
    });
    if (high[0] >= 0) this.changed({ low, high });
  }

  /** Takes a whole other mask of the same grid, as after somebody else's change. */
  replace(labels: Uint8Array): void {
    this.labels.set(labels);
    this.recount();
    this.changed({ low: [0, 0, 0], high: this.shape.map((n) => n - 1) as Triple });
  }

  /** By index: 80 million voxels take an iterator most of a second. */
  private recount(): void {
    const { labels, counts } = this;
    counts.fill(0);
    for (let n = 0; n < labels.length; n++) counts[labels[n]]++;
  }

  /** Called by whoever wrote to `labels` and `counts`. */
  changed(box: Box): void {
    this.revision++;
    for (const listener of this.listeners) listener(box);
  }

  subscribe(listener: ChangeListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
