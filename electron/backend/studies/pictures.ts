// Example pictures: known by what is in the file, and freed of everything that is not the picture (names, dates, GPS).
import { crc32 } from 'node:zlib';
import { LARGEST_PICTURE } from '../../contract/instructions.ts';
import { Problem } from '../../contract/problem.ts';

export interface CleanPicture {
  bytes: Buffer;
  mediaType: 'image/png' | 'image/jpeg';
  extension: 'png' | 'jpg';
  width: number;
  height: number;
}

const LARGEST_SIDE = 16_384;
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Chunks that make the picture; all others may tell who, when and where. */
const PNG_KEPT = new Set([
  'IHDR',
  'PLTE',
  'tRNS',
  'gAMA',
  'cHRM',
  'sRGB',
  'sBIT',
  'bKGD',
  'pHYs',
  'IDAT',
  'IEND',
]);

/**
 * The picture of a PNG or JPEG file without its notes. Throws Problem `picture-unknown`, `picture-damaged`,
 * `picture-too-large`.
 */
export function cleanPicture(bytes: Buffer, name: string): CleanPicture {
  if (bytes.length > LARGEST_PICTURE) throw tooLarge(name, `has ${Math.ceil(bytes.length / 1e6)} MB`);
  if (bytes.subarray(0, PNG.length).equals(PNG)) return checked(cleanPng(bytes, name), name);
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff)
    return checked(cleanJpeg(bytes, name), name);
  throw new Problem(
    'picture-unknown',
    `${name} is neither a PNG nor a JPEG picture, whatever it is called. Nothing was added; save it as one of these.`,
    { status: 422 },
  );
}

function checked(picture: CleanPicture, name: string): CleanPicture {
  const { width, height } = picture;
  if (width < 1 || height < 1) throw damaged(name);
  if (Math.max(width, height) > LARGEST_SIDE) throw tooLarge(name, `has ${width} × ${height} pixels`);
  return picture;
}

function cleanPng(bytes: Buffer, name: string): CleanPicture {
  const kept: Buffer[] = [PNG];
  let [width, height, data] = [0, 0, 0];
  for (let at = PNG.length, first = true; ; first = false) {
    if (at + 12 > bytes.length) throw damaged(name);
    const length = bytes.readUInt32BE(at);
    const end = at + 12 + length;
    if (end > bytes.length) throw damaged(name);
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (crc32(bytes.subarray(at + 4, end - 4)) !== bytes.readUInt32BE(end - 4)) throw damaged(name);
    if (first !== (type === 'IHDR')) throw damaged(name);
    if (type === 'IHDR') [width, height] = [bytes.readUInt32BE(at + 8), bytes.readUInt32BE(at + 12)];
    if (type === 'IDAT') data += length;
    if (PNG_KEPT.has(type)) kept.push(bytes.subarray(at, end));
    at = end;
    if (type === 'IEND') break;
  }
  if (data === 0) throw damaged(name);
  return { bytes: Buffer.concat(kept), mediaType: 'image/png', extension: 'png', width, height };
}

/** APP0 (JFIF) and APP14 (Adobe's colours) make the picture; the other APPn hold EXIF, XMP, IPTC; COM is a comment. */
function isNote(marker: number): boolean {
  return marker === 0xfe || (marker >= 0xe1 && marker <= 0xef && marker !== 0xee);
}

function cleanJpeg(bytes: Buffer, name: string): CleanPicture {
  const kept: Buffer[] = [bytes.subarray(0, 2)];
  let [width, height] = [0, 0];
  for (let at = 2; ;) {
    if (at + 4 > bytes.length || bytes[at] !== 0xff) throw damaged(name);
    const marker = bytes[at + 1];
    if (marker === 0xff) {
      at++; // fill bytes
      continue;
    }
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    if (end > bytes.length) throw damaged(name);
    // Frame headers: C0…CF without the tables C4, C8 and CC.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      [height, width] = [bytes.readUInt16BE(at + 5), bytes.readUInt16BE(at + 7)];
    }
    if (!isNote(marker)) kept.push(bytes.subarray(at, end));
    at = end;
    if (marker === 0xda) {
      // From the first scan on there is picture only, up to its end; what follows is none of it.
      const last = bytes.lastIndexOf(Buffer.from([0xff, 0xd9]));
      if (last < at) throw damaged(name);
      kept.push(bytes.subarray(at, last + 2));
      break;
    }
  }
  return { bytes: Buffer.concat(kept), mediaType: 'image/jpeg', extension: 'jpg', width, height };
}

function damaged(name: string): Problem {
  return new Problem(
    'picture-damaged',
    `${name} is damaged or cut short. Nothing was added; save the picture anew and try again.`,
    { status: 422 },
  );
}

function tooLarge(name: string, why: string): Problem {
  return new Problem(
    'picture-too-large',
    `${name} ${why}; a picture may have ${LARGEST_PICTURE >> 20} MB and ${LARGEST_SIDE} pixels a side. Nothing was added; save it smaller.`,
    { status: 413 },
  );
}
