// NRRD headers, attached (.nrrd) or detached (.nhdr), checked before anything is allocated.
import { dirname, resolve } from 'node:path';
import type { Grid, Triple } from '../contract/geometry.ts';
import type { FileStart } from './file-bytes.ts';
import { checkOrigin, checkShape, checkSpacing, gridFromColumns } from './file-grid.ts';
import type { RawEncoding, RawImage } from './raw-image.ts';
import { damagedHeader, refuse } from './refusals.ts';
import type { StoredType } from './voxel-types.ts';

/** Bytes of a file's start in which a header must end. */
export const TEXT_HEADER_LIMIT = 1 << 20;

const TYPES: readonly [RegExp, StoredType][] = [
  [/^(signed char|int8|int8_t)$/, 'int8'],
  [/^(uchar|unsigned char|uint8|uint8_t)$/, 'uint8'],
  [/^(signed )?short( int)?$|^int16(_t)?$/, 'int16'],
  [/^ushort$|^unsigned short( int)?$|^uint16(_t)?$/, 'uint16'],
  [/^(signed )?int$|^int32(_t)?$/, 'int32'],
  [/^uint$|^unsigned int$|^uint32(_t)?$/, 'uint32'],
  [/^longlong$|^(signed )?long long( int)?$|^int64(_t)?$/, 'int64'],
  [/^ulonglong$|^unsigned long long( int)?$|^uint64(_t)?$/, 'uint64'],
  [/^float$/, 'float32'],
  [/^double$/, 'float64'],
];
const ENCODINGS: Readonly<Record<string, RawEncoding>> = {
  raw: 'raw',
  gzip: 'packed',
  gz: 'packed',
  ascii: 'text',
  text: 'text',
  txt: 'text',
};
/** Signs that turn the first three coordinates of a space into LPS. */
const SPACES: Readonly<Record<string, Triple>> = {
  'left-posterior-superior': [1, 1, 1],
  lps: [1, 1, 1],
  'right-anterior-superior': [-1, -1, 1],
  ras: [-1, -1, 1],
  'left-anterior-superior': [1, -1, 1],
  las: [1, -1, 1],
};
const UNITS: Readonly<Record<string, number>> = { mm: 1, cm: 10, m: 1000, um: 0.001, μm: 0.001, µm: 0.001 };

export function isNrrd(bytes: Buffer): boolean {
  return (
    bytes.length >= 8 && bytes.toString('latin1', 0, 4) === 'NRRD' && bytes[4] >= 0x30 && bytes[4] <= 0x39
  );
}

/** Understands the header of the NRRD at `path`. Throws Problem. */
export function parseNrrd(start: FileStart, path: string): RawImage {
  const { fields, end } = headerFields(start.bytes, path);
  const field = (name: string) => fields.get(name) ?? null;
  const type = (field('type') ?? '').toLowerCase();
  const storedType = TYPES.find(([pattern]) => pattern.test(type))?.[1];
  if (!storedType) {
    throw refuse('voxel-type-unsupported', path, `stores voxels as “${type}”, which Concord does not open.`);
  }
  const encodingName = (field('encoding') ?? '').toLowerCase();
  const encoding = ENCODINGS[encodingName];
  if (!encoding) {
    throw refuse(
      'encoding-unsupported',
      path,
      `packs its voxels as “${encodingName}”, which Concord does not open. Save it with encoding raw or gzip.`,
    );
  }
  const warnings: string[] = [];
  const grid = nrrdGrid(field, path, warnings);
  return {
    format: 'nrrd',
    grid,
    storedType,
    littleEndian: field('endian') !== 'big',
    encoding,
    ...dataPlace(field, path, end, encoding),
    slope: 1,
    intercept: 0,
    warnings,
  };
}

type FieldOf = (name: string) => string | null;

/** Fields by lower-case name, and the byte after the blank line that ends the header (or the end of the file). */
function headerFields(bytes: Buffer, path: string): { fields: Map<string, string>; end: number | null } {
  const text = bytes.toString('latin1', 0, Math.min(bytes.length, TEXT_HEADER_LIMIT));
  const blank = /\r?\n\r?\n/.exec(text);
  const fields = new Map<string, string>();
  const lines = (blank ? text.slice(0, blank.index) : text).split(/\r?\n/).slice(1);
  for (const line of lines) {
    if (line.startsWith('#') || line.includes(':=')) continue;
    const colon = line.indexOf(': ');
    if (colon > 0) fields.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 2).trim());
  }
  if (!fields.has('sizes') || !fields.has('dimension')) {
    throw damagedHeader(path, 'it does not state its dimension and sizes');
  }
  return { fields, end: blank ? blank.index + blank[0].length : null };
}

