// The stored voxels of a file as a typed array: bytes streamed in, byte order put right, 64-bit integers narrowed.
import { endianness } from 'node:os';
import type { Voxels } from './volume.ts';
import { fillFromFile, type ByteSource } from './file-bytes.ts';
import { bytesPerVoxel, tooLarge, viewVoxels, type StoredType } from './voxel-types.ts';
import { refuse, truncated } from './refusals.ts';

export interface StoredVoxels {
  type: StoredType;
  count: number;
  littleEndian: boolean;
}

const NATIVE_LITTLE = endianness() === 'LE';

/**
 * Reads `count` voxels from `source`. The array owns its buffer exactly. Throws Problem `file-truncated`,
 * `file-damaged`, `volume-too-large` or `voxel-type-unsupported` (64-bit integers beyond 32 bits).
 */
export async function readStoredVoxels(
  source: ByteSource,
  stored: StoredVoxels,
): Promise<{ voxels: Voxels; surplus: number }> {
  const length = stored.count * bytesPerVoxel(stored.type);
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(length);
  } catch (error) {
    throw tooLarge(source.path, length, error);
  }
  const { filled, surplus } = await fillFromFile(bytes, source);
  if (filled < length) throw truncated(source.path, length, filled);
  return { voxels: voxelsFromBytes(bytes, stored, source.path), surplus };
}

/** The voxels in `bytes`, which are changed in place where byte order asks for it. */
export function voxelsFromBytes(bytes: Uint8Array, stored: StoredVoxels, path: string): Voxels {
  if (stored.littleEndian !== NATIVE_LITTLE) swapBytes(bytes, bytesPerVoxel(stored.type));
  if (stored.type !== 'int64' && stored.type !== 'uint64') return viewVoxels(stored.type, bytes);
  return narrow64(bytes, stored.type === 'int64', path);
}

function swapBytes(bytes: Uint8Array, width: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (width === 2) buffer.swap16();
  else if (width === 4) buffer.swap32();
  else if (width === 8) buffer.swap64();
}

/** 64-bit integers as 32-bit ones: every low word is kept, every high word must be its sign. */
function narrow64(bytes: Uint8Array, signed: boolean, path: string): Voxels {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  const [low, high] = NATIVE_LITTLE ? [0, 1] : [1, 0];
  const count = words.length / 2;
  const narrowed = new Int32Array(count);
  for (let n = 0; n < count; n++) {
    const value = words[2 * n + low];
    const fits = words[2 * n + high] === value >> 31 && (signed || value >= 0);
    if (!fits) {
      throw refuse(
        'voxel-type-unsupported',
        path,
        'stores 64-bit whole numbers too large for an image or a mask. Export it with 16 or 32 bits a voxel.',
      );
    }
    narrowed[n] = value;
  }
  return narrowed;
}
