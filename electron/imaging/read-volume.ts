// One door for every image file: what it is, is told from its content.
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { orientationCode, type Grid } from '../contract/geometry.ts';
import { inspectDicom, isDicom, readDicom } from './dicom-read.ts';
import { readStart, type FileStart, type OnProgress } from './file-bytes.ts';
import { isMetaImage, parseMetaImage } from './meta-image.ts';
import { isAlmostNifti, niftiKind } from './nifti-header.ts';
import { niftiFacts, readNifti } from './nifti-read.ts';
import { isNrrd, parseNrrd, TEXT_HEADER_LIMIT } from './nrrd.ts';
import { checkRawImage, readRawImage, type RawImage } from './raw-image.ts';
import { fileProblem, notAnImage } from './refusals.ts';
import type { FileFormat, Volume } from './volume.ts';
import type { StoredType } from './voxel-types.ts';

export interface ReadOptions {
  /** SeriesInstanceUID, where the path is a DICOM folder of several series. */
  series?: string;
  onProgress?: OnProgress;
}

/** What a header says; no voxel has been decoded. */
export interface HeaderFacts {
  format: FileFormat;
  fileName: string;
  /** Bytes of the file, or of all files of a series. */
  byteLength: number;
  files: number;
  /** The grid as in the file, LPS mm. */
  grid: Grid;
  /** Three letters, the side towards which i, j, k grow. */
  orientation: string;
  storedType: StoredType;
  modality: string | null;
  warnings: string[];
}

type Kind = 'dicom' | 'nifti' | 'nrrd' | 'mha';

/**
 * Reads a volume in the orientation of its file: NIfTI, NRRD, MetaImage, one DICOM file, or a folder with one DICOM
 * series (or the one named). Rescaling is applied; LPS mm; voxels are uint8, int16, uint16 or float32 and own their
 * buffer. Throws Problem, which names the file, for anything unfit.
 */
export async function readVolume(path: string, options: ReadOptions = {}): Promise<Volume> {
  const full = resolve(path);
  const { kind, start } = await kindOf(full);
  if (kind === 'dicom') return readDicom(full, options);
  if (kind === 'nifti') return readNifti(full, options.onProgress);
  return readRawImage(rawImage(kind, start!, full), full, options.onProgress);
}

/** What the header of a volume says, checked as strictly as `readVolume` does but for the voxels themselves. */
export async function inspectVolume(path: string, options: { series?: string } = {}): Promise<HeaderFacts> {
  const full = resolve(path);
  const { kind, start } = await kindOf(full);
  if (kind === 'dicom') return inspectDicom(full, options);
  const common = { fileName: basename(full), byteLength: start!.byteLength, files: 1, modality: null };
  if (kind === 'nifti') {
    const { grid, storedType, warnings } = niftiFacts(start!, full);
    return { ...common, format: 'nifti', grid, orientation: orientationCode(grid), storedType, warnings };
  }
  const image = rawImage(kind, start!, full);
  await checkRawImage(image, full);
  const { grid, storedType, warnings, format } = image;
  return { ...common, format, grid, orientation: orientationCode(grid), storedType, warnings };
}

async function kindOf(path: string): Promise<{ kind: Kind; start: FileStart | null }> {
  const facts = await stat(path).catch((error) => {
    throw fileProblem(path, error);
  });
  if (facts.isDirectory()) return { kind: 'dicom', start: null };
  const start = await readStart(path, TEXT_HEADER_LIMIT);
  if (niftiKind(start.bytes) || isAlmostNifti(start.bytes)) return { kind: 'nifti', start };
  if (isNrrd(start.bytes)) return { kind: 'nrrd', start };
  if (isDicom(start.bytes)) return { kind: 'dicom', start };
  if (isMetaImage(start.bytes)) return { kind: 'mha', start };
  throw notAnImage(path);
}

function rawImage(kind: 'nrrd' | 'mha', start: FileStart, path: string): RawImage {
  return kind === 'nrrd' ? parseNrrd(start, path) : parseMetaImage(start, path);
}
