// One door for every image file: what it is, is told from its content.
import type { OnProgress } from './file-bytes.ts';
import { readStart } from './file-bytes.ts';
import { isAlmostNifti, niftiKind } from './nifti-header.ts';
import { readNifti } from './nifti-read.ts';
import { notAnImage } from './refusals.ts';
import type { Volume } from './volume.ts';

export interface ReadOptions {
  /** SeriesInstanceUID, where the path is a DICOM folder of several series. */
  series?: string;
  onProgress?: OnProgress;
}

/** Reads an image in the orientation of its file. Rescaling is applied; LPS mm. Throws Problem for anything unfit. */
export async function readVolume(path: string, options: ReadOptions = {}): Promise<Volume> {
  const start = await readStart(path);
  if (niftiKind(start.bytes) || isAlmostNifti(start.bytes)) return readNifti(path, options.onProgress);
  throw notAnImage(path);
}
