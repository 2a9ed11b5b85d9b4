// Whether a DICOM slice's JPEG 2000 data are whole: decoders paint over what is missing or damaged and say nothing.
import { readFile } from 'node:fs/promises';
import type { Problem } from '../contract/problem.ts';
import type { DicomHeader } from './dicom-header.ts';
import { refuse } from './refusals.ts';

/** JPEG 2000 lossless only, and JPEG 2000. */
const SYNTAXES = new Set(['1.2.840.10008.1.2.4.90', '1.2.840.10008.1.2.4.91']);
/** As many equal bytes in a row are no coded picture, but a block that was never written. */
const DEAD_RUN = 512;

const SOC = 0xff4f;
const SIZ = 0xff51;
const COD = 0xff52;
const SOT = 0xff90;
const SOD = 0xff93;
const EOC = 0xffd9;
const ITEM = 0xfffee000;
const SEQUENCE_END = 0xfffee0dd;

/** Why data cannot be decoded as they were meant; `cut` where their end is missing. */
export interface Flaw {
  cut: boolean;
  why: string;
}

/**
 * Throws Problem `file-truncated` or `dicom-damaged` where the JPEG 2000 data of a slice are not whole; slices packed
 * otherwise pass. A flipped bit inside the coded picture can go unseen: the format keeps no checksum of it.
 */
export async function checkJpeg2000(slice: DicomHeader): Promise<void> {
  if (!SYNTAXES.has(slice.transferSyntax)) return;
  const found = codestreamIn(await readFile(slice.path));
  // Where the pixels lie in no way known here, the decoder says so itself.
  if (found === null) return;
  const flaw = Buffer.isBuffer(found) ? flawOf(found, slice) : found;
  if (flaw) throw refusal(slice.path, flaw);
}

function refusal(path: string, { cut, why }: Flaw): Problem {
  return refuse(
    cut ? 'file-truncated' : 'dicom-damaged',
    path,
    `${cut ? 'is cut short' : 'is damaged'}: ${why}. Nothing was taken in; fetch the series again.`,
  );
}

