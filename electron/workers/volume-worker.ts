// The worker behind import and volume cache: hashes, decodes, canonicalises and writes volumes off the request thread.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { CanonicalVoxelType } from '../contract/cases.ts';
import { voxelCount, type Grid } from '../contract/geometry.ts';
import { Problem, type ProblemDetails } from '../contract/problem.ts';
import { sequenceIn } from '../contract/sequence.ts';
import {
  canonicalise,
  encodePng,
  readVolume,
  thumbnail,
  volumeFacts,
  writeNifti,
  type FileFormat,
  type Reorientation,
  type Voxels,
} from '../imaging/index.ts';
import { reorientationOf } from '../imaging/reorientation.ts';
import type { Volume } from '../imaging/volume.ts';
import { findCandidates } from './import-candidates.ts';
import { volumeFilesOf } from './volume-files.ts';
import { keepOriginal, writeCache } from './volume-storage.ts';

/** One volume as somebody points at it: a file, or one series of a DICOM folder. */
export interface VolumeSource {
  path: string;
  series: string | null;
}

/** What is kept of an imported volume; the grid is canonical. */
export interface ImportedVolume {
  sha256: string;
  fileName: string;
  format: FileFormat;
  byteLength: number;
  /** Below volumes/. */
  storedPath: string;
  reorientation: Reorientation;
  voxelType: CanonicalVoxelType;
  minimum: number;
  maximum: number;
  modality: string | null;
  sequence: string | null;
  /** DICOM FrameOfReferenceUID. */
  frameOfReference: string | null;
  window: { width: number; level: number };
  warnings: string[];
  thumbnail: Uint8Array;
}

const TASKS = {
  candidates: findCandidates,
  hash: hashSource,
  take: takeIn,
  rebuild: rebuildCache,
  blind: blindCopy,
};
export type VolumeTasks = typeof TASKS;
export interface VolumeTask<Name extends keyof VolumeTasks = keyof VolumeTasks> {
  name: Name;
  parameters: Parameters<VolumeTasks[Name]>;
}
export type VolumeOutcome = { value: unknown } | { problem: ProblemDetails };

export default async function volumeWork(task: VolumeTask): Promise<VolumeOutcome> {
  const work = TASKS[task.name] as (...parameters: unknown[]) => unknown;
  try {
    return { value: await work(...task.parameters) };
  } catch (cause) {
    const problem = cause instanceof Problem ? cause : explainFile(cause);
    if (problem) return { problem: problem.toDetails() };
    throw cause;
  }
}

/** SHA-256 of a volume's files: of the file itself, or over the hashes of several, in the order of their names. */
async function hashSource(source: VolumeSource): Promise<{ sha256: string; byteLength: number }> {
  const { files } = await volumeFilesOf(source.path, source.series);
  const hashes: string[] = [];
  let byteLength = 0;
  for (const file of files) {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
      hash.update(chunk as Buffer);
      byteLength += (chunk as Buffer).length;
    }
    hashes.push(hash.digest('hex'));
  }
  const sha256 =
    hashes.length === 1 ? hashes[0] : createHash('sha256').update(hashes.toSorted().join('\n')).digest('hex');
  return { sha256, byteLength };
}

/**
 * Reads, checks and canonicalises a volume, writes its cache and copies the original below `volumes`. Nothing is left
 * behind when any of it fails.
 */
async function takeIn(
  source: VolumeSource,
  identity: { sha256: string; byteLength: number },
  folders: { volumes: string; cache: string },
): Promise<ImportedVolume> {
  const volume = await readVolume(source.path, source.series ? { series: source.series } : {});
  const { volume: canonical, reorientation } = canonicalise(volume);
  const facts = volumeFacts(volume);
  const { voxels, voxelType, warnings } = transportable(canonical.voxels);
  const picture = thumbnail(canonical, { window: facts.window });
  const cacheFile = join(folders.cache, `${identity.sha256}.raw`);
  await writeCache(cacheFile, voxels);
  const storedPath = await keepOriginal(source, identity.sha256, folders.volumes).catch(async (cause) => {
    await rm(cacheFile, { force: true }); // can be made again, and a full disk needs the room
    throw cause;
  });
  return {
    ...identity,
    fileName: basename(source.path),
    format: volume.format,
    storedPath,
    reorientation,
    voxelType,
    minimum: facts.minimum,
    maximum: facts.maximum,
    modality: facts.modality,
    frameOfReference: volume.frameOfReference ?? null,
    sequence: sequenceOf(volume, facts.modality, source.path),
    window: facts.window,
    warnings: [...facts.warnings, ...warnings],
    thumbnail: encodePng(picture),
  };
}

