// Copying voxels into another axis order: whole rows where rows stay rows, small tiles where they do not.
import type { Triple } from '../contract/geometry.ts';
import type { Voxels } from './volume.ts';

/** Result voxel (i, j, k) is source[start + i·steps[0] + j·steps[1] + k·steps[2]]. */
export interface Reordering {
  /** Shape of the result. */
  shape: Triple;
  start: number;
  steps: Triple;
}

/** Tiles of 8 source lines by 64 result lines: few enough lines of either array to stay in cache whatever the strides. */
const TILE_I = 8;
const TILE_INNER = 64;

/** Applies a reordering; returns `source` itself when nothing moves. Throws TypeError for an array of another size. */
export function reorderVoxels<T extends Voxels>(source: T, reordering: Reordering): T {
  const { shape, start, steps } = reordering;
  const count = shape[0] * shape[1] * shape[2];
  if (source.length !== count) throw new TypeError(`expected ${count} voxels, got ${source.length}`);
  if (start === 0 && steps[0] === 1 && steps[1] === shape[0] && steps[2] === shape[0] * shape[1])
    return source;
  const result = new (source.constructor as new (length: number) => T)(count);
  if (Math.abs(steps[0]) === 1) copyRuns(source, result, mergedRuns(reordering));
  else copyTiles(asUnsigned(source), asUnsigned(result), reordering);
  return result;
}

/** The same memory as unsigned integers, so that the inner loops see few array types. */
function asUnsigned(voxels: Voxels): Uint8Array | Uint16Array | Uint32Array | BigUint64Array {
  const { buffer, byteOffset, length } = voxels;
  switch (voxels.BYTES_PER_ELEMENT) {
    case 1:
      return new Uint8Array(buffer, byteOffset, length);
    case 2:
      return new Uint16Array(buffer, byteOffset, length);
    case 4:
      return new Uint32Array(buffer, byteOffset, length);
    default:
      return new BigUint64Array(buffer, byteOffset, length);
  }
}

/** Runs along which both arrays are contiguous: rows, or whole slices where j simply continues what i began. */
interface Runs {
  length: number;
  start: number;
  backwards: boolean;
  counts: [number, number];
  steps: [number, number];
}

function mergedRuns({ shape, start, steps }: Reordering): Runs {
  const backwards = steps[0] < 0;
  if (steps[1] === steps[0] * shape[0]) {
    return { length: shape[0] * shape[1], start, backwards, counts: [1, shape[2]], steps: [0, steps[2]] };
  }
  return { length: shape[0], start, backwards, counts: [shape[1], shape[2]], steps: [steps[1], steps[2]] };
}

function copyRuns(source: Voxels, result: Voxels, { length, start, backwards, counts, steps }: Runs): void {
  for (let k = 0, at = 0; k < counts[1]; k++) {
    for (let j = 0; j < counts[0]; j++, at += length) {
      const first = start + j * steps[0] + k * steps[1] - (backwards ? length - 1 : 0);
      const run = result.subarray(at, at + length);
      run.set(source.subarray(first, first + length));
      if (backwards) run.reverse();
    }
  }
}

/** Tiles over i and over the result axis along which the source is contiguous. */
function copyTiles(
  source: ReturnType<typeof asUnsigned>,
  result: ReturnType<typeof asUnsigned>,
  { shape, start, steps }: Reordering,
): void {
  const inner = Math.abs(steps[1]) === 1 ? 1 : 2;
  const outer = 3 - inner;
  const strides = [1, shape[0], shape[0] * shape[1]];
  const tile = { innerStep: steps[inner], innerStride: strides[inner], iStep: steps[0] };
  for (let o = 0; o < shape[outer]; o++) {
    for (let n = 0; n < shape[inner]; n += TILE_INNER) {
      const nCount = Math.min(TILE_INNER, shape[inner] - n);
      for (let i = 0; i < shape[0]; i += TILE_I) {
        const from = start + i * steps[0] + n * steps[inner] + o * steps[outer];
        const to = i + n * strides[inner] + o * strides[outer];
        copyTile(source, result, from, to, Math.min(TILE_I, shape[0] - i), nCount, tile);
      }
    }
  }
}

function copyTile(
  source: ReturnType<typeof asUnsigned>,
  result: ReturnType<typeof asUnsigned>,
  from: number,
  to: number,
  iCount: number,
  nCount: number,
  { innerStep, innerStride, iStep }: { innerStep: number; innerStride: number; iStep: number },
): void {
  for (let n = 0; n < nCount; n++) {
    let read = from + n * innerStep;
    let write = to + n * innerStride;
    for (let i = 0; i < iCount; i++, read += iStep, write++) result[write] = source[read];
  }
}
