// The surface of a label: its voxels with a 6-neighbour that is something else or outside the grid.
//
// Three slices at a time are held as bytes of 0 and 1 with a margin of zeros; four voxels are judged at once as one
// word. Memory is that of three slices, whatever the distance between the label's ends.
import type { Box } from './box.ts';

/** One slice of a label as 0 and 1: voxel (i, j) of the grid is at `start + j·width + i`, inside the box only. */
export interface LabelSlice {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly width: number;
}
/** Writes ones where the label is in slice k, inside the box, into a slice of zeros. Called with k ascending. */
export type FillSlice = (k: number, slice: LabelSlice) => void;

/**
 * Surface voxels as triples i, j, k (grid indices, in scan order). `box` must hold every voxel of the label, so that
 * what lies beyond it, in the grid or outside, is not the label.
 */
export function surfaceVoxels(box: Box, fill: FillSlice): Int32Array {
  const { low, high } = box;
  // A margin word on the left of each row; what is right of a row's end is the next row's margin.
  const rowWords = 1 + Math.ceil((high[0] - low[0] + 1) / 4);
  const rows = high[1] - low[1] + 3;
  const start = 4 + 4 * rowWords - low[1] * 4 * rowWords - low[0];
  const slices = [0, 1, 2].map(() => new Uint8Array(4 * (rowWords * rows + 1)));
  const words = slices.map((bytes) => new Int32Array(bytes.buffer));
  const found = new TripleList();
  if (high[2] >= low[2]) fill(low[2], { bytes: slices[low[2] % 3], start, width: 4 * rowWords });
  for (let k = low[2]; k <= high[2]; k++) {
    const next = slices[(k + 1) % 3].fill(0);
    if (k < high[2]) fill(k + 1, { bytes: next, start, width: 4 * rowWords });
    const [before, here, after] = [words[(k + 2) % 3], words[k % 3], words[(k + 1) % 3]];
    for (let row = 1; row < rows - 1; row++) {
      for (let at = row * rowWords + 1; at < (row + 1) * rowWords; at++) {
        const word = here[at];
        if (word === 0) continue;
        const left = (word << 8) | (here[at - 1] >>> 24);
        const right = (word >>> 8) | (here[at + 1] << 24);
        const inner = left & right & here[at - rowWords] & here[at + rowWords] & before[at] & after[at];
        const surface = word & ~inner;
        if (surface === 0) continue;
        const i = low[0] + 4 * (at - row * rowWords - 1);
        const j = low[1] + row - 1;
        for (let byte = 0; byte < 4; byte++) if ((surface >>> (8 * byte)) & 1) found.add(i + byte, j, k);
      }
    }
  }
  return found.finish();
}

/** Fills slices from a dense label array of a whole grid, i fastest. */
export function denseSlices(
  mask: Uint8Array,
  nx: number,
  ny: number,
  label: number,
  { low, high }: Box,
): FillSlice {
  return (k, { bytes, start, width }) => {
    for (let j = low[1]; j <= high[1]; j++) {
      const from = (k * ny + j) * nx;
      const to = start + j * width;
      for (let i = low[0]; i <= high[0]; i++) if (mask[from + i] === label) bytes[to + i] = 1;
    }
  };
}

/** A growing list of index triples. */
class TripleList {
  private values = new Int32Array(3 * 4096);
  private length = 0;

  add(i: number, j: number, k: number): void {
    if (this.length + 3 > this.values.length) {
      const larger = new Int32Array(this.values.length * 2);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.length++] = i;
    this.values[this.length++] = j;
    this.values[this.length++] = k;
  }
  finish(): Int32Array {
    return this.values.slice(0, this.length);
  }
}
