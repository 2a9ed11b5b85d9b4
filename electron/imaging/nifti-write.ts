// Volumes and masks as NIfTI-1 files, placed exactly where their grid says.
import { createGzip } from 'node:zlib';
import { Readable } from 'node:stream';
import { endianness } from 'node:os';
import { voxelCount, type Grid, type Triple } from '../contract/geometry.ts';
import { writeFileAtomically } from './atomic-file.ts';
import { cross, dot } from './file-grid.ts';
import type { Voxels, VoxelType } from './volume.ts';
import { bytesPerVoxel, voxelTypeOf } from './voxel-types.ts';

const DATATYPE_CODES: Readonly<Record<VoxelType, number>> = {
  uint8: 2,
  int16: 4,
  int32: 8,
  float32: 16,
  float64: 64,
  int8: 256,
  uint16: 512,
  uint32: 768,
};
const HEADER_LENGTH = 352;
const CHUNK = 1 << 20;
/** Masks and CT pack nearly as well at level 2 as at 6, in a third of the time. */
const GZIP_LEVEL = 2;

export interface NiftiContent {
  grid: Grid;
  /** Labels, one byte a voxel; or `voxels`. */
  labels?: Uint8Array;
  voxels?: Voxels;
  /** At most 79 characters of Latin text; more is cut off. */
  description?: string;
}

/**
 * Writes `.nii`, or `.nii.gz` when the name ends in .gz. sform and qform both hold the grid; the file appears whole
 * or not at all. Throws Problem `disk-full` or `file-not-writable`, TypeError when the array does not fit the grid.
 */
export async function writeNifti(path: string, content: NiftiContent): Promise<void> {
  const voxels = content.labels ?? content.voxels;
  if (!voxels || voxels.length !== voxelCount(content.grid)) {
    throw new TypeError(`expected ${voxelCount(content.grid)} voxels, got ${voxels?.length ?? 'none'}`);
  }
  const header = niftiHeaderBytes(content.grid, voxelTypeOf(voxels), content.description ?? '');
  const bytes = new Uint8Array(voxels.buffer, voxels.byteOffset, voxels.byteLength);
  const chunks = inChunks(header, bytes);
  if (!path.toLowerCase().endsWith('.gz')) return writeFileAtomically(path, chunks);
  const gzip = createGzip({ level: GZIP_LEVEL, chunkSize: CHUNK });
  const packed = Readable.from(chunks, { objectMode: false }).pipe(gzip);
  return writeFileAtomically(path, packed);
}

function* inChunks(header: Uint8Array, bytes: Uint8Array): Generator<Uint8Array> {
  yield header;
  for (let at = 0; at < bytes.length; at += CHUNK) yield bytes.subarray(at, at + CHUNK);
}

function niftiHeaderBytes(grid: Grid, type: VoxelType, description: string): Buffer {
  const bytes = Buffer.alloc(HEADER_LENGTH);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = endianness() === 'LE';
  const { quaternion, qfac } = quaternionOf(grid);
  view.setInt32(0, 348, little);
  view.setUint8(38, 'r'.charCodeAt(0));
  [3, ...grid.shape, 1, 1, 1, 1].forEach((n, at) => view.setInt16(40 + 2 * at, n, little));
  view.setInt16(70, DATATYPE_CODES[type], little);
  view.setInt16(72, 8 * bytesPerVoxel(type), little);
  [qfac, ...grid.spacing, 1, 1, 1, 1].forEach((v, at) => view.setFloat32(76 + 4 * at, v, little));
  view.setFloat32(108, HEADER_LENGTH, little);
  view.setFloat32(112, 1, little);
  view.setUint8(123, 2 | 8); // millimetres, seconds
  bytes.write(description.slice(0, 79), 148, 'latin1');
  view.setInt16(252, 1, little); // qform: scanner coordinates
  view.setInt16(254, 1, little); // sform: the same
  const origin = [-grid.origin[0], -grid.origin[1], grid.origin[2]];
  [...quaternion, ...origin].forEach((v, at) => view.setFloat32(256 + 4 * at, v, little));
  for (let row = 0; row < 3; row++) {
    const sign = row < 2 ? -1 : 1;
    for (let axis = 0; axis < 3; axis++) {
      const value = sign * grid.direction[3 * row + axis] * grid.spacing[axis];
      view.setFloat32(280 + 4 * (4 * row + axis), value + 0, little);
    }
    view.setFloat32(280 + 4 * (4 * row + 3), origin[row] + 0, little);
  }
  bytes.write('n+1', 344, 'latin1');
  return bytes;
}

/**
 * Quaternion (b, c, d) of the grid's RAS rotation, a ≥ 0, and qfac −1 when the axes are left-handed (the third
 * column is then turned round, as nifti1.h METHOD 2 undoes). Numerically stable form after Shepperd, 1978.
 */
function quaternionOf(grid: Grid): { quaternion: Triple; qfac: 1 | -1 } {
  const d = grid.direction;
  const x: Triple = [-d[0], -d[3], d[6]];
  const y: Triple = [-d[1], -d[4], d[7]];
  let z: Triple = [-d[2], -d[5], d[8]];
  const qfac = dot(cross(x, y), z) < 0 ? -1 : 1;
  if (qfac < 0) z = [-z[0], -z[1], -z[2]];
  const squares = [
    1 + x[0] + y[1] + z[2],
    1 + x[0] - y[1] - z[2],
    1 - x[0] + y[1] - z[2],
    1 - x[0] - y[1] + z[2],
  ];
  const largest = squares.indexOf(Math.max(...squares));
  const differences = [y[2] - z[1], z[0] - x[2], x[1] - y[0]];
  const sums = { bc: x[1] + y[0], bd: x[2] + z[0], cd: y[2] + z[1] };
  const rows: [number, number, number, number][] = [
    [squares[0], differences[0], differences[1], differences[2]],
    [differences[0], squares[1], sums.bc, sums.bd],
    [differences[1], sums.bc, squares[2], sums.cd],
    [differences[2], sums.bd, sums.cd, squares[3]],
  ];
  const row = rows[largest];
  const length = Math.hypot(...row) * (row[0] < 0 ? -1 : 1);
  return { quaternion: [row[1] / length, row[2] / length, row[3] / length], qfac };
}
