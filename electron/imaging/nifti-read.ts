// NIfTI files to volumes.
import { basename } from 'node:path';
import type { Grid } from '../contract/geometry.ts';
import { voxelCount } from '../contract/geometry.ts';
import { checkPromise, readStart, type FileStart, type OnProgress } from './file-bytes.ts';
import { finishVoxels } from './finish-voxels.ts';
import { niftiGrid } from './nifti-grid.ts';
import { parseNiftiHeader, type NiftiHeader } from './nifti-header.ts';
import { damagedHeader, refuse } from './refusals.ts';
import { readStoredVoxels } from './stored-voxels.ts';
import type { Volume } from './volume.ts';
import { bytesPerVoxel, type StoredType } from './voxel-types.ts';

const TYPES: Readonly<Record<number, StoredType>> = {
  2: 'uint8',
  4: 'int16',
  8: 'int32',
  16: 'float32',
  64: 'float64',
  256: 'int8',
  512: 'uint16',
  768: 'uint32',
  1024: 'int64',
  1280: 'uint64',
};
const VECTOR_TYPES = new Set([128, 2304]);

export interface NiftiFacts {
  header: NiftiHeader;
  grid: Grid;
  storedType: StoredType;
  warnings: string[];
}

/** Everything the header says, checked against the size of the file; no voxel is read. */
export function niftiFacts(start: FileStart, path: string): NiftiFacts {
  const header = parseNiftiHeader(start.bytes, path);
  const storedType = niftiType(header.datatype, path);
  const { grid, warnings } = niftiGrid(header, path);
  const minimumOffset = header.version === 1 ? 348 : 540;
  // Some writers leave the offset at zero and mean “right after the header and its four extension bytes”.
  if (header.voxelOffset === 0) header.voxelOffset = minimumOffset + 4;
  if (!Number.isFinite(header.voxelOffset) || header.voxelOffset < minimumOffset) {
    throw damagedHeader(path, `its voxels would begin at byte ${header.voxelOffset}, inside the header`);
  }
  const promised = voxelCount(grid) * bytesPerVoxel(storedType);
  checkPromise(path, promised, start.byteLength - (start.gzipped ? 0 : header.voxelOffset), start.gzipped);
  return { header, grid, storedType, warnings };
}

function niftiType(code: number, path: string): StoredType {
  const type = TYPES[code];
  if (type) return type;
  if (VECTOR_TYPES.has(code)) {
    throw refuse(
      'volume-is-vector',
      path,
      'holds colours (RGB), not one value a voxel. Export the grey-value volume instead.',
    );
  }
  const what = code === 32 || code === 1792 || code === 2048 ? 'complex numbers' : `NIfTI data type ${code}`;
  throw refuse('voxel-type-unsupported', path, `stores ${what}, which Concord does not open.`);
}

/** Reads a NIfTI-1 or NIfTI-2 file, gzipped or not. Voxels own their buffer; rescaling is applied. */
export async function readNifti(path: string, onProgress?: OnProgress): Promise<Volume> {
  const start = await readStart(path);
  const { header, grid, storedType, warnings } = niftiFacts(start, path);
  const { voxels: stored, surplus } = await readStoredVoxels(
    { path, packed: start.gzipped, skip: header.voxelOffset, onProgress },
    { type: storedType, count: voxelCount(grid), littleEndian: header.littleEndian },
  );
  if (surplus > 0) {
    warnings.push(
      `${surplus.toLocaleString('en-US')} bytes follow the voxels of “${basename(path)}” and are ignored.`,
    );
  }
  const finished = finishVoxels(stored, niftiScale(header), path);
  return {
    grid,
    voxelType: finished.voxelType,
    voxels: finished.voxels,
    format: 'nifti',
    modality: null,
    warnings: [...warnings, ...finished.warnings],
  };
}

/** A slope of zero (or none) means that the stored numbers are the values. */
function niftiScale(header: NiftiHeader): { slope: number; intercept: number } {
  if (!Number.isFinite(header.slope) || header.slope === 0) return { slope: 1, intercept: 0 };
  return { slope: header.slope, intercept: Number.isFinite(header.intercept) ? header.intercept : 0 };
}