function dataPlace(
  field: FieldOf,
  path: string,
  end: number | null,
  encoding: RawEncoding,
): Pick<RawImage, 'dataPath' | 'offset'> {
  const dataFile = field('data file') ?? field('datafile');
  const skipped = Number(field('byte skip') ?? field('byteskip') ?? 0);
  if (
    Number(field('line skip') ?? field('lineskip') ?? 0) !== 0 ||
    !Number.isInteger(skipped) ||
    skipped < -1
  ) {
    throw refuse('encoding-unsupported', path, 'skips lines before its voxels. Save it as one .nrrd file.');
  }
  if (skipped !== 0 && encoding !== 'raw') {
    throw refuse('encoding-unsupported', path, 'skips bytes of packed voxels. Save it as one .nrrd file.');
  }
  if (dataFile === null) {
    if (end === null) throw refuse('file-truncated', path, 'is cut short: it ends with its header.');
    return { dataPath: path, offset: skipped === -1 ? null : end + skipped };
  }
  if (/^LIST\b/.test(dataFile) || /%/.test(dataFile)) {
    throw refuse(
      'encoding-unsupported',
      path,
      'spreads its voxels over several files. Save it as one .nrrd file.',
    );
  }
  return { dataPath: resolve(dirname(path), dataFile), offset: skipped === -1 ? null : skipped };
}

function nrrdGrid(field: FieldOf, path: string, warnings: string[]): Grid {
  const sizes = (field('sizes') ?? '').split(/\s+/).map(Number);
  const kinds = (field('kinds') ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  if (sizes.length !== Number(field('dimension')))
    throw damagedHeader(path, 'its dimension and sizes disagree');
  const directions = field('space directions') ? vectors(field('space directions')!) : null;
  if (directions && directions.length !== sizes.length) {
    throw damagedHeader(path, 'its sizes and space directions disagree');
  }
  const axes = spatialAxes(sizes, kinds, directions, path);
  const shape = axes.map((axis) => sizes[axis]);
  checkShape(shape, path);
  const spaceName = (field('space') ?? '').toLowerCase();
  const signs = SPACES[spaceName] ?? [1, 1, 1];
  if (!SPACES[spaceName]) warnings.push('The file does not name its patient space; LPS is assumed.');
  const scale = unitScale(field('space units') ?? field('units'), path);
  const lps = (v: readonly number[]): Triple => [0, 1, 2].map((n) => v[n] * signs[n] * scale) as Triple;
  const stated = vectors(field('space origin') ?? '(0,0,0)')[0] ?? [];
  checkOrigin(stated, path);
  if (directions) {
    const columns = axes.map((axis) => lps(directions[axis] ?? [NaN, NaN, NaN])) as [Triple, Triple, Triple];
    return gridFromColumns(shape, columns, lps(stated), path);
  }
  const spacings = (field('spacings') ?? '').split(/\s+/).filter(Boolean).map(Number);
  const spacing = axes.map((axis) => (spacings.length ? spacings[axis] : 1) * scale);
  checkSpacing(spacing, path);
  warnings.push(
    'The file states no directions; its axes are taken to grow towards left, posterior and superior.',
  );
  if (!spacings.length) warnings.push('The file states no spacing; 1 mm is assumed.');
  return { shape, spacing, origin: lps(stated), direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] };
}

/** The three axes that lie in space; every other one must have length 1. */
function spatialAxes(
  sizes: readonly number[],
  kinds: readonly string[],
  directions: readonly (readonly number[] | null)[] | null,
  path: string,
): number[] {
  const all = sizes.map((_, axis) => axis);
  let axes = all;
  if (directions) axes = all.filter((axis) => directions[axis] !== null);
  else if (kinds.length === sizes.length) axes = all.filter((axis) => /^(domain|space)$/.test(kinds[axis]));
  if (axes.length !== 3 && sizes.length <= 4) axes = all.slice(0, 3);
  const others = all.filter((axis) => !axes.includes(axis) && sizes[axis] !== 1);
  if (axes.length !== 3) {
    throw refuse(
      'volume-not-3d',
      path,
      `has ${axes.length} axes in space; Concord opens volumes with three.`,
    );
  }
  if (others.length > 0) {
    const axis = others[0];
    if (sizes[axis] < 1) checkShape(sizes, path);
    if (kinds[axis] === 'time' || (axis === 3 && !kinds[axis]?.match(/list|vector|color|matrix/))) {
      throw refuse(
        'volume-has-time-points',
        path,
        `holds ${sizes[axis]} volumes (a fourth dimension). Split it and import one volume.`,
      );
    }
    throw refuse(
      'volume-is-vector',
      path,
      `holds ${sizes[axis]} values a voxel. Concord opens volumes with one value a voxel.`,
    );
  }
  return axes;
}

/** `(1,0,0) none (0,1,0)` → vectors, null for none. */
function vectors(text: string): (number[] | null)[] {
  return [...text.matchAll(/\(([^)]*)\)|none/gi)].map((match) =>
    match[1] === undefined ? null : match[1].split(',').map(Number),
  );
}

function unitScale(units: string | null, path: string): number {
  const names = [...(units ?? '').matchAll(/"([^"]*)"/g)]
    .map((match) => match[1].toLowerCase())
    .filter(Boolean);
  if (names.length === 0) return 1;
  const scales = names.slice(0, 3).map((name) => UNITS[name]);
  if (scales.some((s) => s === undefined || s !== scales[0])) {
    throw damagedHeader(path, `its units of length (${names.join(', ')}) are not one of mm, cm, m or um`);
  }
  return scales[0];
}
