// What NRRD and MetaImage headers come down to: a grid, a voxel type, and where the bytes are.
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { voxelCount, type Grid } from '../contract/geometry.ts';
import { checkPromise, type OnProgress } from './file-bytes.ts';
import { finishVoxels } from './finish-voxels.ts';
import { fileProblem, refuse } from './refusals.ts';
import { readStoredVoxels } from './stored-voxels.ts';
import type { FileFormat, Volume, Voxels } from './volume.ts';
import { allocateVoxels, bytesPerVoxel, type StoredType } from './voxel-types.ts';

export type RawEncoding = 'raw' | 'packed' | 'text';

export interface RawImage {
  format: FileFormat;
  grid: Grid;
  storedType: StoredType;
  littleEndian: boolean;
  encoding: RawEncoding;
  /** The file that holds the voxels, and the byte where they (packed or not) begin; null: they end with the file. */
  dataPath: string;
  offset: number | null;
  slope: number;
  intercept: number;
  warnings: string[];
}

/** Checks that the data file is there and can hold what the header promises. Throws Problem. */
export async function checkRawImage(image: RawImage, headerPath: string): Promise<number> {
  const { size } = await stat(image.dataPath).catch((error) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw fileProblem(image.dataPath, error);
    throw refuse(
      'data-file-missing',
      headerPath,
      `keeps its voxels in “${basename(image.dataPath)}”, which is not beside it. Put both files into one folder.`,
    );
  });
  const promised = voxelCount(image.grid) * bytesPerVoxel(image.storedType);
  const offset = image.offset ?? Math.max(0, size - promised);
  // A number in text takes a digit and a separator at least.
  const atLeast = image.encoding === 'text' ? 2 * voxelCount(image.grid) - 1 : promised;
  checkPromise(image.dataPath, atLeast, size - offset, image.encoding === 'packed');
  return offset;
}

/** Reads the voxels. Throws Problems of readStoredVoxels and finishVoxels. */
export async function readRawImage(
  image: RawImage,
  headerPath: string,
  onProgress?: OnProgress,
): Promise<Volume> {
  const offset = await checkRawImage(image, headerPath);
  const warnings = [...image.warnings];
  let stored: Voxels;
  if (image.encoding === 'text') stored = await readText(image, offset);
  else {
    const read = await readStoredVoxels(
      { path: image.dataPath, packed: image.encoding === 'packed', fileOffset: offset, onProgress },
      { type: image.storedType, count: voxelCount(image.grid), littleEndian: image.littleEndian },
    );
    stored = read.voxels;
    if (read.surplus > 0) {
      const bytes = read.surplus.toLocaleString('en-US');
      warnings.push(`${bytes} bytes follow the voxels in “${basename(image.dataPath)}” and are ignored.`);
    }
  }
  const finished = finishVoxels(stored, { slope: image.slope, intercept: image.intercept }, headerPath);
  return {
    grid: image.grid,
    voxelType: finished.voxelType,
    voxels: finished.voxels,
    format: image.format,
    modality: null,
    warnings: [...warnings, ...finished.warnings],
  };
}

/** Numbers written out as text, separated by white space. */
async function readText(image: RawImage, offset: number): Promise<Voxels> {
  const text = (await readFile(image.dataPath)).toString('latin1', offset).trim();
  const words = text.split(/[\s,]+/);
  const count = voxelCount(image.grid);
  if (words.length < count) {
    const numbers = (n: number) => n.toLocaleString('en-US');
    throw refuse(
      'file-truncated',
      image.dataPath,
      `is cut short: its header promises ${numbers(count)} numbers and ${numbers(words.length)} are there.`,
    );
  }
  const type = image.storedType === 'int64' || image.storedType === 'uint64' ? 'int32' : image.storedType;
  const voxels = allocateVoxels(type, count, image.dataPath);
  for (let n = 0; n < count; n++) {
    const value = Number(words[n]);
    if (Number.isNaN(value) && !/^[+-]?nan$/i.test(words[n])) {
      throw refuse(
        'file-damaged',
        image.dataPath,
        `holds “${words[n].slice(0, 20)}” where a number is expected.`,
      );
    }
    voxels[n] = value;
  }
  return voxels;
}
