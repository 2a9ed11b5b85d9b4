// What can be imported from the paths somebody dropped: volume files, DICOM series, or reasons why not.
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { ImportCandidate } from '../contract/cases.ts';
import { Problem } from '../contract/problem.ts';
import { inspectVolume, listDicomSeries } from '../imaging/index.ts';

const VOLUME_NAME = /\.(nii|nii\.gz|nrrd|nhdr|mha|mhd)$/i;
const NEVER_DICOM = /\.(json|csv|txt|md|raw|zraw|png|jpg|pdf|xlsx?)$/i;
const MOST_FILES = 20_000;
const MOST_DEPTH = 8;

/** Candidates for `paths`, in order; every path that is not a folder yields at least one line. */
export async function findCandidates(paths: string[]): Promise<ImportCandidate[]> {
  const found: ImportCandidate[] = [];
  for (const path of paths.map((p) => resolve(p))) {
    const facts = await stat(path).catch(() => null);
    if (!facts) found.push(hopeless(path, 'This file is not there any more.'));
    else if (facts.isDirectory()) found.push(...(await inFolder(path)));
    else found.push(...(await inFile(path)));
  }
  return found;
}

async function inFolder(folder: string): Promise<ImportCandidate[]> {
  const { volumes, others } = await walk(folder);
  const found: ImportCandidate[] = [];
  // A data set keeps labels beside images; labels are masks, not cases.
  for (const file of volumes.filter((path) => !/[\\/]labels(Tr|Ts)?[\\/]/i.test(path))) {
    found.push(...(await inFile(file)));
  }
  if (others > 0) found.push(...(await seriesIn(folder)));
  if (found.length > 0) return found;
  return [hopeless(folder, 'There is no NIfTI, NRRD or MetaImage file and no DICOM series in this folder.')];
}

/** Volume files below a folder, and how many other files could be DICOM. */
async function walk(top: string): Promise<{ volumes: string[]; others: number }> {
  const volumes: string[] = [];
  let others = 0;
  const seen = new Set<string>();
  const queue: [string, number][] = [[top, 0]];
  for (let next = queue.shift(); next; next = queue.shift()) {
    const [folder, depth] = next;
    const real = await realpath(folder);
    if (seen.has(real) || depth > MOST_DEPTH) continue; // links that lead in circles
    seen.add(real);
    for (const name of (await readdir(folder)).toSorted((a, b) =>
      a.localeCompare(b, 'en', { numeric: true }),
    )) {
      if (name.startsWith('.')) continue;
      const path = join(folder, name);
      const facts = await stat(path).catch(() => null);
      if (facts?.isDirectory()) queue.push([path, depth + 1]);
      else if (facts?.isFile() && VOLUME_NAME.test(name)) volumes.push(path);
      else if (facts?.isFile() && !NEVER_DICOM.test(name)) others++;
      if (volumes.length + others > MOST_FILES) {
        throw new Problem(
          'folder-too-large',
          `${top} holds more than ${MOST_FILES} files. Choose a folder further down.`,
        );
      }
    }
  }
  return { volumes, others };
}

async function seriesIn(folder: string): Promise<ImportCandidate[]> {
  const list = await listDicomSeries(folder).catch((cause: unknown) => {
    if (cause instanceof Problem) return [];
    throw cause;
  });
  return list.map((series) => ({
    path: folder,
    series: series.uid,
    suggestedName:
      list.length > 1
        ? `${basename(folder)} ${series.description || series.uid.slice(-6)}`
        : basename(folder),
    description: series.description || 'DICOM series',
    shape: series.shape,
    spacing: series.spacing,
    modality: series.modality,
    files: series.files,
    problem: series.problem?.detail ?? null,
  }));
}

async function inFile(path: string): Promise<ImportCandidate[]> {
  try {
    const facts = await inspectVolume(path);
    return [
      {
        path,
        series: null,
        suggestedName: caseName(path),
        description: facts.format.toUpperCase(),
        shape: facts.grid.shape,
        spacing: facts.grid.spacing,
        modality: facts.modality,
        files: 1,
        problem: null,
      },
    ];
  } catch (cause) {
    if (cause instanceof Problem) return [hopeless(path, cause.message)];
    throw cause;
  }
}

/** `NAME_0000.nii.gz` is channel 0 of case NAME in an nnU-Net data set. */
function caseName(path: string): string {
  return basename(path)
    .replace(/\.(nii\.gz|nii|nrrd|nhdr|mha|mhd|dcm)$/i, '')
    .replace(/_0000$/, '');
}

function hopeless(path: string, problem: string): ImportCandidate {
  return {
    path,
    series: null,
    suggestedName: caseName(path),
    description: '',
    shape: null,
    spacing: null,
    modality: null,
    files: 0,
    problem,
  };
}
