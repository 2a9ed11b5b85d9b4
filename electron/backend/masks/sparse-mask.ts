// The present mask of a read at a small price: pages of one label cost a byte. It says whether a stroke fits.
import { forEachMaskRun, forEachPatchRun } from '../../contract/mask-bytes.ts';

const PAGE = 4096;

/**
 * One label a voxel in pages of 4096 voxels; a page that holds one label throughout is not spelt out. An organ in
 * 512×512×300 voxels takes a few MB where an array takes 79.
 */
export class SparseMask {
  readonly voxels: number;
  private readonly uniform: Uint8Array;
  private readonly spelt = new Map<number, Uint8Array>();

  constructor(voxels: number) {
    this.voxels = voxels;
    this.uniform = new Uint8Array(Math.ceil(voxels / PAGE));
  }

  /** From mask bytes (contract/mask-bytes). */
  static of(bytes: Uint8Array, voxels: number): SparseMask {
    const mask = new SparseMask(voxels);
    forEachMaskRun(bytes, (start, length, label) => {
      if (label !== 0) mask.fill(start, length, label);
    });
    return mask;
  }

  /** The first voxel that is not what the patch (patch bytes) says it was, or null when the patch fits. */
  misfit(patch: Uint8Array, direction: 'do' | 'undo'): number | null {
    let found: number | null = null;
    forEachPatchRun(patch, this.voxels, (start, length, before, after) => {
      found ??= this.firstOther(start, length, direction === 'do' ? before : after);
    });
    return found;
  }

  /** Applies a patch that fits. */
  apply(patch: Uint8Array, direction: 'do' | 'undo'): void {
    forEachPatchRun(patch, this.voxels, (start, length, before, after) => {
      this.fill(start, length, direction === 'do' ? after : before);
    });
  }

  label(voxel: number): number {
    const page = Math.floor(voxel / PAGE);
    return this.spelt.get(page)?.[voxel - page * PAGE] ?? this.uniform[page];
  }

  private fill(start: number, length: number, label: number): void {
    for (const { page, from, to } of pagesOf(start, length)) {
      if (to - from === PAGE) {
        this.uniform[page] = label;
        this.spelt.delete(page);
        continue;
      }
      let labels = this.spelt.get(page);
      if (!labels) {
        if (this.uniform[page] === label) continue;
        labels = new Uint8Array(PAGE).fill(this.uniform[page]);
        this.spelt.set(page, labels);
      }
      labels.fill(label, from, to);
    }
  }

  private firstOther(start: number, length: number, label: number): number | null {
    for (const { page, from, to } of pagesOf(start, length)) {
      const labels = this.spelt.get(page);
      if (!labels) {
        if (this.uniform[page] !== label) return page * PAGE + from;
        continue;
      }
      for (let v = from; v < to; v++) if (labels[v] !== label) return page * PAGE + v;
    }
    return null;
  }
}

/** The pages that a run of voxels touches, with the part of each. */
function* pagesOf(start: number, length: number): Generator<{ page: number; from: number; to: number }> {
  const end = start + length;
  for (let at = start; at < end;) {
    const page = Math.floor(at / PAGE);
    const first = page * PAGE;
    const stop = Math.min(end, first + PAGE);
    yield { page, from: at - first, to: stop - first };
    at = stop;
  }
}
