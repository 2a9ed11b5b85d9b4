// Voxels of each label in each slice, kept as strokes come: only slices that a change touched are counted again.
import type { Triple } from '../../../electron/contract/geometry.ts';
import type { Box } from '../../editing/label-volume.ts';

const LABELS = 256;

export class SliceCounts {
  private readonly shape: Readonly<Triple>;
  /** [slice][label] */
  private readonly counts: Uint32Array;
  private readonly stale: Uint8Array;
  private staleFrom = 0;
  /** Slices in which each label occurs. */
  private readonly slices = new Uint32Array(LABELS);

  constructor(shape: Readonly<Triple>) {
    this.shape = shape;
    this.counts = new Uint32Array(LABELS * shape[2]);
    this.stale = new Uint8Array(shape[2]).fill(1);
  }

  changed(box: Box): void {
    this.stale.fill(1, box.low[2], box.high[2] + 1);
    this.staleFrom = Math.min(this.staleFrom, box.low[2]);
  }

  /** Counts at most `most` slices again; false when nothing is stale any more. */
  work(labels: Uint8Array, most: number): boolean {
    const depth = this.shape[2];
    for (let left = most; left > 0; left--) {
      const k = this.stale.indexOf(1, this.staleFrom);
      if (k < 0) {
        this.staleFrom = depth;
        return false;
      }
      this.stale[k] = 0;
      this.staleFrom = k + 1;
      this.count(labels, k);
    }
    return this.stale.indexOf(1, this.staleFrom) >= 0;
  }

  private count(labels: Uint8Array, k: number): void {
    const size = this.shape[0] * this.shape[1];
    const counts = this.counts.subarray(k * LABELS, (k + 1) * LABELS);
    for (let label = 0; label < LABELS; label++) {
      if (counts[label] > 0) this.slices[label]--;
    }
    counts.fill(0);
    for (let n = k * size; n < (k + 1) * size; n++) counts[labels[n]]++;
    for (let label = 0; label < LABELS; label++) {
      if (counts[label] > 0) this.slices[label]++;
    }
  }

  slicesOf(label: number): number {
    return this.slices[label];
  }
  voxelsIn(label: number, k: number): number {
    return this.counts[k * LABELS + label];
  }
  /** The first and last slice with the label, or null when there is none. */
  rangeOf(label: number): [number, number] | null {
    let first = -1;
    let last = -1;
    for (let k = 0; k < this.shape[2]; k++) {
      if (this.counts[k * LABELS + label] === 0) continue;
      if (first < 0) first = k;
      last = k;
    }
    return first < 0 ? null : [first, last];
  }
}
