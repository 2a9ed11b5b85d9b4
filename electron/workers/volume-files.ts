// Which files make up a volume: one, a header with its data file, or the files of a DICOM series.
import { readFile, stat } from 'node:fs/promises';
import { dirname, extname, join, resolve } from 'node:path';
import { scanDicomFolder } from '../imaging/dicom-series.ts';
import { Problem } from '../contract/problem.ts';

/** Absolute paths. Throws Problem `file-not-found`, `dicom-series-unknown`. */
export async function volumeFilesOf(path: string, series: string | null): Promise<string[]> {
  const target = resolve(path);
  const facts = await stat(target).catch(() => null);
  if (!facts) throw new Problem('file-not-found', `${target} is not there. Check the path.`, { status: 404 });
  if (series !== null || facts.isDirectory()) {
    const folder = facts.isDirectory() ? target : dirname(target);
    const found = [...(await scanDicomFolder(folder)).series].find(
      ([uid]) => series === null || uid === series,
    );
    if (found) return found[1].map((header) => header.path);
    throw new Problem(
      'dicom-series-unknown',
      `${target} holds no DICOM series ${series ?? ''}. Nothing was imported.`,
    );
  }
  const detached = await detachedDataFile(target);
  return detached ? [target, detached] : [target];
}

/** The data file that an NRRD or MetaImage text header names, or null when the voxels are in the file itself. */
async function detachedDataFile(header: string): Promise<string | null> {
  const extension = extname(header).toLowerCase();
  if (extension !== '.nhdr' && extension !== '.mhd') return null;
  const text = (await readFile(header, 'latin1')).slice(0, 65_536);
  const name = /^(?:data ?file\s*:|ElementDataFile\s*=)\s*(.+?)\s*$/im.exec(text)?.[1];
  if (!name || name === 'LOCAL') return null;
  return join(dirname(header), name);
}
