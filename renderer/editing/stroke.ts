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
    const { indices, before } = ascending(this.indices, this.before, this.count);
    const after = new Uint8Array(this.count);
    let voxels = 0;
    for (let n = 0; n < this.count; n++) {
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

const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;

/**
 * The first `count` voxels by ascending index, each with its old label. A radix sort: a large ball leaves millions of
 * voxels, and comparing them would hold the hand up for most of a second.
 */
function ascending(
  indices: Uint32Array,
  before: Uint8Array,
  count: number,
): { indices: Uint32Array; before: Uint8Array } {
  let from: { indices: Uint32Array; before: Uint8Array } = {
    indices: indices.subarray(0, count),
    before: before.subarray(0, count),
  };
  let to: typeof from = { indices: new Uint32Array(count), before: new Uint8Array(count) };
  const starts = new Uint32Array(DIGITS);
  for (let shift = 0; shift < 32; shift += DIGIT_BITS) {
    starts.fill(0);
    for (let n = 0; n < count; n++) starts[(from.indices[n] >>> shift) & (DIGITS - 1)]++;
    for (let digit = 0, start = 0; digit < DIGITS; digit++) {
      const size = starts[digit];
      starts[digit] = start;
      start += size;
    }
    for (let n = 0; n < count; n++) {
      const at = starts[(from.indices[n] >>> shift) & (DIGITS - 1)]++;
      to.indices[at] = from.indices[n];
      to.before[at] = from.before[n];
    }
    [from, to] = [to, from];
  }
  return from;
}
