// NRRD and MetaImage: attached and detached, encodings, placement, and refusals before memory is asked for.
import { afterAll, describe, expect, it } from 'vitest';
import { deflateSync, gzipSync } from 'node:zlib';
import { readMask } from './mask-read.ts';
import { inspectVolume, readVolume } from './read-volume.ts';
import { counting, refusalOf, temporaryFolder, writeBytes } from './test-files.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());
let made = 0;

const voxelBytes = Buffer.from(counting().buffer);
const NRRD = {
  type: 'short',
  dimension: '3',
  space: 'left-posterior-superior',
  sizes: '4 3 2',
  'space directions': '(2,0,0) (0,0,3) (0,-4,0)',
  kinds: 'domain domain domain',
  endian: 'little',
  encoding: 'raw',
  'space origin': '(10,20,30)',
};

function nrrd(changes: Record<string, string | null> = {}, data: Uint8Array = voxelBytes): string {
  const fields = Object.entries({ ...NRRD, ...changes }).filter(([, value]) => value !== null);
  const header = `NRRD0004\n# a comment\n${fields.map(([k, v]) => `${k}: ${v}`).join('\n')}\nkey:=value\n\n`;
  return writeBytes(folder.path(`n${made++}.nrrd`), Buffer.concat([Buffer.from(header), data]));
}

const META = {
  ObjectType: 'Image',
  NDims: '3',
  BinaryData: 'True',
  BinaryDataByteOrderMSB: 'False',
  CompressedData: 'False',
  TransformMatrix: '1 0 0 0 0 1 0 -1 0',
  Offset: '10 20 30',
  ElementSpacing: '2 3 4',
  DimSize: '4 3 2',
  ElementType: 'MET_SHORT',
};

function meta(
  changes: Record<string, string | null> = {},
  data: Uint8Array = voxelBytes,
  end = '.mha',
): string {
  // ElementDataFile ends a header wherever it stands.
  const last = { ElementDataFile: changes.ElementDataFile === undefined ? 'LOCAL' : changes.ElementDataFile };
  const fields = { ...META, ...changes };
  delete (fields as Record<string, string | null>).ElementDataFile;
  const tags = Object.entries({ ...fields, ...last }).filter(([, value]) => value !== null);
  const header = `${tags.map(([k, v]) => `${k} = ${v}`).join('\n')}\n`;
  return writeBytes(folder.path(`m${made++}${end}`), Buffer.concat([Buffer.from(header), data]));
}

const GRID = {
  shape: [4, 3, 2],
  spacing: [2, 3, 4],
  origin: [10, 20, 30],
  direction: [1, 0, 0, 0, 0, -1, 0, 1, 0],
};

