// What the surface worker gets: each structure cut out in its own box, coarser where it is large.
import type { Grid, Triple } from '../../electron/contract/geometry.ts';
import type { SurfaceTask } from './surface-worker.ts';

/** Voxels a structure's box may have before it is thinned out: keeps one surface below half a second. */
const MOST_VOXELS = 900_000;

/** Inclusive bounds of every asked label in one pass; labels that do not occur are left out. */
export function labelBoxes(
  labels: Uint8Array,
  shape: Readonly<Triple>,
  asked: ReadonlySet<number>,
): Map<number, { low: Triple; high: Triple }> {
  const [nx, ny, nz] = shape;
  const boxes = new Map<number, { low: Triple; high: Triple }>();
  const wanted = new Uint8Array(256);
  for (const label of asked) wanted[label] = 1;
  for (let k = 0, n = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++, n++) {
        const label = labels[n];
        if (label === 0 || wanted[label] === 0) continue;
        let box = boxes.get(label);
        if (!box) boxes.set(label, (box = { low: [i, j, k], high: [i, j, k] }));
        if (i < box.low[0]) box.low[0] = i;
        else if (i > box.high[0]) box.high[0] = i;
        if (j < box.low[1]) box.low[1] = j;
        else if (j > box.high[1]) box.high[1] = j;
        box.high[2] = k;
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
  box: { low: Triple; high: Triple },
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