/**
 * Of MR, or of what may be: DICOM says it in its series' words; of other files the name hints at it, or a folder close
 * above, as in `t1/imagesTr/NYU_0001_0000.nii.gz`.
 */
function sequenceOf(volume: Volume, modality: string | null, path: string): string | null {
  if (modality !== null && modality !== 'MR') return null;
  if (volume.sequence) return volume.sequence;
  const [name, ...above] = path.split(/[/\\]/).slice(-3).reverse();
  return sequenceIn(name) ?? above.map(sequenceIn).find((found) => found !== null) ?? null;
}

/** Makes a lost cache file again from the kept original. */
async function rebuildCache(source: VolumeSource, cacheFile: string): Promise<void> {
  const volume = await readVolume(source.path, source.series ? { series: source.series } : {});
  const { volume: canonical } = canonicalise(volume);
  await writeCache(cacheFile, transportable(canonical.voxels).voxels);
}

const VOXEL_ARRAYS = { uint8: Uint8Array, int16: Int16Array, uint16: Uint16Array, float32: Float32Array };

/**
 * Writes a cache file's voxels as NIfTI that tells nothing else: no name, no header of the original. Answers with what
 * a volume row needs of it.
 */
async function blindCopy(
  cacheFile: string,
  of: { grid: Grid; voxelType: CanonicalVoxelType },
  target: string,
): Promise<{ sha256: string; byteLength: number; reorientation: Reorientation }> {
  const bytes = await readFile(cacheFile);
  const voxels = new VOXEL_ARRAYS[of.voxelType](bytes.buffer, bytes.byteOffset, voxelCount(of.grid));
  await writeNifti(target, { grid: of.grid, voxels });
  const identity = await hashSource({ path: target, series: null });
  return { ...identity, reorientation: reorientationOf(of.grid) };
}

/** Voxels as one of the four types that travel to the page; said where a value could not be kept to the last digit. */
function transportable(voxels: Voxels): {
  voxels: Voxels;
  voxelType: CanonicalVoxelType;
  warnings: string[];
} {
  if (voxels instanceof Uint8Array) return { voxels, voxelType: 'uint8', warnings: [] };
  if (voxels instanceof Int16Array) return { voxels, voxelType: 'int16', warnings: [] };
  if (voxels instanceof Uint16Array) return { voxels, voxelType: 'uint16', warnings: [] };
  if (voxels instanceof Float32Array) return { voxels, voxelType: 'float32', warnings: [] };
  if (voxels instanceof Int8Array)
    return { voxels: Int16Array.from(voxels), voxelType: 'int16', warnings: [] };
  let low = Infinity;
  let high = -Infinity;
  let whole = true;
  for (const value of voxels) {
    if (value < low) low = value;
    if (value > high) high = value;
    if (whole && !Number.isInteger(value)) whole = false;
  }
  if (whole && low >= -32768 && high <= 32767) {
    return { voxels: Int16Array.from(voxels), voxelType: 'int16', warnings: [] };
  }
  const shown = Float32Array.from(voxels);
  const exact = shown.every((value, n) => value === voxels[n]);
  const warnings = exact
    ? []
    : ['Values are shown with seven significant digits; the original file keeps them all.'];
  return { voxels: shown, voxelType: 'float32', warnings };
}

/** A file-system failure in words; null for anything else. */
function explainFile(cause: unknown): Problem | null {
  if (!(cause instanceof Error) || !('code' in cause)) return null;
  const path = 'path' in cause ? String(cause.path) : 'a file';
  switch (cause.code) {
    case 'ENOENT':
      return new Problem('file-not-found', `${path} is not there. Nothing was imported; check the path.`, {
        status: 404,
      });
    case 'EACCES':
    case 'EPERM':
      return new Problem(
        'file-not-readable',
        `${path} may not be read or written. Nothing was imported; mend its permissions.`,
      );
    case 'ENOSPC':
      return new Problem(
        'disk-full',
        'The disk that holds the study is full. Nothing was imported; free some space.',
        { status: 507 },
      );
    case 'EROFS':
      return new Problem(
        'study-read-only',
        `${path} is on a disk that cannot be written to. Nothing was imported.`,
        { status: 403 },
      );
    case 'EIO':
      return new Problem(
        'disk-failed',
        `The disk that holds ${path} reported an error. Nothing was imported.`,
        {
          status: 507,
        },
      );
    case 'EISDIR':
      return new Problem('file-is-folder', `${path} is a folder, not a volume. Nothing was imported.`);
    default:
      return null;
  }
}
