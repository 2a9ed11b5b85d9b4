// DICOM series and single DICOM images to volumes: geometry from our own reading of headers, pixels from ITK.
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { orientationCode } from '../contract/geometry.ts';
import { stackSlices, type SliceStack } from './dicom-geometry.ts';
import { decodeSlices } from './dicom-pixels.ts';
import { readDicomHeader, type DicomHeader } from './dicom-header.ts';
import { isImage, scanDicomFolder, type ScannedFolder } from './dicom-series.ts';
import type { OnProgress } from './file-bytes.ts';
import { finishVoxels } from './finish-voxels.ts';
import { fileLabel, fileProblem, refuse } from './refusals.ts';
import type { HeaderFacts } from './read-volume.ts';
import type { Volume } from './volume.ts';
import { sequenceIn } from '../contract/sequence.ts';

export interface DicomOptions {
  series?: string;
  onProgress?: OnProgress;
}

/**
 * Reads one series of a folder, or a single image file. Throws Problem `dicom-several-series` when there are several
 * and none is chosen, `dicom-series-not-found`, `dicom-not-an-image`, `dicom-damaged`, and those of stackSlices.
 */
export async function readDicom(path: string, options: DicomOptions = {}): Promise<Volume> {
  const { stack, warnings } = await chooseStack(path, options.series);
  const stored = await decodeSlices(stack.slices, path, options.onProgress);
  const finished = finishVoxels(stored, { slope: 1, intercept: 0 }, path);
  return {
    grid: stack.grid,
    voxelType: finished.voxelType,
    voxels: finished.voxels,
    format: 'dicom',
    modality: stack.slices[0].modality || null,
    frameOfReference: stack.slices[0].frameOfReference || null,
    sequence: sequenceIn(stack.slices[0].sequenceWords),
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

export { isDicom } from './dicom-header.ts';