/** The fragments of PixelData put together (PS3.5, A.4); null where the file holds none. */
function codestreamIn(file: Buffer): Buffer | Flaw | null {
  const start = Math.max(...['OB', 'OW'].map((vr) => file.lastIndexOf(encapsulated(vr))));
  if (start < 0) return null;
  const fragments: Buffer[] = [];
  for (let at = start + 12; ;) {
    if (at + 8 > file.length) return { cut: true, why: 'the end of its compressed pixels is missing' };
    const tag = ((file.readUInt16LE(at) << 16) | file.readUInt16LE(at + 2)) >>> 0;
    const length = file.readUInt32LE(at + 4);
    if (tag === SEQUENCE_END) break;
    if (tag !== ITEM)
      return { cut: false, why: 'the parts of its compressed pixels do not follow one another' };
    if (at + 8 + length > file.length) return { cut: true, why: 'its compressed pixels are not all there' };
    fragments.push(file.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  // The first is the table of offsets.
  const data = Buffer.concat(fragments.slice(1));
  // Some writers put the codestream into the boxes of a JP2 file.
  const begin = data.indexOf(Buffer.from([0xff, 0x4f, 0xff, 0x51]));
  return begin < 0 ? { cut: false, why: 'its JPEG 2000 data have no beginning' } : data.subarray(begin);
}

/** PixelData of unknown length and the tag of its first item. */
function encapsulated(vr: string): Buffer {
  const head = [0xe0, 0x7f, 0x10, 0, vr.charCodeAt(0), vr.charCodeAt(1), 0, 0, 0xff, 0xff, 0xff, 0xff];
  return Buffer.from([...head, 0xfe, 0xff, 0, 0xe0]);
}

interface Frame {
  tiles: number;
  /** Most equal bytes that the packets of an empty picture can make. */
  emptyRun: number;
}

/**
 * What is wrong with a codestream (ISO/IEC 15444-1, Annex A), or null: the size that its header promises, the length
 * and number of every tile's parts, and that no marker stands inside coded data, which never hold one.
 */
export function flawOf(
  data: Buffer,
  expected: { rows: number; columns: number; samplesPerPixel: number },
): Flaw | null {
  const frame: Frame = { tiles: 0, emptyRun: Infinity };
  const header = readHeader(data, 2, SOT, (marker, body) => {
    if (marker === SIZ) return sizeFlaw(body, expected, frame);
    if (marker === COD) noteCoding(body, expected.samplesPerPixel, frame);
    return null;
  });
  if (typeof header !== 'number') return header;
  if (data.readUInt16BE(0) !== SOC || frame.tiles === 0) return damaged('have no size');
  const tiles = new Map<number, { parts: number; wanted: number }>();
  let at = header;
  while (at + 2 <= data.length && data.readUInt16BE(at) === SOT) {
    const part = readTilePart(data, at, frame);
    if ('why' in part) return part;
    const tile = tiles.get(part.tile) ?? { parts: 0, wanted: 0 };
    if (part.number !== tile.parts) return damaged('lack a part of a tile');
    tiles.set(part.tile, { parts: tile.parts + 1, wanted: part.of || tile.wanted });
    at = part.end;
  }
  const whole = [...tiles.values()].every(({ parts, wanted }) => wanted === 0 || wanted === parts);
  // Writers that forget the last marker lose no pixel by it.
  const ended = at + 1 >= data.length || data.readUInt16BE(at) === EOC;
  if (!ended) return damaged('do not go on where a part of them ends');
  return tiles.size === frame.tiles && whole ? null : { cut: true, why: 'its JPEG 2000 data lack a tile' };
}

const damaged = (what: string): Flaw => ({ cut: false, why: `its JPEG 2000 data ${what}` });

/** Passes over segments from `at` to the marker `last`; answers where that stands. */
function readHeader(
  data: Buffer,
  at: number,
  last: number,
  visit: (marker: number, body: Buffer) => Flaw | null,
): number | Flaw {
  for (;;) {
    if (at + 4 > data.length) return { cut: true, why: 'its JPEG 2000 data end in their header' };
    const marker = data.readUInt16BE(at);
    if (marker === last) return at;
    const length = data.readUInt16BE(at + 2);
    if (marker < 0xff51 || marker > 0xff64 || length < 2) return damaged('have a damaged header');
    if (at + 2 + length > data.length) return { cut: true, why: 'its JPEG 2000 data end in their header' };
    const flaw = visit(marker, data.subarray(at + 4, at + 2 + length));
    if (flaw) return flaw;
    at += 2 + length;
  }
}

/** Image and tile size: Xsiz, Ysiz, XOsiz, YOsiz, XTsiz, YTsiz, XTOsiz, YTOsiz, Csiz behind two bytes. */
function sizeFlaw(
  body: Buffer,
  expected: { rows: number; columns: number; samplesPerPixel: number },
  frame: Frame,
): Flaw | null {
  if (body.length < 36) return damaged('have a damaged header');
  const [x, y, x0, y0, tileX, tileY, tileX0, tileY0] = [0, 1, 2, 3, 4, 5, 6, 7].map((n) =>
    body.readUInt32BE(2 + 4 * n),
  );
  const samples = body.readUInt16BE(34);
  if (x - x0 !== expected.columns || y - y0 !== expected.rows || samples !== expected.samplesPerPixel)
    return damaged('hold a picture of another size than the file says');
  if (tileX === 0 || tileY === 0) return damaged('have a damaged header');
  frame.tiles = Math.ceil((x - tileX0) / tileX) * Math.ceil((y - tileY0) / tileY);
  return null;
}

/** A packet of nothing is a zero byte; there is one a layer, resolution and component, where precincts are whole. */
function noteCoding(body: Buffer, samples: number, frame: Frame): void {
  if (body.length < 6 || (body[0] & 1) !== 0) return;
  const packets = body.readUInt16BE(2) * (body[5] + 1) * samples;
  frame.emptyRun = packets + DEAD_RUN;
}

/** One part of a tile: which, where it ends, and a look at what is coded in it. */
function readTilePart(
  data: Buffer,
  at: number,
  frame: Frame,
): { tile: number; number: number; of: number; end: number } | Flaw {
  if (at + 12 > data.length) return { cut: true, why: 'its JPEG 2000 data end in their header' };
  const [tile, length] = [data.readUInt16BE(at + 4), data.readUInt32BE(at + 6)];
  if (data.readUInt16BE(at + 2) !== 10 || tile >= frame.tiles) return damaged('name a tile that is none');
  // Length 0: the last part, up to the end.
  const end = length === 0 ? endOf(data) : at + length;
  if (end > data.length) return { cut: true, why: 'its JPEG 2000 data are not all there' };
  const begin = readHeader(data.subarray(0, end), at + 12, SOD, () => null);
  if (typeof begin !== 'number') return begin;
  if (!isCoded(data.subarray(begin + 2, end), frame.emptyRun))
    return damaged('hold bytes that are no picture');
  return { tile, number: data[at + 10], of: data[at + 11], end };
}

function endOf(data: Buffer): number {
  const at = data.lastIndexOf(Buffer.from([0xff, 0xd9]));
  return at >= data.length - 4 && at >= 0 ? at : data.length;
}

/** Coded data stuff a bit behind each FF, so that none above FF8F stands in them but marks of packets (FF91, FF92). */
function isCoded(bytes: Buffer, emptyRun: number): boolean {
  let run = 0;
  for (let n = 1; n < bytes.length; n++) {
    const [before, here] = [bytes[n - 1], bytes[n]];
    if (before === 0xff && here > 0x8f && here !== 0x91 && here !== 0x92) return false;
    run = here === before ? run + 1 : 0;
    if (run >= emptyRun) return false;
  }
  return true;
}
