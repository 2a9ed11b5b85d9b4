// One stroke: the first old label of each voxel it touches, so that it can be stored, or taken back, as one step.
import { encodePatch } from '../../electron/contract/mask-bytes.ts';
import type { LabelVolume } from './label-volume.ts';

export interface FinishedStroke {
  /** Patch bytes (contract/mask-bytes). */
  bytes: Uint8Array<ArrayBuffer>;
  voxels: number;
}

export class Stroke {
  private readonly volume: LabelVolume;
  private readonly touched: Uint32Array;
  private indices = new Uint32Array(4096);
  private before = new Uint8Array(4096);
  private count = 0;

  constructor(volume: LabelVolume) {
    this.volume = volume;
    this.touched = volume.touchedBits();
  }

  /** Sets one voxel. */
  set(index: number, label: number): void {
    const { labels, counts } = this.volume;
    const old = labels[index];
    if (old === label) return;
    const word = index >>> 5;
    const bit = 1 << (index & 31);
    if ((this.touched[word] & bit) === 0) {
      this.touched[word] |= bit;
      if (this.count === this.indices.length) this.grow();
      this.indices[this.count] = index;
      this.before[this.count++] = old;
    }
    labels[index] = label;
    counts[old]--;
    counts[label]++;
  }

  /** The stroke as patch bytes, or null when nothing is different after all. The stroke is over. */
  finish(): FinishedStroke | null {
    // Index and old label sort together as one exact number: 2^32 voxels × 256 labels is below 2^53.
    const packed = new Float64Array(this.count);
    for (let n = 0; n < this.count; n++) packed[n] = this.indices[n] * 256 + this.before[n];
    packed.sort();
    const indices = new Uint32Array(this.count);
    const before = new Uint8Array(this.count);
    const after = new Uint8Array(this.count);
    let voxels = 0;
    for (let n = 0; n < this.count; n++) {
      indices[n] = Math.floor(packed[n] / 256);
      before[n] = packed[n] % 256;
      after[n] = this.volume.labels[indices[n]];
      if (before[n] !== after[n]) voxels++;
    }
    this.clear();
    return voxels === 0 ? null : { bytes: encodePatch(indices, before, after), voxels };
  }

  /** Puts every voxel back. The stroke is over. */
  cancel(): void {
    const { labels, counts } = this.volume;
    for (let n = 0; n < this.count; n++) {
      const index = this.indices[n];
      counts[labels[index]]--;
      counts[this.before[n]]++;
      labels[index] = this.before[n];
    }
    this.clear();
  }

  private clear(): void {
    for (let n = 0; n < this.count; n++) this.touched[this.indices[n] >>> 5] = 0;
    this.count = 0;
  }

  private grow(): void {
    const indices = new Uint32Array(this.indices.length * 2);
    indices.set(this.indices);
    this.indices = indices;
    const before = new Uint8Array(indices.length);
    before.set(this.before);
    this.before = before;
  }
}