describe('NRRD', () => {
  it('reads raw, gzip and text, either byte order', async () => {
    const swapped = Buffer.from(voxelBytes).swap16();
    for (const path of [
      nrrd(),
      nrrd({ encoding: 'gzip' }, gzipSync(voxelBytes)),
      nrrd({ encoding: 'ascii' }, Buffer.from(counting().join(' '))),
      nrrd({ endian: 'big' }, swapped),
      nrrd({ 'byte skip': '-1' }, Buffer.concat([Buffer.from('junk'), voxelBytes])),
      nrrd({ space: 'RAS', 'space directions': '(-2,0,0) (0,0,3) (0,4,0)', 'space origin': '(-10,-20,30)' }),
      nrrd({
        'space units': '"cm" "cm" "cm"',
        'space directions': '(.2,0,0) (0,0,.3) (0,-.4,0)',
        'space origin': '(1,2,3)',
      }),
    ]) {
      const volume = await readVolume(path);
      expect(volume.voxels).toEqual(counting());
      expect(volume.grid.spacing.map((s) => Number(s.toFixed(9)))).toEqual(GRID.spacing);
      expect(volume.grid.origin).toEqual(GRID.origin);
      expect(volume.grid.direction).toEqual(GRID.direction);
      expect(volume.format).toBe('nrrd');
      expect((await inspectVolume(path)).grid).toEqual(volume.grid);
    }
  });

  it('reads detached voxels, and a lone fourth axis', async () => {
    writeBytes(folder.path('voxels.raw'), voxelBytes);
    expect((await readVolume(nrrd({ 'data file': 'voxels.raw' }, Buffer.alloc(0)))).voxels).toEqual(
      counting(),
    );
    const lone = { dimension: '4', sizes: '1 4 3 2', kinds: 'list domain domain domain' };
    const directions = `none ${NRRD['space directions']}`;
    expect((await readVolume(nrrd({ ...lone, 'space directions': directions }))).grid).toEqual(GRID);
  });

  it('warns where it has to assume', async () => {
    const bare = await readVolume(nrrd({ space: null, 'space directions': null, spacings: '1 1 5' }));
    expect(bare.grid.spacing).toEqual([1, 1, 5]);
    expect(bare.warnings).toHaveLength(2);
  });

  const refusals: [string, Record<string, string | null>, string][] = [
    ['absurd sizes', { sizes: '4096 4096 4096' }, 'header-absurd-size'],
    ['a size of zero', { sizes: '4 0 2' }, 'header-absurd-size'],
    ['sizes that are no numbers', { sizes: '4 x 2' }, 'header-absurd-size'],
    ['more voxels than bytes', { sizes: '40 30 20' }, 'file-truncated'],
    ['more packed voxels than bytes', { sizes: '1000 1000 1000', encoding: 'gzip' }, 'file-truncated'],
    ['zero spacing', { 'space directions': '(0,0,0) (0,0,3) (0,-4,0)' }, 'direction-singular'],
    ['zero spacings', { 'space directions': null, spacings: '1 0 1' }, 'header-absurd-spacing'],
    ['negative spacings', { 'space directions': null, spacings: '1 -2 1' }, 'header-absurd-spacing'],
    ['shear', { 'space directions': '(2,1,0) (0,0,3) (0,-4,0)' }, 'direction-not-orthogonal'],
    [
      'time points',
      {
        dimension: '4',
        sizes: '4 3 1 2',
        kinds: 'domain domain domain time',
        'space directions': '(1,0,0) (0,1,0) (0,0,1) none',
      },
      'volume-has-time-points',
    ],
    [
      'vectors',
      {
        dimension: '4',
        sizes: '3 4 2 1',
        kinds: 'vector domain domain domain',
        'space directions': 'none (1,0,0) (0,1,0) (0,0,1)',
      },
      'volume-is-vector',
    ],
    ['two dimensions', { dimension: '2', sizes: '6 4', 'space directions': null }, 'volume-not-3d'],
    ['blocks', { type: 'block' }, 'voxel-type-unsupported'],
    ['bzip2', { encoding: 'bzip2' }, 'encoding-unsupported'],
    ['a missing data file', { 'data file': 'nowhere.raw' }, 'data-file-missing'],
    ['many data files', { 'data file': 'slice%03d.raw 1 20 1' }, 'encoding-unsupported'],
    ['no sizes', { sizes: null }, 'header-damaged'],
    ['a dimension that is not the sizes’', { dimension: '4' }, 'header-damaged'],
  ];
  it.each(refusals)('refuses %s', async (_name, changes, code) => {
    const path = nrrd(changes);
    expect((await refusalOf(readVolume(path))).code).toBe(code);
    expect((await refusalOf(inspectVolume(path))).code).toBe(code);
  });

  it('refuses damaged packing and short text', async () => {
    const packed = gzipSync(voxelBytes);
    packed.fill(0xaa, 12, 30);
    expect((await refusalOf(readVolume(nrrd({ encoding: 'gzip' }, packed)))).code).toBe('file-damaged');
    const short = Buffer.from('10000 20000 30000 10000 20000 30000 10000 20000');
    expect((await refusalOf(readVolume(nrrd({ encoding: 'text' }, short)))).code).toBe('file-truncated');
    const words = Buffer.from(counting().join(' ').replace('7', 'seven'));
    expect((await refusalOf(readVolume(nrrd({ encoding: 'text' }, words)))).code).toBe('file-damaged');
  });
});

