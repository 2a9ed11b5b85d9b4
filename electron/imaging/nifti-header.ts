// The NIfTI-1 and NIfTI-2 header: 348 or 540 bytes, either byte order, nothing decided yet.
import type { Problem } from '../contract/problem.ts';
import { refuse } from './refusals.ts';

export interface NiftiHeader {
  version: 1 | 2;
  littleEndian: boolean;
  dim: number[];
  datatype: number;
  /** pixdim[0…7]; pixdim[0] carries the handedness of the quaternion form. */
  pixdim: number[];
  voxelOffset: number;
  slope: number;
  intercept: number;
  spatialUnit: number;
  qformCode: number;
  sformCode: number;
  /** Quaternion b, c, d and offset x, y, z. */
  quaternion: number[];
  /** Three rows of four, RAS. */
  sform: number[];
  description: string;
}

/** The bytes a header needs. */
export const NIFTI_HEADER_LENGTH = 544;

/** Which NIfTI version the first bytes are of, and in which byte order; null when they are of neither. */
export function niftiKind(bytes: Buffer): { version: 1 | 2; littleEndian: boolean } | null {
  if (bytes.length < 4) return null;
  for (const littleEndian of [true, false]) {
    const size = littleEndian ? bytes.readInt32LE(0) : bytes.readInt32BE(0);
    if (size === 348 && bytes.length >= 348) {
      const magic = bytes.toString('latin1', 344, 347);
      if (magic === 'n+1' || magic === 'ni1') return { version: 1, littleEndian };
    }
    if (size === 540 && /^n[+i]2/.test(bytes.toString('latin1', 4, 7))) return { version: 2, littleEndian };
  }
  return null;
}

/** True when the bytes begin like a NIfTI (its size word is right) but are too short or carry another magic. */
export function isAlmostNifti(bytes: Buffer): boolean {
  if (bytes.length < 4) return false;
  return [bytes.readInt32LE(0), bytes.readInt32BE(0)].some((size) => size === 348 || size === 540);
}

/** Parses the header. Throws Problem `file-truncated`, `file-wrong-magic` or `encoding-unsupported`. */
export function parseNiftiHeader(bytes: Buffer, path: string): NiftiHeader {
  if (bytes.length < 348) throw cutShort(path);
  const kind = niftiKind(bytes);
  if (!kind) {
    throw refuse(
      'file-wrong-magic',
      path,
      'begins like a NIfTI file but lacks its signature (n+1 or n+2): it is damaged, or an Analyze file. ' +
        'Export it as NIfTI again.',
    );
  }
  const needed = kind.version === 1 ? 348 : 540;
  if (bytes.length < needed) throw cutShort(path);
  const magicAt = kind.version === 1 ? 344 : 4;
  if (bytes[magicAt + 1] !== 0x2b) {
    throw refuse(
      'encoding-unsupported',
      path,
      'is the header of a two-file NIfTI (.hdr and .img). Save it as one .nii or .nii.gz file.',
    );
  }
  const read = fieldReader(bytes, kind.littleEndian);
  const header = kind.version === 1 ? parseVersion1(read) : parseVersion2(read);
  return { ...header, ...kind };
}

function cutShort(path: string): Problem {
  return refuse('file-truncated', path, 'is cut short inside its header. Copy or export the file again.');
}

function fieldReader(bytes: Buffer, little: boolean) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const list = (count: number, at: number, width: number, get: (at: number) => number) =>
    Array.from({ length: count }, (_, n) => get(at + n * width));
  return {
    int16: (at: number) => view.getInt16(at, little),
    int32: (at: number) => view.getInt32(at, little),
    int64: (at: number) => Number(view.getBigInt64(at, little)),
    float: (at: number) => view.getFloat32(at, little),
    double: (at: number) => view.getFloat64(at, little),
    byte: (at: number) => view.getUint8(at),
    int16s: (count: number, at: number) => list(count, at, 2, (a) => view.getInt16(a, little)),
    int64s: (count: number, at: number) => list(count, at, 8, (a) => Number(view.getBigInt64(a, little))),
    floats: (count: number, at: number) => list(count, at, 4, (a) => view.getFloat32(a, little)),
    doubles: (count: number, at: number) => list(count, at, 8, (a) => view.getFloat64(a, little)),
    text: (at: number, length: number) => bytes.toString('latin1', at, at + length).replace(/\0[^]*$/, ''),
  };
}
type FieldReader = ReturnType<typeof fieldReader>;
type Fields = Omit<NiftiHeader, 'version' | 'littleEndian'>;

/** Field positions: nifti1.h, R. W. Cox and others, 2003. */
function parseVersion1(read: FieldReader): Fields {
  return {
    dim: read.int16s(8, 40),
    datatype: read.int16(70),
    pixdim: read.floats(8, 76),
    voxelOffset: read.float(108),
    slope: read.float(112),
    intercept: read.float(116),
    spatialUnit: read.byte(123) & 7,
    description: read.text(148, 80),
    qformCode: read.int16(252),
    sformCode: read.int16(254),
    quaternion: read.floats(6, 256),
    sform: read.floats(12, 280),
  };
}

/** Field positions: nifti2.h, 2011. */
function parseVersion2(read: FieldReader): Fields {
  return {
    datatype: read.int16(12),
    dim: read.int64s(8, 16),
    pixdim: read.doubles(8, 104),
    voxelOffset: read.int64(168),
    slope: read.double(176),
    intercept: read.double(184),
    description: read.text(240, 80),
    qformCode: read.int32(344),
    sformCode: read.int32(348),
    quaternion: read.doubles(6, 352),
    sform: read.doubles(12, 400),
    spatialUnit: read.int32(500) & 7,
  };
}
