// Which files make up a volume: one, a header with its data file, or the files of a DICOM series.
import { stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, relative, resolve } from 'node:path';
import { Problem } from '../contract/problem.ts';
import { scanDicomFolder } from '../imaging/dicom-series.ts';
import { isGzip, readStart } from '../imaging/file-bytes.ts';
import { isMetaImage, parseMetaImage } from '../imaging/meta-image.ts';
import { isNrrd, parseNrrd, TEXT_HEADER_LIMIT } from '../imaging/nrrd.ts';

export interface VolumeFiles {
  /** Absolute paths; a header comes before its data file, the files of a series in the order of their paths. */
  files: string[];
  /** True for the slices of a DICOM folder, whose names carry no meaning. */
  isSeries: boolean;
}

/**
 * Told from content, not from names. Throws Problem `file-not-found`, `file-unfit`, `dicom-series-unknown`,
 * `dicom-series-ambiguous`, `data-file-elsewhere`, and those of imaging for a header that cannot be understood.
 */
export async function volumeFilesOf(path: string, series: string | null): Promise<VolumeFiles> {
  const target = resolve(path);
  const facts = await stat(target).catch(() => null);
  if (!facts) throw new Problem('file-not-found', `${target} is not there. Check the path.`, { status: 404 });
  if (series !== null || facts.isDirectory()) {
    return { files: await slicesOf(facts.isDirectory() ? target : dirname(target), series), isSeries: true };
  }
  if (!facts.isFile()) {
    throw new Problem('file-unfit', `${target} is neither a file nor a folder. Nothing was imported.`);
  }
  const data = await detachedDataFile(target);
  return { files: data ? [target, data] : [target], isSeries: false };
}

async function slicesOf(folder: string, series: string | null): Promise<string[]> {
  const found = [...(await scanDicomFolder(folder)).series];
  if (series === null && found.length > 1) {
    throw new Problem(
      'dicom-series-ambiguous',
      `${folder} holds ${found.length} DICOM series. Nothing was imported; pick one of them.`,
    );
  }
  const picked = found.find(([uid]) => series === null || uid === series);
  if (picked) return picked[1].map((header) => header.path);
  throw new Problem(
    'dicom-series-unknown',
    `${folder} holds no DICOM series ${series ?? ''}. Nothing was imported.`,
  );
}

/** The data file that an NRRD or MetaImage header names, or null when the voxels are in the file itself. */
async function detachedDataFile(header: string): Promise<string | null> {
  const start = await readStart(header, TEXT_HEADER_LIMIT);
  if (isGzip(start.bytes)) return null;
  let dataPath: string;
  if (isNrrd(start.bytes)) dataPath = parseNrrd(start, header).dataPath;
  else if (isMetaImage(start.bytes)) dataPath = parseMetaImage(start, header).dataPath;
  else return null;
  if (dataPath === header) return null;
  // The study keeps both as they are, so the header must find its data beside or below it there, too.
  const inside = relative(dirname(header), dataPath);
  if (inside.startsWith('..') || isAbsolute(inside)) {
    throw new Problem(
      'data-file-elsewhere',
      `${basename(header)} keeps its voxels in another folder (${dataPath}). Nothing was imported; put both into one folder and name the data file without its path.`,
    );
  }
  return dataPath;
}
