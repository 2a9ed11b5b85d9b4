// Image files made by hand for the tests, right ones and broken ones.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Problem } from '../contract/problem.ts';

/** A folder that goes when the tests of a file are done. */
export function temporaryFolder(): { path(name: string): string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'concord-imaging-'));
  return {
    path: (name) => join(folder, name),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The code and sentence with which `work` refuses; fails when it does not refuse with a Problem. */
export async function refusalOf(work: Promise<unknown>): Promise<{ code: string; message: string }> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Problem) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('it was accepted');
}

export interface NiftiFields {
  dim?: number[];
  datatype?: number;
  pixdim?: number[];
  voxelOffset?: number;
  slope?: number;
  intercept?: number;
  units?: number;
  qformCode?: number;
  sformCode?: number;
  quaternion?: number[];
  sform?: number[];
  magic?: string;
  bigEndian?: boolean;
}

/** A NIfTI-1 file of 4 × 3 × 2 int16 voxels (or as said) with identity sform in RAS. */
export function niftiBytes(voxels: ArrayBufferView, fields: NiftiFields = {}): Buffer {
  const little = !fields.bigEndian;
  const bytes = Buffer.alloc(352);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dim = fields.dim ?? [3, 4, 3, 2, 1, 1, 1, 1];
  view.setInt32(0, 348, little);
  dim.forEach((n, at) => view.setInt16(40 + 2 * at, n, little));
  view.setInt16(70, fields.datatype ?? 4, little);
  (fields.pixdim ?? [1, 1, 1, 1, 1, 1, 1, 1]).forEach((v, at) => view.setFloat32(76 + 4 * at, v, little));
  view.setFloat32(108, fields.voxelOffset ?? 352, little);
  view.setFloat32(112, fields.slope ?? 1, little);
  view.setFloat32(116, fields.intercept ?? 0, little);
  view.setUint8(123, fields.units ?? 2);
  view.setInt16(252, fields.qformCode ?? 0, little);
  view.setInt16(254, fields.sformCode ?? 1, little);
  (fields.quaternion ?? [0, 0, 0, 0, 0, 0]).forEach((v, at) => view.setFloat32(256 + 4 * at, v, little));
  (fields.sform ?? [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]).forEach((v, at) =>
    view.setFloat32(280 + 4 * at, v, little),
  );
  bytes.write(fields.magic ?? 'n+1', 344, 'latin1');
  return Buffer.concat([bytes, Buffer.from(voxels.buffer, voxels.byteOffset, voxels.byteLength)]);
}

/** 24 counting voxels. */
export const counting = () => Int16Array.from({ length: 24 }, (_, n) => n);

export function writeBytes(path: string, bytes: Uint8Array): string {
  writeFileSync(path, path.endsWith('.gz') ? gzipSync(bytes) : bytes);
  return path;
}

export interface SliceFields {
  series?: string;
  description?: string;
  modality?: string;
  position?: number[];
  orientation?: number[];
  rows?: number;
  columns?: number;
  pixelSpacing?: number[];
  slope?: number;
  intercept?: number;
  samples?: number;
  frames?: number;
  /** The same stored value in every pixel, or one a pixel. */
  value?: number | number[];
  name?: string;
  /** How many bytes are cut off the end. */
  cut?: number;
}

/** One CT slice, explicit VR little endian, 16 bits signed. */
export function dicomBytes(slice: SliceFields = {}): Buffer {
  const rows = slice.rows ?? 4;
  const columns = slice.columns ?? 5;
  const pixels = new Int16Array(rows * columns * (slice.samples ?? 1) * (slice.frames ?? 1));
  const value = slice.value ?? 0;
  pixels.forEach((_, n) => (pixels[n] = typeof value === 'number' ? value : value[n]));
  const uid = '1.2.826.0.1.3680043.2.1125.1';
  const instance = `${uid}.${Math.abs(Math.round((slice.position?.[2] ?? 0) * 1000))}.${columns}`;
  const list = (values: number[]) => values.join('\\');
  const meta = Buffer.concat([
    element(0x0002, 0x0002, 'UI', '1.2.840.10008.5.1.4.1.1.2'),
    element(0x0002, 0x0003, 'UI', instance),
    element(0x0002, 0x0010, 'UI', '1.2.840.10008.1.2.1'),
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(meta.length);
  const dataset = Buffer.concat([
    element(0x0008, 0x0016, 'UI', '1.2.840.10008.5.1.4.1.1.2'),
    element(0x0008, 0x0018, 'UI', instance),
    element(0x0008, 0x0021, 'DA', '20260102'),
    element(0x0008, 0x0060, 'CS', slice.modality ?? 'CT'),
    element(0x0008, 0x103e, 'LO', slice.description ?? 'abdomen'),
    element(0x0010, 0x0010, 'PN', slice.name ?? 'Nobody^At All'),
    element(0x0018, 0x0050, 'DS', '2'),
    element(0x0020, 0x000d, 'UI', `${uid}.9`),
    element(0x0020, 0x000e, 'UI', slice.series ?? `${uid}.1`),
    element(0x0020, 0x0032, 'DS', list(slice.position ?? [0, 0, 0])),
    element(0x0020, 0x0037, 'DS', list(slice.orientation ?? [1, 0, 0, 0, 1, 0])),
    element(0x0028, 0x0002, 'US', slice.samples ?? 1),
    element(0x0028, 0x0004, 'CS', slice.samples === 3 ? 'RGB' : 'MONOCHROME2'),
    ...(slice.frames ? [element(0x0028, 0x0008, 'IS', String(slice.frames))] : []),
    element(0x0028, 0x0010, 'US', rows),
    element(0x0028, 0x0011, 'US', columns),
    element(0x0028, 0x0030, 'DS', list(slice.pixelSpacing ?? [0.5, 0.75])),
    element(0x0028, 0x0100, 'US', 16),
    element(0x0028, 0x0101, 'US', 16),
    element(0x0028, 0x0102, 'US', 15),
    element(0x0028, 0x0103, 'US', 1),
    element(0x0028, 0x1052, 'DS', String(slice.intercept ?? 0)),
    element(0x0028, 0x1053, 'DS', String(slice.slope ?? 1)),
    element(0x7fe0, 0x0010, 'OW', Buffer.from(pixels.buffer)),
  ]);
  const preamble = Buffer.alloc(132);
  preamble.write('DICM', 128, 'latin1');
  const whole = Buffer.concat([preamble, element(0x0002, 0x0000, 'UL', length), meta, dataset]);
  return whole.subarray(0, whole.length - (slice.cut ?? 0));
}

function element(group: number, tag: number, vr: string, value: string | number | Buffer): Buffer {
  let data: Buffer;
  if (typeof value === 'number') {
    data = Buffer.alloc(2);
    data.writeUInt16LE(value);
  } else if (typeof value === 'string') {
    data = Buffer.from(value.length % 2 ? value + (vr === 'UI' ? '\0' : ' ') : value, 'latin1');
  } else data = value;
  const long = vr === 'OW' || vr === 'OB' || vr === 'UN';
  const head = Buffer.alloc(long ? 12 : 8);
  head.writeUInt16LE(group, 0);
  head.writeUInt16LE(tag, 2);
  head.write(vr, 4, 'latin1');
  if (long) head.writeUInt32LE(data.length, 8);
  else head.writeUInt16LE(data.length, 6);
  return Buffer.concat([head, data]);
}
