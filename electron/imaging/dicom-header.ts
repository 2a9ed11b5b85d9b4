// What Concord needs of a DICOM header: where a slice lies and which series it is of. Never who the patient is.
import { open } from 'node:fs/promises';
import type { Triple } from '../contract/geometry.ts';
import { dicomParser, type DicomParser } from './dicom-parser.ts';

export interface DicomHeader {
  path: string;
  byteLength: number;
  /** SeriesInstanceUID; empty where a file has been stripped of it. */
  series: string;
  description: string;
  /** Series, protocol and pulse sequence in the scanner's words. */
  sequenceWords: string;
  /** FrameOfReferenceUID, or empty. */
  frameOfReference: string;
  modality: string;
  /** YYYYMMDD of the series (or study), or empty. */
  date: string;
  transferSyntax: string;
  instanceNumber: number;
  frames: number;
  rows: number;
  columns: number;
  samplesPerPixel: number;
  bitsAllocated: number;
  bitsStored: number;
  highBit: number;
  signed: boolean;
  /** ImagePositionPatient, LPS mm; null where the object has none. */
  position: Triple | null;
  /** ImageOrientationPatient: the direction of growing columns, then of growing rows. */
  orientation: { alongRow: Triple; alongColumn: Triple } | null;
  /** mm between columns (i), then between rows (j). */
  pixelSpacing: [number, number] | null;
  sliceThickness: number | null;
  slope: number;
  intercept: number;
}

export const PIXEL_DATA = '7FE00010';
/** Most headers end within this; where one does not, the whole file is read. */
const FIRST_BYTES = 1 << 17;

/** True when the bytes carry DICOM's mark after its 128-byte preamble. */
export function isDicom(bytes: Buffer): boolean {
  return bytes.length >= 132 && bytes.toString('latin1', 128, 132) === 'DICM';
}

/** Reads a header, or null when the file is no DICOM file. Throws when it is one and cannot be parsed. */
export async function readDicomHeader(path: string): Promise<DicomHeader | null> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    let bytes = Buffer.alloc(Math.min(size, FIRST_BYTES));
    await handle.read(bytes, 0, bytes.length, 0);
    if (!isDicom(bytes)) return null;
    const parser = await dicomParser();
    if (size > FIRST_BYTES) {
      const header = parsedOrNull(parser, bytes, path, size);
      if (header?.position && header.rows > 0) return header;
      bytes = Buffer.alloc(size);
      await handle.read(bytes, 0, size, 0);
    }
    return headerOf(parser, bytes, path, size);
  } finally {
    await handle.close();
  }
}

/** What a file's first bytes say; null when they are too few, as where a large private element comes early. */
function parsedOrNull(parser: DicomParser, bytes: Buffer, path: string, size: number): DicomHeader | null {
  try {
    return headerOf(parser, bytes, path, size);
  } catch {
    return null;
  }
}

function headerOf(parser: DicomParser, bytes: Buffer, path: string, byteLength: number): DicomHeader {
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const { dict, meta } = parser.data.DicomMessage.readFile(buffer, {
    untilTag: PIXEL_DATA,
    includeUntilTagValue: false,
  });
  const values = (tag: string): unknown[] => dict[tag]?.Value ?? [];
  const text = (tag: string) => String(values(tag)[0] ?? '').trim();
  const number = (tag: string, otherwise: number) => {
    const value = Number(values(tag)[0] ?? otherwise);
    return Number.isFinite(value) ? value : otherwise;
  };
  const numbers = (tag: string, count: number) => {
    const list = values(tag).map(Number);
    return list.length === count && list.every(Number.isFinite) ? list : null;
  };
  const orientation = numbers('00200037', 6);
  const pixelSpacing = numbers('00280030', 2);
  return {
    path,
    byteLength,
    series: text('0020000E'),
    description: text('0008103E'),
    frameOfReference: text('00200052'),
    sequenceWords: [text('0008103E'), text('00181030'), text('00180024')].join(' '),
    modality: text('00080060'),
    date: text('00080021') || text('00080020'),
    transferSyntax: String(meta['00020010']?.Value?.[0] ?? ''),
    instanceNumber: number('00200013', 0),
    frames: number('00280008', 1),
    rows: number('00280010', 0),
    columns: number('00280011', 0),
    samplesPerPixel: number('00280002', 1),
    bitsAllocated: number('00280100', 16),
    bitsStored: number('00280101', number('00280100', 16)),
    highBit: number('00280102', number('00280101', 16) - 1),
    signed: number('00280103', 0) === 1,
    position: numbers('00200032', 3) as Triple | null,
    orientation: orientation && {
      alongRow: orientation.slice(0, 3) as Triple,
      alongColumn: orientation.slice(3) as Triple,
    },
    // PixelSpacing lists the distance between rows first.
    pixelSpacing: pixelSpacing && [pixelSpacing[1], pixelSpacing[0]],
    sliceThickness: numbers('00180050', 1)?.[0] ?? null,
    slope: number('00281053', 1),
    intercept: number('00281052', 0),
  };
}
