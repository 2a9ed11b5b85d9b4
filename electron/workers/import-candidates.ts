// What can be imported from the paths somebody dropped: volume files, DICOM series, or reasons why not.
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { ImportCandidate } from '../contract/cases.ts';
import { Problem } from '../contract/problem.ts';
import { inspectVolume, listDicomSeries, type DicomSeries } from '../imaging/index.ts';

const VOLUME_NAME = /\.(nii|nii\.gz|nrrd|nhdr|mha|mhd)$/i;
const NEVER_DICOM = /\.(json|csv|txt|md|raw|zraw|png|jpg|pdf|xlsx?)$/i;
/** `NAME_0000.nii.gz` is the first channel of case NAME in an nnU-Net data set, `NAME_0001.nii.gz` the second. */
const CHANNEL = /_\d{4}(\.(?:nii|nii\.gz|nrrd|nhdr|mha|mhd))$/i;
/** As people write them. */
const FORMAT_NAMES = { nifti: 'NIfTI', nrrd: 'NRRD', mha: 'MetaImage', dicom: 'DICOM' } as const;
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
  const images = volumes.filter((path) => !/[\\/]labels(Tr|Ts)?[\\/]/i.test(path));
  const present = new Set(images);
  const channels = new Map<string, number>();
  for (const first of images.map(firstChannelOf)) {
    if (first !== null) channels.set(first, (channels.get(first) ?? 0) + 1);
  }
  for (const file of images) {
    const first = firstChannelOf(file);
    if (first !== null && first !== file && present.has(first)) continue;
    const [line] = await inFile(file);
    const count = channels.get(file) ?? 1;
    if (count > 1) line.description += `, channel 1 of ${count}; the others are left out`;
    found.push(line);
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
    const names = await readdir(folder).catch((cause: unknown) => {
      throw new Problem(
        'folder-not-readable',
        `${folder} cannot be looked into, so nothing of ${top} is listed. Mend its permissions, or choose another folder.`,
        { cause },
      );
    });
    for (const name of names.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))) {
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
  let list: DicomSeries[];
  try {
    list = await listDicomSeries(folder);
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause;
    // The other files may be anything; that they are no DICOM files is no news.
    return cause.code === 'dicom-no-image' ? [] : [hopeless(folder, cause.message)];
  }
  return list.map((series) => ({
    path: folder,
    series: series.uid,
    suggestedName: fitName(
      list.length > 1
        ? `${basename(folder)} ${series.description || series.uid.slice(-6)}`
        : basename(folder),
    ),
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
        description: FORMAT_NAMES[facts.format],
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

function caseName(path: string): string {
  const name = firstChannelOf(path) === path ? path.replace(CHANNEL, '$1') : path;
  return fitName(basename(name).replace(/\.(nii\.gz|nii|nrrd|nhdr|mha|mhd|dcm)$/i, ''));
}

/** A name as the contract allows it: not empty, not endless. */
function fitName(name: string): string {
  return name.trim().slice(0, 120).trim() || 'Case';
}

/**
 * Where the first channel of `path` would be (`path` itself, if it is that), or null where it is no channel. Only in the
 * image folders of an nnU-Net data set: elsewhere the digits of scan_0000, scan_0001 … tell patients apart.
 */
function firstChannelOf(path: string): string | null {
  if (!/^images(Tr|Ts|Val)?$/i.test(basename(dirname(path)))) return null;
  return CHANNEL.test(path) ? path.replace(CHANNEL, '_0000$1') : null;
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
