// The image series of a DICOM folder, told from headers alone.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Triple } from '../contract/geometry.ts';
import { Problem } from '../contract/problem.ts';
import { stackSlices } from './dicom-geometry.ts';
import { readDicomHeader, type DicomHeader } from './dicom-header.ts';
import { fileLabel, fileProblem, refuse } from './refusals.ts';

/** One importable series. Nothing in it tells who the patient is. */
export interface DicomSeries {
  /** SeriesInstanceUID; empty where the files have been stripped of it. */
  uid: string;
  description: string;
  modality: string;
  /** YYYY-MM-DD, or null. */
  date: string | null;
  files: number;
  byteLength: number;
  /** Null where the slices do not make a volume. */
  shape: Triple | null;
  spacing: Triple | null;
  /** Why it cannot be imported; null when it can. */
  problem: { code: string; detail: string } | null;
}

/** DICOM objects that are stored like images or beside them and are none. */
const NOT_IMAGES = new Set(['SEG', 'RTSTRUCT', 'RTPLAN', 'RTDOSE', 'SR', 'PR', 'KO', 'DOC', 'REG', 'M3D']);
const MOST_FILES = 50_000;

export interface ScannedFolder {
  /** Image slices by SeriesInstanceUID. */
  series: Map<string, DicomHeader[]>;
  /** DICOM files whose header could not be parsed. */
  unreadable: string[];
  /** Modalities of objects that are no images. */
  others: Set<string>;
}

/**
 * Every image series beneath `folder`, largest first. Throws Problem `file-not-found`, `dicom-no-image` (there is
 * nothing to import) or `dicom-too-many-files`.
 */
export async function listDicomSeries(folder: string): Promise<DicomSeries[]> {
  const scanned = await scanDicomFolder(folder);
  const list = [...scanned.series].map(([uid, headers]) => describeSeries(uid, headers, folder));
  return list.sort((a, b) => b.files - a.files);
}

/** Reads the headers of all DICOM files beneath `folder`. Throws as listDicomSeries does. */
export async function scanDicomFolder(folder: string): Promise<ScannedFolder> {
  const scanned: ScannedFolder = { series: new Map(), unreadable: [], others: new Set() };
  const paths = await filesBeneath(folder);
  for (const path of paths) {
    let header: DicomHeader | null;
    try {
      header = await readDicomHeader(path);
    } catch {
      scanned.unreadable.push(path);
      continue;
    }
    if (!header) continue;
    if (!isImage(header)) {
      scanned.others.add(header.modality || 'unknown');
      continue;
    }
    const slices = scanned.series.get(header.series);
    if (slices) slices.push(header);
    else scanned.series.set(header.series, [header]);
  }
  if (scanned.series.size === 0) throw noImages(folder, paths.length, scanned);
  return scanned;
}

/** True for slices of an image; DICOM's masks, plans and reports are not. */
export function isImage(header: DicomHeader): boolean {
  return header.rows > 0 && header.columns > 0 && !NOT_IMAGES.has(header.modality);
}

async function filesBeneath(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error) => {
    throw fileProblem(folder, error);
  });
  const paths = entries
    .filter(
      (entry) => entry.isFile() && entry.name.toUpperCase() !== 'DICOMDIR' && !entry.name.startsWith('.'),
    )
    .map((entry) => join(entry.parentPath, entry.name));
  if (paths.length > MOST_FILES) {
    throw refuse(
      'dicom-too-many-files',
      folder,
      `holds ${paths.length.toLocaleString('en-US')} files. Choose a folder nearer to the series.`,
    );
  }
  return paths.sort();
}

function noImages(folder: string, files: number, scanned: ScannedFolder): Problem {
  const others = [...scanned.others].join(', ');
  let why = 'no file in it is a DICOM file';
  if (files === 0) why = 'it is empty';
  else if (others) why = `it holds only other DICOM objects (${others})`;
  else if (scanned.unreadable.length > 0)
    why = `its DICOM files are damaged (${fileLabel(scanned.unreadable[0])})`;
  return refuse('dicom-no-image', folder, `holds no image series: ${why}.`);
}

function describeSeries(uid: string, headers: DicomHeader[], folder: string): DicomSeries {
  const [first] = headers;
  let geometry: Pick<DicomSeries, 'shape' | 'spacing' | 'problem'>;
  try {
    const { grid } = stackSlices(headers, folder);
    geometry = { shape: grid.shape, spacing: grid.spacing, problem: null };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    geometry = { shape: null, spacing: null, problem: { code: error.code, detail: error.message } };
  }
  const date = /^(\d{4})(\d\d)(\d\d)$/.exec(first.date);
  return {
    uid,
    description: first.description,
    modality: first.modality,
    date: date ? `${date[1]}-${date[2]}-${date[3]}` : null,
    files: headers.length,
    byteLength: headers.reduce((sum, header) => sum + header.byteLength, 0),
    ...geometry,
  };
}
