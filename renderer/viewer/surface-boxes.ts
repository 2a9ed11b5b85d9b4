// What the surface worker gets: each structure cut out in its own box, coarser where it is large.
import type { Grid, Triple } from '../../electron/contract/geometry.ts';
import { unite, type Box, type LabelVolume } from '../editing/label-volume.ts';
import type { SurfaceTask } from './surface-worker.ts';

/** Voxels a structure's box may have before it is thinned out: keeps one surface below half a second. */
const MOST_VOXELS = 900_000;

/**
 * Bounds that hold every voxel of each label, kept as strokes come: only what changed is looked at again. They grow with
 * a structure and shrink when it is gone altogether.
 */
export class LabelBounds {
  private readonly bounds = new Map<number, Box>();
  private readonly counts = new Uint32Array(256);
  private stale: Box | null;

  constructor(shape: Readonly<Triple>) {
    this.stale = { low: [0, 0, 0], high: shape.map((n) => n - 1) as Triple };
  }

  changed(box: Box): void {
    this.stale = this.stale ? unite(this.stale, box) : box;
  }

  /** Brings the bounds up to date; the labels whose voxels may be others than last time. */
  update(volume: Pick<LabelVolume, 'labels' | 'shape' | 'counts'>): Set<number> {
    const changed = new Set<number>();
    if (!this.stale) return changed;
    for (const [label, box] of labelBoxes(volume.labels, volume.shape, this.stale)) {
      const known = this.bounds.get(label);
      this.bounds.set(label, known ? unite(known, box) : box);
      changed.add(label);
    }
    this.stale = null;
    for (let label = 1; label < 256; label++) {
      if (this.counts[label] !== volume.counts[label]) changed.add(label);
      if (volume.counts[label] === 0) this.bounds.delete(label);
    }
    this.counts.set(volume.counts);
    return changed;
  }

  of(label: number): Box | undefined {
    return this.bounds.get(label);
  }
}

/** Inclusive bounds of every label inside `within`, in one pass; background is left out. */
export function labelBoxes(labels: Uint8Array, shape: Readonly<Triple>, within: Box): Map<number, Box> {
  const [nx, ny] = shape;
  const boxes = new Map<number, Box>();
  const { low, high } = within;
  for (let k = low[2]; k <= high[2]; k++) {
    for (let j = low[1]; j <= high[1]; j++) {
      const row = nx * (j + ny * k);
      let box: Box | undefined;
      let boxed = 0;
      for (let i = low[0]; i <= high[0]; i++) {
        const label = labels[row + i];
        if (label === 0) continue;
        if (label !== boxed) {
          box = boxes.get(label);
          boxed = label;
          if (!box) boxes.set(label, (box = { low: [i, j, k], high: [i, j, k] }));
        }
        if (i < box!.low[0]) box!.low[0] = i;
        else if (i > box!.high[0]) box!.high[0] = i;
        if (j < box!.low[1]) box!.low[1] = j;
        else if (j > box!.high[1]) box!.high[1] = j;
        box!.high[2] = k;
      }
    }
  }
  return boxes;
}

/** Cuts one label out with a margin of one sample. The frame is mm along the grid's own axes. */
export function surfaceTask(
  labels: Uint8Array,
  grid: Grid,
  label: number,
  box: Box,
  generation: number,
): SurfaceTask {
  const extent = box.low.map((low, axis) => box.high[axis] - low + 1) as Triple;
  const step: Triple = [1, 1, 1];
  const size = () => extent.map((n, axis) => Math.ceil(n / step[axis]) + 2) as Triple;
  // Thin out the finest axis first, so that samples stay about as long as wide.
  while (size().reduce((product, n) => product * n, 1) > MOST_VOXELS) {
    const lengths = grid.spacing.map((spacing, axis) => spacing * step[axis]);
    step[lengths.indexOf(Math.min(...lengths))]++;
  }
  const shape = size();
  const occupancy = new Uint8Array(shape[0] * shape[1] * shape[2]);
  const [nx, ny] = grid.shape;
  for (let k = 1; k < shape[2] - 1; k++) {
    for (let j = 1; j < shape[1] - 1; j++) {
      const row = nx * (box.low[1] + (j - 1) * step[1] + ny * (box.low[2] + (k - 1) * step[2]));
      for (let i = 1; i < shape[0] - 1; i++) {
        const voxel = row + box.low[0] + (i - 1) * step[0];
        if (labels[voxel] === label) occupancy[i + shape[0] * (j + shape[1] * k)] = 1;
      }
    }
  }
  const spacing = grid.spacing.map((s, axis) => s * step[axis]) as Triple;
  const origin = box.low.map((low, axis) => low * grid.spacing[axis] - spacing[axis]) as Triple;
  return { generation, label, occupancy, shape, spacing, origin };
}
