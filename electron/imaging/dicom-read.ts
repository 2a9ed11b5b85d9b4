// DICOM series and single DICOM images to volumes: geometry from our own reading of headers, pixels from ITK.
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { readImageDicomFileSeriesNode } from '@itk-wasm/dicom';
import { orientationCode, voxelCount } from '../contract/geometry.ts';
import { stackSlices, type SliceStack } from './dicom-geometry.ts';
import { readDicomHeader, type DicomHeader } from './dicom-header.ts';
import { isImage, scanDicomFolder, type ScannedFolder } from './dicom-series.ts';
import type { OnProgress } from './file-bytes.ts';
import { finishVoxels } from './finish-voxels.ts';
import { fileLabel, fileProblem, refuse } from './refusals.ts';
import type { HeaderFacts } from './read-volume.ts';
import type { Volume, Voxels } from './volume.ts';
import { allocateVoxels, isFloat, voxelTypeOf } from './voxel-types.ts';

export interface DicomOptions {
  series?: string;
  onProgress?: OnProgress;
}

/** Slices decoded in one go: bounds memory and gives progress. */
const BATCH = 48;
const UNCOMPRESSED = new Set(['1.2.840.10008.1.2', '1.2.840.10008.1.2.1', '1.2.840.10008.1.2.2']);

/**
 * Reads one series of a folder, or a single image file. Throws Problem `dicom-several-series` when there are several
 * and none is chosen, `dicom-series-not-found`, `dicom-not-an-image`, `dicom-damaged`, and those of stackSlices.
 */
export async function readDicom(path: string, options: DicomOptions = {}): Promise<Volume> {
  const { stack, warnings } = await chooseStack(path, options.series);
  const stored = await decodeSlices(stack, path, options.onProgress);
  const finished = finishVoxels(stored, { slope: 1, intercept: 0 }, path);
  return {
    grid: stack.grid,
    voxelType: finished.voxelType,
    voxels: finished.voxels,
    format: 'dicom',
    modality: stack.slices[0].modality || null,
    warnings: [...warnings, ...finished.warnings],
  };
}

/** The same choice and checks as `readDicom`, from headers alone. */
export async function inspectDicom(path: string, options: DicomOptions = {}): Promise<HeaderFacts> {
  const { stack, warnings } = await chooseStack(path, options.series);
  const [first] = stack.slices;
  const small = first.bitsAllocated <= 8;
  return {
    format: 'dicom',
    fileName: basename(path),
    byteLength: stack.slices.reduce((sum, slice) => sum + slice.byteLength, 0),
    files: stack.slices.length,
    grid: stack.grid,
    orientation: orientationCode(stack.grid),
    storedType: small ? (first.signed ? 'int8' : 'uint8') : first.signed ? 'int16' : 'uint16',
    modality: first.modality || null,
    warnings,
  };
}

async function chooseStack(
  path: string,
  series: string | undefined,
): Promise<{ stack: SliceStack; warnings: string[] }> {
  const facts = await stat(path).catch((error) => {
    throw fileProblem(path, error);
  });
  if (!facts.isDirectory()) {
    const stack = stackSlices([await singleImage(path)], path);
    return { stack, warnings: stack.warnings };
  }
  const scanned = await scanDicomFolder(path);
  const stack = stackSlices(chooseSeries(scanned, series, path), path);
  const warnings = [...stack.warnings];
  if (scanned.unreadable.length > 0) {
    const count = scanned.unreadable.length;
    warnings.push(
      `${count} DICOM ${count === 1 ? 'file' : 'files'} could not be understood and ` +
        `${count === 1 ? 'was' : 'were'} left out, ${fileLabel(scanned.unreadable[0])} first.`,
    );
  }
  return { stack, warnings };
}

async function singleImage(path: string): Promise<DicomHeader> {
  const header = await readDicomHeader(path).catch((error) => {
    throw refuse('dicom-damaged', path, 'is a DICOM file with a damaged header. Fetch it again.', error);
  });
  if (header && isImage(header)) return header;
  throw refuse(
    'dicom-not-an-image',
    path,
    `is a DICOM ${header?.modality || 'object'}, not an image. Choose a CT, MR or other image series.`,
  );
}

