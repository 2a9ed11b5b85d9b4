// Whole masks: replaying strokes on a base, differences, verification. Pure; it runs in mask-worker, off the request thread.
import { createHash } from 'node:crypto';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import {
  applyPatch,
  countLabels,
  decodeMask,
  encodeDifference,
  encodeMask,
  forEachMaskRun,
} from '../contract/mask-bytes.ts';
import { Problem } from '../contract/problem.ts';

/** A whole mask as the database keeps it: zstd of mask bytes, and the SHA-256 of the mask bytes before that. */
export interface StoredMask {
  zipped: Uint8Array;
  sha256: string;
}

/** One row of the journal: an undo carries the bytes of the edit that it takes back. */
export interface Step {
  seq: number;
  direction: 'do' | 'undo';
  zipped: Uint8Array;
}

/** All that makes up a mask: a base (null = blank) of `voxels` voxels and the steps on it, in order. */
export interface Composition {
  voxels: number;
  base: StoredMask | null;
  steps: Step[];
}

export interface ComposedMask extends StoredMask {
  /** Mask bytes (contract/mask-bytes). */
  bytes: Uint8Array;
  /** Voxels of each label but the background. */
  counts: Record<string, number>;
}

/** Mask bytes out of the database. Throws Problem `mask-damaged` when they are not what was stored. */
export function unpack(stored: StoredMask): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = zstdDecompressSync(stored.zipped);
  } catch (cause) {
    throw damaged('it cannot be unpacked', cause);
  }
  if (sha256(bytes) !== stored.sha256) throw damaged('its checksum differs from the one stored with it');
  return bytes;
}

function damaged(why: string, cause?: unknown): Problem {
  return new Problem(
    'mask-damaged',
    `A stored mask was changed or is damaged: ${why}. Nothing was changed now; restore the study from a copy.`,
    { status: 422, cause },
  );
}

/** Packs mask bytes for the database. */
export function pack(bytes: Uint8Array): ComposedMask {
  const zipped = zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 9 } });
  return { bytes, zipped, sha256: sha256(bytes), counts: Object.fromEntries(countLabels(bytes)) };
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * Replays the steps. Throws Problem `stroke-does-not-fit`, naming the step, when one was not drawn on what lies
 * before it; `mask-damaged` when the base or a step is not what was stored.
 */
function replay(composition: Composition): Uint8Array<ArrayBuffer> {
  const labels = composition.base
    ? decodeMask(unpack(composition.base), composition.voxels)
    : new Uint8Array(composition.voxels);
  for (const step of composition.steps) {
    try {
      applyPatch(labels, zstdDecompressSync(step.zipped), step.direction);
    } catch (cause) {
      throw new Problem(
        'stroke-does-not-fit',
        `Step ${step.seq} of this read does not fit the mask before it, so the mask cannot be put together. The steps are kept as they are; a coordinator should check the study.`,
        { status: 422, cause },
      );
    }
  }
  return labels;
}

/** The mask after all steps. */
export function composeMask(composition: Composition): ComposedMask {
  return pack(encodeMask(replay(composition)));
}

/**
 * Turns a proposal into a patch on the composed mask; `patch` is empty when nothing differs. Throws Problem
 * `mask-bytes-damaged` when `proposal` (mask bytes) is not a mask of as many voxels.
 */
export function compareWithProposal(
  composition: Composition,
  proposal: Uint8Array,
): { proposal: ComposedMask; patch: Uint8Array; voxels: number } {
  const labels = decodeMask(proposal, composition.voxels);
  const present = replay(composition);
  let voxels = 0;
  for (let v = 0; v < labels.length; v++) if (labels[v] !== present[v]) voxels++;
  return { proposal: pack(proposal), patch: encodeDifference(present, labels), voxels };
}

/** Checks and packs mask bytes of `voxels` voxels. Throws Problem `mask-bytes-damaged`. */
export function packChecked(bytes: Uint8Array, voxels: number): ComposedMask {
  let covered = 0;
  forEachMaskRun(bytes, (_start, length) => (covered += length));
  if (covered !== voxels) {
    throw new Problem(
      'mask-bytes-damaged',
      `The mask is for ${covered} voxels and the volume has ${voxels}. Nothing was changed.`,
      { status: 422 },
    );
  }
  return pack(bytes);
}
