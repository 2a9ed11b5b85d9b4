// Voxel types: their arrays, sizes and ranges.
import type { Voxels, VoxelType } from './volume.ts';
import { refuse } from './refusals.ts';

/** What a file may store; 64-bit integers are narrowed while reading, because no label or intensity needs them. */
export type StoredType = VoxelType | 'int64' | 'uint64';

const CONSTRUCTORS = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

/** Inclusive ranges of the integer types, narrowest first, in the order in which a type is chosen. */
const INTEGER_RANGES: readonly [VoxelType, number, number][] = [
  ['uint8', 0, 255],
  ['int16', -32768, 32767],
  ['uint16', 0, 65535],
];

export function bytesPerVoxel(type: StoredType): number {
  return type === 'int64' || type === 'uint64' ? 8 : CONSTRUCTORS[type].BYTES_PER_ELEMENT;
}

export function isFloat(type: StoredType): boolean {
  return type === 'float32' || type === 'float64';
}

/** A zeroed array of `count` voxels. Throws Problem `volume-too-large` when memory does not allow it. */
export function allocateVoxels(type: VoxelType, count: number, path: string): Voxels {
  try {
    return new CONSTRUCTORS[type](count);
  } catch (error) {
    throw tooLarge(path, count * bytesPerVoxel(type), error);
  }
}

export function tooLarge(path: string, bytes: number, cause: unknown): unknown {
  if (!(cause instanceof RangeError)) return cause;
  const gigabytes = (bytes / 1e9).toFixed(1);
  return refuse(
    'volume-too-large',
    path,
    `needs ${gigabytes} GB of memory in one piece, which this machine does not give.`,
    cause,
  );
}

/** The voxels of `bytes` (native byte order) as an array of `type`; no copy. */
export function viewVoxels(type: VoxelType, bytes: Uint8Array): Voxels {
  const constructor = CONSTRUCTORS[type];
  return new constructor(
    bytes.buffer as ArrayBuffer,
    bytes.byteOffset,
    bytes.byteLength / constructor.BYTES_PER_ELEMENT,
  );
}

/** The type of a voxel array. */
export function voxelTypeOf(voxels: Voxels): VoxelType {
  for (const [type, constructor] of Object.entries(CONSTRUCTORS)) {
    if (voxels instanceof constructor) return type as VoxelType;
  }
  throw new TypeError('not a voxel array');
}

/** The narrowest of uint8, int16 and uint16 that holds min…max; null when none does. */
export function narrowestInteger(minimum: number, maximum: number): VoxelType | null {
  const found = INTEGER_RANGES.find(([, low, high]) => minimum >= low && maximum <= high);
  return found ? found[0] : null;
}
