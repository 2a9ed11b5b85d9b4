// How often label x in one mask meets label y in the other, and where each label is: all labels in one pass.
import type { Box } from './box.ts';
import type { Shape } from './types.ts';

/** Counts of one label: voxels in the reference, in the test, in both, and the box around either. */
export interface LabelCounts {
  readonly reference: number;
  readonly test: number;
  readonly both: number;
  /** Voxels of the whole grid. */
  readonly total: number;
  /** Box around the label in either mask; null when it is in neither. */
  readonly box: Box | null;
}

/** Gathers runs of voxels over which both masks keep their label. Background against background is not added. */
export class JointCounts {
  readonly total: number;
  private readonly joint = new Float64Array(256 * 256);
  private readonly boxes = new Int32Array(256 * 6);
  private readonly nx: number;
  private readonly ny: number;

  constructor(shape: Shape) {
    this.nx = shape[0];
    this.ny = shape[1];
    this.total = shape[0] * shape[1] * shape[2];
    for (let label = 0; label < 256; label++) this.boxes.fill(0x7fffffff, label * 6, label * 6 + 3);
    for (let label = 0; label < 256; label++) this.boxes.fill(-1, label * 6 + 3, label * 6 + 6);
  }

  /** Voxels [start, end) of the grid (linear, i fastest) carry label `x` in the reference and `y` in the test. */
  add(start: number, end: number, x: number, y: number): void {
    this.joint[x * 256 + y] += end - start;
    const firstRow = Math.floor(start / this.nx);
    const lastRow = Math.floor((end - 1) / this.nx);
    let i0 = start - firstRow * this.nx;
    let i1 = end - 1 - lastRow * this.nx;
    const k0 = Math.floor(firstRow / this.ny);
    const k1 = Math.floor(lastRow / this.ny);
    let j0 = firstRow - k0 * this.ny;
    let j1 = lastRow - k1 * this.ny;
    if (lastRow > firstRow) {
      // A run over the end of a row touches both ends of rows, over the end of a slice both ends of slices.
      i0 = 0;
      i1 = this.nx - 1;
      if (k1 > k0) {
        j0 = 0;
        j1 = this.ny - 1;
      }
    }
    if (x !== 0) this.widen(x * 6, i0, j0, k0, i1, j1, k1);
    if (y !== 0 && y !== x) this.widen(y * 6, i0, j0, k0, i1, j1, k1);
  }

  private widen(at: number, i0: number, j0: number, k0: number, i1: number, j1: number, k1: number): void {
    const boxes = this.boxes;
    if (i0 < boxes[at]) boxes[at] = i0;
    if (j0 < boxes[at + 1]) boxes[at + 1] = j0;
    if (k0 < boxes[at + 2]) boxes[at + 2] = k0;
    if (i1 > boxes[at + 3]) boxes[at + 3] = i1;
    if (j1 > boxes[at + 4]) boxes[at + 4] = j1;
    if (k1 > boxes[at + 5]) boxes[at + 5] = k1;
  }

  /** The counts of one label, 1…255. */
  of(label: number): LabelCounts {
    let reference = 0;
    let test = 0;
    for (let other = 0; other < 256; other++) {
      reference += this.joint[label * 256 + other];
      test += this.joint[other * 256 + label];
    }
    return {
      reference,
      test,
      both: this.joint[label * 256 + label],
      total: this.total,
      box: this.boxOf(label),
    };
  }

  /** Labels 1…255 that occur in either mask, ascending. */
  labels(): number[] {
    return Array.from({ length: 255 }, (_, n) => n + 1).filter((label) => this.boxes[label * 6 + 3] >= 0);
  }

  private boxOf(label: number): Box | null {
    const at = label * 6;
    const b = this.boxes;
    if (b[at + 3] < 0) return null;
    return { low: [b[at], b[at + 1], b[at + 2]], high: [b[at + 3], b[at + 4], b[at + 5]] };
  }
}
