// MetaImage headers, attached (.mha) or detached (.mhd), checked before anything is allocated.
import { dirname, resolve } from 'node:path';
import type { Grid, Triple } from '../contract/geometry.ts';
import type { FileStart } from './file-bytes.ts';
import { checkOrigin, checkShape, checkSpacing, checkedDirection } from './file-grid.ts';
import { TEXT_HEADER_LIMIT } from './nrrd.ts';
import type { RawEncoding, RawImage } from './raw-image.ts';
import { damagedHeader, refuse } from './refusals.ts';
import type { StoredType } from './voxel-types.ts';

const TYPES: Readonly<Record<string, StoredType>> = {
  MET_CHAR: 'int8',
  MET_UCHAR: 'uint8',
  MET_SHORT: 'int16',
  MET_USHORT: 'uint16',
  MET_INT: 'int32',
  MET_UINT: 'uint32',
  MET_LONG: 'int32',
  MET_ULONG: 'uint32',
  MET_LONG_LONG: 'int64',
  MET_ULONG_LONG: 'uint64',
  MET_FLOAT: 'float32',
  MET_DOUBLE: 'float64',
};

/** True when the first line is a MetaImage tag. */
export function isMetaImage(bytes: Buffer): boolean {
  const text = bytes.toString('latin1', 0, 200);
  return /^\s*(ObjectType|NDims|ObjectSubType|Comment|FormTypeName)\s*=/.test(text);
}

/** Understands the header of the MetaImage at `path`. Throws Problem. */
export function parseMetaImage(start: FileStart, path: string): RawImage {
  const { tags, end } = headerTags(start.bytes, path);
  const tag = (...names: string[]) =>
    names.map((name) => tags.get(name)).find((v) => v !== undefined) ?? null;
  const objectType = tag('ObjectType');
  if (objectType !== null && objectType !== 'Image') {
    throw refuse('file-not-an-image', path, `is a MetaIO “${objectType}”, not an image.`);
  }
  const type = (tag('ElementType') ?? '').toUpperCase();
  const channels = Number(tag('ElementNumberOfChannels') ?? 1);
  if (/_ARRAY$/.test(type) || channels !== 1) {
    throw refuse('volume-is-vector', path, 'holds several values a voxel. Concord opens volumes with one.');
  }
  if (!TYPES[type]) {
    throw refuse('voxel-type-unsupported', path, `stores voxels as “${type}”, which Concord does not open.`);
  }
  const warnings: string[] = [];
  const slope = Number(tag('ElementToIntensityFunctionSlope') ?? 1);
  const intercept = Number(tag('ElementToIntensityFunctionOffset') ?? 0);
  if (!Number.isFinite(slope) || slope === 0 || !Number.isFinite(intercept)) {
    throw damagedHeader(path, 'its intensity function is not made of numbers');
  }
  return {
    format: 'mha',
    grid: metaGrid(tag, path, warnings),
    storedType: TYPES[type],
    littleEndian: !isTrue(tag('BinaryDataByteOrderMSB', 'ElementByteOrderMSB')),
    ...dataPlace(tag, path, end),
    slope,
    intercept,
    warnings,
  };
}

type TagOf = (...names: string[]) => string | null;

function isTrue(value: string | null): boolean {
  return value !== null && /^(t|true|1)$/i.test(value);
}

/** Tags up to ElementDataFile, which is always the last, and the byte after its line. */
function headerTags(bytes: Buffer, path: string): { tags: Map<string, string>; end: number } {
  const text = bytes.toString('latin1', 0, Math.min(bytes.length, TEXT_HEADER_LIMIT));
  const tags = new Map<string, string>();
  let at = 0;
  while (at < text.length) {
    const newline = text.indexOf('\n', at);
    const lineEnd = newline < 0 ? text.length : newline;
    const line = text.slice(at, lineEnd);
    at = lineEnd + 1;
    const equals = line.indexOf('=');
    if (equals < 0) continue;
    tags.set(line.slice(0, equals).trim(), line.slice(equals + 1).trim());
    if (tags.has('ElementDataFile')) return { tags, end: at };
  }
  throw refuse('file-truncated', path, 'is cut short inside its header. Copy or export the file again.');
}

function dataPlace(
  tag: TagOf,
  path: string,
  end: number,
): Pick<RawImage, 'dataPath' | 'offset' | 'encoding'> {
  const packed = isTrue(tag('CompressedData'));
  const text = tag('BinaryData') !== null && !isTrue(tag('BinaryData'));
  const encoding: RawEncoding = packed ? 'packed' : text ? 'text' : 'raw';
  const dataFile = tag('ElementDataFile') ?? '';
  if (dataFile === 'LOCAL') return { dataPath: path, offset: end, encoding };
  if (/^LIST\b/.test(dataFile) || /%/.test(dataFile) || dataFile === '') {
    throw refuse(
      'encoding-unsupported',
      path,
      'spreads its voxels over several files. Save it as one .mha file.',
    );
  }
  const headerSize = Number(tag('HeaderSize') ?? 0);
  if (!Number.isInteger(headerSize) || headerSize < -1)
    throw damagedHeader(path, 'its HeaderSize is not a size');
  const offset = headerSize === -1 && encoding === 'raw' ? null : Math.max(0, headerSize);
  return { dataPath: resolve(dirname(path), dataFile), offset, encoding };
}

/** MetaImage coordinates are LPS mm by ITK's convention; TransformMatrix lists one axis after the other. */
function metaGrid(tag: TagOf, path: string, warnings: string[]): Grid {
  const count = Number(tag('NDims'));
  const numbers = (text: string | null) => (text ?? '').split(/\s+/).filter(Boolean).map(Number);
  const sizes = numbers(tag('DimSize'));
  if (!Number.isInteger(count) || sizes.length !== count) {
    throw damagedHeader(path, 'its NDims and DimSize disagree');
  }
  if (count < 3) throw refuse('volume-not-3d', path, `has ${count} axes; Concord opens volumes with three.`);
  const shape = sizes.slice(0, 3);
  checkShape(shape, path);
  if (sizes.slice(3).some((n) => n !== 1)) {
    throw refuse(
      'volume-has-time-points',
      path,
      `holds ${sizes[3]} volumes (a fourth dimension). Split it and import one volume.`,
    );
  }
  const statedSpacing = numbers(tag('ElementSpacing', 'ElementSize'));
  if (statedSpacing.length === 0) warnings.push('The file states no spacing; 1 mm is assumed.');
  const spacing = statedSpacing.length === 0 ? [1, 1, 1] : statedSpacing.slice(0, 3);
  checkSpacing(spacing, path);
  const statedOrigin = numbers(tag('Offset', 'Position', 'Origin'));
  const origin = statedOrigin.length === 0 ? [0, 0, 0] : statedOrigin.slice(0, 3);
  checkOrigin(origin, path);
  const matrix = numbers(tag('TransformMatrix', 'Rotation', 'Orientation'));
  if (matrix.length === 0) warnings.push('The file states no directions; LPS axes are assumed.');
  else if (matrix.length !== count * count)
    throw damagedHeader(path, 'its TransformMatrix has the wrong size');
  const axes = [0, 1, 2].map((axis) =>
    [0, 1, 2].map((row) => (matrix.length ? matrix[axis * count + row] : Number(axis === row))),
  ) as [Triple, Triple, Triple];
  return { shape, spacing, origin, direction: checkedDirection(axes, path) };
}
