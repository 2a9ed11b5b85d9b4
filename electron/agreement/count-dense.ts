// Joint counts of two label arrays: background is skipped sixteen voxels at a time, the rest goes by runs.
import { JointCounts } from './joint-counts.ts';
import { checkGrid, type MaskGrid } from './types.ts';

/**
 * Counts every pair of labels of two masks and boxes every label, in one pass.
 * `reference` and `test`: one label 0…255 a voxel on `grid`, i fastest. Throws RangeError when a length does not fit.
 */
export function countDense(reference: Uint8Array, test: Uint8Array, grid: MaskGrid): JointCounts {
  checkGrid(grid);
  const counts = new JointCounts(grid.shape);
  const total = counts.total;
  for (const [name, mask] of [['reference', reference] as const, ['test', test] as const]) {
    if (mask.length !== total) {
      throw new RangeError(`the ${name} has ${mask.length} voxels and its grid ${total}`);
    }
  }
  const a = aligned(reference);
  const b = aligned(test);
  const words = total >> 2;
  const wordsA = new Int32Array(a.buffer, a.byteOffset, words);
  const wordsB = new Int32Array(b.buffer, b.byteOffset, words);
  let voxel = 0;
  while (voxel < total) {
    const word = skipBackground(wordsA, wordsB, voxel >> 2);
    voxel = foregroundRuns(counts, a, b, wordsA, wordsB, word << 2);
  }
  return counts;
}

/** A view that starts on a multiple of four bytes, so that words can be read; copies only when it must. */
function aligned(mask: Uint8Array): Uint8Array {
  return mask.byteOffset % 4 === 0 ? mask : mask.slice();
}

/** The first word at or after `word` in which either mask has a label. */
function skipBackground(a: Int32Array, b: Int32Array, word: number): number {
  const end = a.length;
  while (
    word + 3 < end &&
    (a[word] |
      b[word] |
      a[word + 1] |
      b[word + 1] |
      a[word + 2] |
      b[word + 2] |
      a[word + 3] |
      b[word + 3]) ===
      0
  ) {
    word += 4;
  }
  while (word < end && (a[word] | b[word]) === 0) word++;
  return word;
}

/** Adds runs from voxel `at` (a word's first) until the masks are both background at a word's end; where it stopped. */
function foregroundRuns(
  counts: JointCounts,
  a: Uint8Array,
  b: Uint8Array,
  wordsA: Int32Array,
  wordsB: Int32Array,
  at: number,
): number {
  const total = a.length;
  while (at < total) {
    const x = a[at];
    const y = b[at];
    if ((x | y) === 0) {
      at++;
      if ((at & 3) === 0) return at;
      continue;
    }
    let end = at + 1;
    while ((end & 3) !== 0 && end < total && a[end] === x && b[end] === y) end++;
    if ((end & 3) === 0) {
      const wordX = Math.imul(x, 0x01010101);
      const wordY = Math.imul(y, 0x01010101);
      let word = end >> 2;
      while (word < wordsA.length && wordsA[word] === wordX && wordsB[word] === wordY) word++;
      end = word << 2;
      while (end < total && a[end] === x && b[end] === y) end++;
    }
    counts.add(at, end, x, y);
    at = end;
  }
  return at;
}
