// Masks as files: in from other tools, out for other tools, always on the grid of the image as it was imported.
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gridDifference, voxelCount } from '../contract/geometry.ts';
import { decodeMask, encodeMask } from '../contract/mask-bytes.ts';
import { Problem } from '../contract/problem.ts';
import {
  fromOriginalGrid,
  readMask,
  ReorientationSchema,
  toOriginalGrid,
  writeNifti,
} from '../imaging/index.ts';
import { pack, unpack, type ComposedMask, type StoredMask } from './mask-work.ts';

/**
 * Reads a mask file drawn on the image that `reorientation` (imaging's Reorientation, as stored) belongs to, and turns
 * it to the canonical grid. Throws Problem `mask-grid-differs`, naming the difference, and what reading throws.
 */
export async function readForeignMask(
  path: string,
  reorientation: unknown,
): Promise<{ mask: ComposedMask; source: { fileName: string; sha256: string } }> {
  const turn = ReorientationSchema.parse(reorientation);
  const drawn = await readMask(path);
  const fileSha256 = await hashOfFile(path);
  const difference = gridDifference(drawn.grid, turn.original);
  if (difference) {
    throw new Problem(
      'mask-grid-differs',
      `${basename(path)} is not on the grid of the case's image: ${difference}. Nothing was taken in; resample it onto the image in the tool it was drawn in.`,
      { status: 422 },
    );
  }
  const mask = pack(encodeMask(fromOriginalGrid(drawn.labels, turn)));
  return { mask, source: { fileName: basename(path), sha256: fileSha256 } };
}

/** Throws Problem `mask-not-a-file` for a folder: what is taken in must have one checksum. */
async function hashOfFile(path: string): Promise<string> {
  if ((await stat(path)).isDirectory()) {
    throw new Problem(
      'mask-not-a-file',
      `${basename(path)} is a folder. Nothing was taken in; give the mask as one file (NIfTI, NRRD or MHA).`,
    );
  }
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}

/** A stored mask on the canonical grid as the bytes of a .nii.gz on the image's own grid. */
export async function exportMask(stored: StoredMask, reorientation: unknown): Promise<Uint8Array> {
  const turn = ReorientationSchema.parse(reorientation);
  const labels = toOriginalGrid(decodeMask(unpack(stored), voxelCount(turn.canonical)), turn);
  const path = join(tmpdir(), `concord-mask-${randomBytes(8).toString('hex')}.nii.gz`);
  try {
    await writeNifti(path, { grid: turn.original, labels, description: 'Concord sealed mask' });
    return await readFile(path);
  } finally {
    await rm(path, { force: true });
  }
}