describe('MetaImage', () => {
  it('reads raw, compressed, text and detached, either byte order', async () => {
    writeBytes(folder.path('meta.raw'), voxelBytes);
    const swapped = Buffer.from(voxelBytes).swap16();
    for (const path of [
      meta(),
      meta({ CompressedData: 'True' }, deflateSync(voxelBytes)),
      meta({ BinaryData: 'False' }, Buffer.from(counting().join(' '))),
      meta({ BinaryDataByteOrderMSB: 'True' }, swapped),
      meta({ ElementDataFile: 'meta.raw' }, Buffer.alloc(0), '.mhd'),
      meta({ ElementDataFile: 'meta.raw', HeaderSize: '-1' }, Buffer.alloc(0), '.mhd'),
    ]) {
      const volume = await readVolume(path);
      expect(volume.voxels).toEqual(counting());
      expect(volume.grid).toEqual({ ...GRID, direction: [1, 0, 0, 0, 0, -1, 0, 1, 0] });
      expect(volume.format).toBe('mha');
    }
  });

  it('applies its intensity function', async () => {
    const path = meta({ ElementToIntensityFunctionSlope: '2', ElementToIntensityFunctionOffset: '-10' });
    expect((await readVolume(path)).voxels[3]).toBe(-4);
  });

  const refusals: [string, Record<string, string | null>, string][] = [
    ['absurd sizes', { DimSize: '2048 2048 2048' }, 'header-absurd-size'],
    ['negative sizes', { DimSize: '4 -3 2' }, 'header-absurd-size'],
    ['more voxels than bytes', { DimSize: '40 30 20' }, 'file-truncated'],
    ['zero spacing', { ElementSpacing: '1 0 1' }, 'header-absurd-spacing'],
    ['infinite spacing', { ElementSpacing: '1 inf 1' }, 'header-absurd-spacing'],
    ['shear', { TransformMatrix: '1 0.3 0 0 1 0 0 0 1' }, 'direction-not-orthogonal'],
    ['a singular matrix', { TransformMatrix: '1 0 0 1 0 0 0 0 1' }, 'direction-singular'],
    ['channels', { ElementNumberOfChannels: '3' }, 'volume-is-vector'],
    ['time points', { NDims: '4', DimSize: '4 3 1 2', TransformMatrix: null }, 'volume-has-time-points'],
    ['an unknown type', { ElementType: 'MET_OTHER' }, 'voxel-type-unsupported'],
    ['a mesh', { ObjectType: 'Mesh' }, 'file-not-an-image'],
    ['a missing data file', { ElementDataFile: 'nowhere.raw' }, 'data-file-missing'],
    ['a list of files', { ElementDataFile: 'LIST' }, 'encoding-unsupported'],
    ['no data file', { ElementDataFile: null }, 'file-truncated'],
  ];
  it.each(refusals)('refuses %s', async (_name, changes, code) => {
    expect((await refusalOf(readVolume(meta(changes)))).code).toBe(code);
  });
});

describe('masks', () => {
  const asMask = (type: string, values: ArrayBufferView) =>
    meta({ ElementType: type }, Buffer.from(values.buffer, values.byteOffset, values.byteLength));
  const floats = (value: number) => Float32Array.from({ length: 24 }, (_, n) => (n === 5 ? value : n % 3));

  it('takes whole labels of any type', async () => {
    const labels = Uint8Array.from({ length: 24 }, (_, n) => n % 3);
    expect((await readMask(asMask('MET_UCHAR', labels))).labels).toEqual(labels);
    expect((await readMask(asMask('MET_DOUBLE', Float64Array.from(labels)))).labels).toEqual(labels);
    expect((await readMask(asMask('MET_INT', Int32Array.from(labels)))).labels).toEqual(labels);
    const near = await readMask(asMask('MET_FLOAT', floats(2.0005)));
    expect(near.labels).toEqual(labels);
    expect(near.warnings).toEqual(['1 voxel was within 0.001 of a whole number and rounded to it.']);
  });

  it.each([
    ['fractions', 0.4, 'mask-not-whole-numbers'],
    ['negative labels', -1, 'mask-labels-out-of-range'],
    ['labels above 255', 300, 'mask-labels-out-of-range'],
    ['NaN', NaN, 'mask-without-numbers'],
  ])('refuses %s', async (_name, value, code) => {
    const refusal = await refusalOf(readMask(asMask('MET_FLOAT', floats(value))));
    expect(refusal.code).toBe(code);
    expect(refusal.message).toMatch(/^“m\d+\.mha” is not a mask/);
  });
});
