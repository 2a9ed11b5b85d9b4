// Runs of equal voxels along the rows of a mask.

export interface Runs {
  /** Voxel indices in ascending order: the first of each run, and one past its last. */
  starts: Int32Array;
  ends: Int32Array;
  /** Which run is the first of each row; one more entry says where the last row's runs end. */
  firstOfRow: Int32Array;
}

/** The runs of `wanted` in a mask whose rows have `nx` voxels; none goes over the end of its row. */
export function runsOf(mask: Uint8Array, wanted: number, nx: number): Runs {
  const rows = mask.length / nx;
  let starts = new Int32Array(1024);
  let ends = new Int32Array(1024);
  let count = 0;
  const firstOfRow = new Int32Array(rows + 1);
  for (let row = 0, at = 0; row < rows; row++, at += nx) {
    firstOfRow[row] = count;
    for (let i = 0; i < nx; i++) {
      if (mask[at + i] !== wanted) continue;
      const start = i;
      while (i < nx && mask[at + i] === wanted) i++;
      if (count === starts.length) [starts, ends] = [longer(starts), longer(ends)];
      starts[count] = at + start;
      ends[count++] = at + i;
    }
  }
  firstOfRow[rows] = count;
  return { starts: starts.subarray(0, count), ends: ends.subarray(0, count), firstOfRow };
}

function longer(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const out = new Int32Array(array.length * 2);
  out.set(array);
  return out;
}
