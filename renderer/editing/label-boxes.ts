// Where each structure lies: bounds kept as the mask changes, so that an operation cuts out no more than it needs.
import type { Triple } from '../../electron/contract/geometry.ts';
import { unite, type Box, type LabelVolume } from './label-volume.ts';

const WARM_SLICES = 16;

export class LabelBoxes {
  private readonly volume: LabelVolume;
  /** Hold every voxel of their label; may be wider than it. */
  private readonly bounds = new Map<number, Box>();
  private stale: Box | null;

  constructor(volume: LabelVolume) {
    this.volume = volume;
    this.stale = { low: [0, 0, 0], high: volume.shape.map((n) => n - 1) as Triple };
    volume.subscribe((box) => (this.stale = this.stale ? unite(this.stale, box) : box));
  }

  /** The tight box of a label, or null when nothing of it is drawn. */
  of(label: number): Box | null {
    if (this.stale) this.scan(this.stale);
    this.stale = null;
    if (this.volume.counts[label] === 0) {
      this.bounds.delete(label);
      return null;
    }
    const tight = this.bounds.get(label);
    if (!tight) return null;
    this.tighten(label, tight);
    return { low: [...tight.low], high: [...tight.high] };
  }

  /** Looks at a mask that has just been opened a few slices at a time, so that the first operation need not. */
  async warm(): Promise<void> {
    while (this.stale) {
      const { low, high } = this.stale;
      const last = Math.min(high[2], low[2] + WARM_SLICES - 1);
      this.scan({ low, high: [high[0], high[1], last] });
      this.stale = last === high[2] ? null : { low: [low[0], low[1], last + 1], high };
      await new Promise((resolve) => setTimeout(resolve));
    }
  }

  /** Widens the bounds by what lies in `within`. Four voxels at a time: most of a mask is empty. */
  private scan(within: Box): void {
    const { labels, shape } = this.volume;
    const [nx, ny] = shape;
    const { low, high } = within;
    const aligned = labels.byteOffset % 4 === 0;
    const words = new Uint32Array(
      labels.buffer,
      aligned ? labels.byteOffset : 0,
      aligned ? labels.length >> 2 : 0,
    );
    for (let k = low[2]; k <= high[2]; k++) {
      for (let j = low[1]; j <= high[1]; j++) {
        const row = nx * (j + ny * k);
        const end = row + high[0];
        for (let at = row + low[0]; at <= end; at++) {
          if (aligned && (at & 3) === 0) {
            while (at + 3 <= end && words[at >> 2] === 0) at += 4;
            if (at > end) break;
          }
          if (labels[at] !== 0) at = this.note(at, end, row, j, k);
        }
      }
    }
  }

  /** Takes in the run of one label from `at`; answers its last voxel. */
  private note(at: number, end: number, row: number, j: number, k: number): number {
    const { labels } = this.volume;
    const label = labels[at];
    let last = at;
    while (last < end && labels[last + 1] === label) last++;
    const [i0, i1] = [at - row, last - row];
    const box = this.bounds.get(label);
    if (!box) this.bounds.set(label, { low: [i0, j, k], high: [i1, j, k] });
    else {
      if (i0 < box.low[0]) box.low[0] = i0;
      if (i1 > box.high[0]) box.high[0] = i1;
      if (j < box.low[1]) box.low[1] = j;
      if (j > box.high[1]) box.high[1] = j;
      if (k < box.low[2]) box.low[2] = k;
      if (k > box.high[2]) box.high[2] = k;
    }
    return last;
  }

  /** Takes away the faces of the box that hold nothing of the label: mostly one look at each is enough. */
  private tighten(label: number, box: Box): void {
    for (const axis of [2, 1, 0] as const) {
      while (box.low[axis] < box.high[axis] && !this.holds(label, box, axis, box.low[axis])) box.low[axis]++;
      while (box.high[axis] > box.low[axis] && !this.holds(label, box, axis, box.high[axis]))
        box.high[axis]--;
    }
  }

  /** Whether the box has the label in its slice at `index` across `axis`. */
  private holds(label: number, box: Box, axis: 0 | 1 | 2, index: number): boolean {
    const { labels, shape } = this.volume;
    const [low, high] = [[...box.low], [...box.high]];
    low[axis] = high[axis] = index;
    for (let k = low[2]; k <= high[2]; k++) {
      for (let j = low[1]; j <= high[1]; j++) {
        const row = shape[0] * (j + shape[1] * k);
        for (let at = row + low[0]; at <= row + high[0]; at++) if (labels[at] === label) return true;
      }
    }
    return false;
  }
}