function chooseSeries(scanned: ScannedFolder, series: string | undefined, path: string): DicomHeader[] {
  if (series !== undefined) {
    const chosen = scanned.series.get(series);
    if (chosen) return chosen;
    throw refuse('dicom-series-not-found', path, `holds no series with the UID ${series}.`);
  }
  const all = [...scanned.series.values()].sort((a, b) => b.length - a.length);
  if (all.length === 1) return all[0];
  const names = all
    .slice(0, 5)
    .map(
      ([first, ...rest]) =>
        `${first.modality} “${first.description || first.series}” (${rest.length + 1} files)`,
    );
  throw refuse(
    'dicom-several-series',
    path,
    `holds ${all.length} series: ${names.join(', ')}${all.length > 5 ? ' and more' : ''}. Choose one of them.`,
  );
}

/** Decodes the slices, in order, rescaling applied; at most `BATCH` of them are in memory twice. */
async function decodeSlices(
  { slices, grid }: SliceStack,
  path: string,
  onProgress?: OnProgress,
): Promise<Voxels> {
  slices.forEach(checkSliceLength);
  const sliceLength = grid.shape[0] * grid.shape[1];
  let voxels: Voxels | null = null;
  for (let start = 0; start < slices.length; start += BATCH) {
    const batch = slices.slice(start, start + BATCH);
    const pixels = await decodeBatch(batch, sliceLength);
    if (voxels === null) {
      // 64 bits are never needed; whole numbers come as int32 whatever their size.
      const type = isFloat(voxelTypeOf(pixels)) || unevenScale(slices) ? 'float32' : 'int32';
      voxels = allocateVoxels(type, voxelCount(grid), path);
    }
    voxels.set(pixels as Int32Array, start * sliceLength);
    onProgress?.(Math.min(1, (start + batch.length) / slices.length));
  }
  return voxels!;
}

/** True when slices differ in slope or intercept, or scale to fractions, as in PET. */
function unevenScale(slices: readonly DicomHeader[]): boolean {
  const [first] = slices;
  return slices.some(
    (s) => s.slope !== first.slope || s.intercept !== first.intercept || !Number.isInteger(s.slope),
  );
}

/** An uncompressed slice that is shorter than its pixels has been cut off. */
function checkSliceLength(slice: DicomHeader): void {
  const pixels = slice.rows * slice.columns * Math.ceil(slice.bitsAllocated / 8);
  if (!UNCOMPRESSED.has(slice.transferSyntax) || slice.byteLength >= pixels) return;
  throw refuse('file-truncated', slice.path, 'is cut short: its pixels are not all there. Fetch it again.');
}

async function decodeBatch(batch: readonly DicomHeader[], sliceLength: number): Promise<Voxels> {
  let data: unknown;
  try {
    // ITK needs absolute paths: a relative one ends the process.
    const inputImages = batch.map((slice) => slice.path);
    const { outputImage } = await readImageDicomFileSeriesNode({ inputImages, singleSortedSeries: true });
    data = outputImage?.data;
  } catch (error) {
    throw cannotDecode(batch, error);
  }
  if (!ArrayBuffer.isView(data) || (data as Voxels).length !== batch.length * sliceLength) {
    throw cannotDecode(batch, new Error('the decoder returned another number of pixels'));
  }
  return data as Voxels;
}

function cannotDecode(batch: readonly DicomHeader[], cause: unknown): unknown {
  return refuse(
    'dicom-damaged',
    batch[0].path,
    batch.length === 1
      ? 'cannot be decoded: its pixels are damaged or packed in a way that Concord does not know. Fetch it again.'
      : `or one of the ${batch.length - 1} slices after it cannot be decoded: pixels are damaged or packed in a way ` +
          'that Concord does not know. Fetch the series again.',
    cause,
  );
}

export { isDicom } from './dicom-header.ts';
