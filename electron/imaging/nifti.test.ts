// NIfTI in and out: placement, units, scaling, byte order, exact round trips, and every refusal.
import { existsSync, readFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { gridDifference, orientationCode, voxelToPatient, type Grid } from '../contract/geometry.ts';
import { inspectVolume, readVolume } from './read-volume.ts';
import { writeNifti } from './nifti-write.ts';
import {
  counting,
  niftiBytes,
  refusalOf,
  temporaryFolder,
  writeBytes,
  type NiftiFields,
} from './test-files.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());
let made = 0;
const file = (fields: NiftiFields = {}, voxels: ArrayBufferView = counting(), end = '.nii') =>
  writeBytes(folder.path(`file${made++}${end}`), niftiBytes(voxels, fields));

describe('NIfTI placement', () => {
  it('turns RAS into LPS and keeps int16', async () => {
    const volume = await readVolume(
      file({ sform: [2, 0, 0, 10, 0, 3, 0, 20, 0, 0, 4, 30], pixdim: [1, 2, 3, 4] }),
    );
    expect(volume.grid).toEqual({
      shape: [4, 3, 2],
      spacing: [2, 3, 4],
      origin: [-10, -20, 30],
      direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1],
    });
    expect(volume.voxels).toEqual(counting());
    expect(volume.warnings).toEqual([]);
  });

  it('prefers sform, and says so when qform disagrees', async () => {
    const both = { qformCode: 1, sform: [1, 0, 0, 5, 0, 1, 0, 0, 0, 0, 1, 0] };
    const volume = await readVolume(file({ ...both, quaternion: [0, 0, 0, 0, 0, 0] }));
    expect(volume.grid.origin).toEqual([-5, 0, 0]);
    expect(volume.warnings.join()).toContain('sform and qform) disagree');
    const agreed = await readVolume(file({ ...both, quaternion: [0, 0, 0, 5, 0, 0] }));
    expect(agreed.warnings).toEqual([]);
  });

  it('reads the quaternion where there is no sform, mirrored axes too', async () => {
    // A half turn about z (d = 1): x and y reversed; qfac −1 reverses z.
    const half = { sformCode: 0, qformCode: 1, quaternion: [0, 0, 1, 1, 2, 3] };
    expect(orientationCode((await readVolume(file(half))).grid)).toBe('LPS');
    const mirrored = await readVolume(file({ ...half, pixdim: [-1, 1, 1, 1] }));
    expect(orientationCode(mirrored.grid)).toBe('LPI');
    expect(mirrored.grid.origin).toEqual([-1, -2, 3]);
  });

  it('honours units and warns of none', async () => {
    const metres = {
      units: 1,
      pixdim: [1, 0.001, 0.001, 0.002],
      sform: [0.001, 0, 0, 0.1, 0, 0.001, 0, 0, 0, 0, 0.002, 0],
    };
    const { grid } = await readVolume(file(metres));
    grid.spacing.forEach((s, n) => expect(s).toBeCloseTo([1, 1, 2][n], 6));
    expect(grid.origin[0]).toBeCloseTo(-100, 4);
    const microns = await readVolume(
      file({ units: 3, pixdim: [1, 500, 500, 500], sform: [500, 0, 0, 0, 0, 500, 0, 0, 0, 0, 500, 0] }),
    );
    expect(microns.grid.spacing).toEqual([0.5, 0.5, 0.5]);
    const unknown = await readVolume(file({ units: 0 }));
    expect(unknown.warnings).toEqual([
      'The file does not state its unit of length; millimetres are assumed.',
    ]);
  });

  it('says so when it knows no orientation or two spacings', async () => {
    const bare = await readVolume(file({ sformCode: 0 }));
    expect(orientationCode(bare.grid)).toBe('RAS');
    expect(bare.warnings[0]).toContain('no orientation');
    const two = await readVolume(file({ pixdim: [1, 2, 2, 2] }));
    expect(two.grid.spacing).toEqual([1, 1, 1]);
    expect(two.warnings[0]).toContain('states a spacing of 2 × 2 × 2 mm');
  });
});

describe('NIfTI voxels', () => {
  it('reads big-endian, gzipped, two-dimensional and single-time-point files', async () => {
    const swapped = counting();
    Buffer.from(swapped.buffer).swap16();
    expect((await readVolume(file({ bigEndian: true }, swapped))).voxels).toEqual(counting());
    expect((await readVolume(file({}, counting(), '.nii.gz'))).voxels).toEqual(counting());
    expect((await readVolume(file({ dim: [4, 4, 3, 2, 1] }))).voxels).toEqual(counting());
    expect((await readVolume(file({ dim: [2, 6, 4] }))).grid.shape).toEqual([6, 4, 1]);
    expect((await readVolume(file({ voxelOffset: 0 }))).voxels).toEqual(counting());
    const whole = niftiBytes(counting());
    const members = Buffer.concat([gzipSync(whole.subarray(0, 370)), gzipSync(whole.subarray(370))]);
    writeFileSync(folder.path('members.nii.gz'), members);
    expect((await readVolume(folder.path('members.nii.gz'))).voxels).toEqual(counting());
  });

  it('applies slope and intercept, keeping whole numbers whole where they fit', async () => {
    const ct = await readVolume(
      file(
        { slope: 1, intercept: -1024, datatype: 512 },
        Uint16Array.from({ length: 24 }, (_, n) => 100 * n),
      ),
    );
    expect(ct.voxelType).toBe('int16');
    expect(ct.voxels[3]).toBe(-724);
    const fraction = await readVolume(file({ slope: 0.5, intercept: 1 }));
    expect(fraction.voxelType).toBe('float32');
    expect([...fraction.voxels.slice(0, 3)]).toEqual([1, 1.5, 2]);
    const none = await readVolume(file({ slope: 0, intercept: 7 }));
    expect(none.voxels).toEqual(counting());
  });

  it('narrows wide types to what the page can show', async () => {
    const labels = BigInt64Array.from({ length: 24 }, (_, n) => BigInt(n % 5));
    const wide = await readVolume(file({ datatype: 1024 }, labels));
    expect([wide.voxelType, wide.voxels[4]]).toEqual(['uint8', 4]);
    const negative = BigInt64Array.from({ length: 24 }, (_, n) => BigInt(-n));
    expect((await readVolume(file({ datatype: 1024 }, negative))).voxels[5]).toBe(-5);
    const double = await readVolume(
      file(
        { datatype: 64 },
        Float64Array.from({ length: 24 }, (_, n) => n / 4),
      ),
    );
    expect([double.voxelType, double.voxels[5]]).toEqual(['float32', 1.25]);
    const huge = Int32Array.from({ length: 24 }, () => 2 ** 25 + 1);
    expect((await readVolume(file({ datatype: 8 }, huge))).warnings[0]).toContain('rounded to 32-bit');
  });

  it('keeps missing numbers out of the range and says how many there are', async () => {
    const some = Float32Array.from({ length: 24 }, (_, n) => (n === 3 ? NaN : n === 4 ? Infinity : n));
    const volume = await readVolume(file({ datatype: 16 }, some));
    expect(volume.warnings[0]).toContain('2 voxels are NaN or infinite');
    expect(volume.voxels[3]).toBeNaN();
  });

  it('reads NIfTI-2', async () => {
    const bytes = Buffer.alloc(544);
    bytes.writeInt32LE(540, 0);
    bytes.write('n+2\0\r\n\x1a\n', 4, 'latin1');
    bytes.writeInt16LE(4, 12);
    [3, 4, 3, 2, 1, 1, 1, 1].forEach((n, at) => bytes.writeBigInt64LE(BigInt(n), 16 + 8 * at));
    [1, 1, 1, 2].forEach((v, at) => bytes.writeDoubleLE(v, 104 + 8 * at));
    bytes.writeBigInt64LE(544n, 168);
    bytes.writeDoubleLE(1, 176);
    bytes.writeInt32LE(1, 348);
    [1, 0, 0, 7, 0, 1, 0, 0, 0, 0, 2, 0].forEach((v, at) => bytes.writeDoubleLE(v, 400 + 8 * at));
    bytes.writeInt32LE(2, 500);
    const path = writeBytes(folder.path('two.nii'), Buffer.concat([bytes, Buffer.from(counting().buffer)]));
    const volume = await readVolume(path);
    expect(volume.grid.origin).toEqual([-7, 0, 0]);
    expect(volume.grid.spacing).toEqual([1, 1, 2]);
    expect(volume.voxels).toEqual(counting());
  });
});

describe('NIfTI refusals', () => {
  const cases: [string, NiftiFields, string][] = [
    ['four time points', { dim: [4, 4, 3, 2, 4] }, 'volume-has-time-points'],
    ['vectors', { dim: [5, 4, 3, 2, 1, 3] }, 'volume-is-vector'],
    ['RGB', { datatype: 128 }, 'volume-is-vector'],
    ['complex numbers', { datatype: 32 }, 'voxel-type-unsupported'],
    ['an unknown type', { datatype: 77 }, 'voxel-type-unsupported'],
    ['zero size', { dim: [3, 0, 3, 2] }, 'header-absurd-size'],
    ['negative size', { dim: [3, -4, 3, 2] }, 'header-absurd-size'],
    ['2³¹ voxels', { dim: [3, 2048, 2048, 512] }, 'header-absurd-size'],
    ['nine dimensions', { dim: [9, 4, 3, 2] }, 'header-damaged'],
    ['zero spacing', { pixdim: [1, 0, 1, 1] }, 'header-absurd-spacing'],
    ['negative spacing', { pixdim: [1, 1, -1, 1] }, 'header-absurd-spacing'],
    ['spacing that is no number', { pixdim: [1, 1, 1, NaN] }, 'header-absurd-spacing'],
    ['shear', { sform: [1, 0.2, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0] }, 'direction-not-orthogonal'],
    ['a singular matrix', { sform: [1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0] }, 'direction-singular'],
    ['a matrix of zeros', { sform: new Array<number>(12).fill(0) }, 'direction-singular'],
    ['more voxels than bytes', { dim: [3, 40, 30, 20] }, 'file-truncated'],
    ['voxels inside the header', { voxelOffset: 12 }, 'header-damaged'],
    ['another magic', { magic: 'abc' }, 'file-wrong-magic'],
    ['two files', { magic: 'ni1' }, 'encoding-unsupported'],
    ['an unknown unit', { units: 7 }, 'header-damaged'],
    ['an origin that is no number', { sform: [1, 0, 0, NaN, 0, 1, 0, 0, 0, 0, 1, 0] }, 'header-damaged'],
  ];
  it.each(cases)('%s', async (_name, fields, code) => {
    const path = file(fields);
    for (const refusal of [await refusalOf(readVolume(path)), await refusalOf(inspectVolume(path))]) {
      expect(refusal.code).toBe(code);
      expect(refusal.message).toMatch(/^“file\d+\.nii” .+\.$/s);
    }
  });

  it('an empty, a foreign, a missing and a folder path', async () => {
    const write = (name: string, bytes: string) => writeBytes(folder.path(name), Buffer.from(bytes));
    expect((await refusalOf(readVolume(write('empty.nii', '')))).code).toBe('file-empty');
    expect((await refusalOf(readVolume(write('letter.nii', 'Dear reader,')))).code).toBe('file-not-an-image');
    expect((await refusalOf(readVolume(write('letter.nii.gz', 'Dear reader,')))).code).toBe(
      'file-not-an-image',
    );
    expect((await refusalOf(readVolume(folder.path('nowhere.nii')))).code).toBe('file-not-found');
  });

  it('a file cut short, plain, gzipped, and inside its header', async () => {
    const plain = file();
    truncateSync(plain, 380);
    expect((await refusalOf(readVolume(plain))).code).toBe('file-truncated');
    const noise = Int16Array.from({ length: 24_000 }, (_, n) => (n * 2654435761) >> 16);
    const packed = file({ dim: [3, 40, 30, 20] }, noise, '.nii.gz');
    truncateSync(packed, Math.floor(readFileSync(packed).length / 2));
    expect((await refusalOf(readVolume(packed))).code).toBe('file-truncated');
    const early = file();
    truncateSync(early, 200);
    expect((await refusalOf(readVolume(early))).code).toBe('file-truncated');
  });

  it('a gzipped header that promises more than the file can hold, before memory is asked for', async () => {
    const path = file({ dim: [3, 2000, 1000, 1000] }, counting(), '.nii.gz');
    expect((await refusalOf(readVolume(path))).code).toBe('file-truncated');
  });

  it('damaged compression', async () => {
    const noise = Int16Array.from({ length: 24_000 }, (_, n) => (n * 2654435761) >> 16);
    const path = file({ dim: [3, 40, 30, 20] }, noise, '.nii.gz');
    const bytes = readFileSync(path);
    bytes.fill(0xff, bytes.length - 300, bytes.length - 100);
    writeFileSync(path, bytes);
    expect((await refusalOf(readVolume(path))).code).toBe('file-damaged');
  });

  it('nothing but NaN', async () => {
    const path = file({ datatype: 16 }, new Float32Array(24).fill(NaN));
    expect((await refusalOf(readVolume(path))).code).toBe('volume-without-numbers');
  });
});

describe('writing NIfTI', () => {
  const turn = (degrees: number) => {
    const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
    return [c, -s, 0, s * 0.8, c * 0.8, -0.6, s * 0.6, c * 0.6, 0.8];
  };
  const grid = (direction: number[]): Grid => ({
    shape: [4, 3, 2],
    spacing: [0.75, 1.5, 2.25],
    origin: [-12.5, 40.25, -700.5],
    direction,
  });

  it.each(['.nii', '.nii.gz'])('comes back as it was, oblique and mirrored too (%s)', async (end) => {
    const mirrored = turn(25).map((v, n) => (n % 3 === 2 ? -v : v));
    for (const direction of [[1, 0, 0, 0, 1, 0, 0, 0, 1], turn(25), turn(170), mirrored, turn(-100)]) {
      const path = folder.path(`out${made++}${end}`);
      await writeNifti(path, { grid: grid(direction), labels: new Uint8Array(24).map((_, n) => n % 3) });
      const back = await readVolume(path);
      expect(gridDifference(back.grid, grid(direction), 1e-5)).toBeNull();
      expect(back.voxels).toEqual(new Uint8Array(24).map((_, n) => n % 3));
      // No warning: qform and sform say the same, for every voxel to within 0.1 mm.
      expect(back.warnings).toEqual([]);
      const far = voxelToPatient(back.grid, [3, 2, 1]);
      voxelToPatient(grid(direction), [3, 2, 1]).forEach((v, n) => expect(far[n]).toBeCloseTo(v, 3));
    }
  });

  it('writes half turns that read back without a word of disagreement, 256 voxels wide', async () => {
    const grid: Grid = {
      shape: [256, 2, 256],
      spacing: [1, 1, 1],
      origin: [-127.6, 133.48, 134.48],
      direction: [1, 0, 0, 0, 0, -1, 0, -1, 0],
    };
    const path = folder.path('half-turn.nii');
    await writeNifti(path, { grid, labels: new Uint8Array(256 * 2 * 256) });
    const { warnings, grid: back } = await readVolume(path);
    expect(warnings).toEqual([]);
    expect(gridDifference(back, grid)).toBeNull();
  });

  it('keeps int16 and float32 exactly', async () => {
    for (const voxels of [
      counting().map((v) => v - 1000),
      Float32Array.from({ length: 24 }, (_, n) => n / 3),
    ]) {
      const path = folder.path(`out${made++}.nii.gz`);
      await writeNifti(path, { grid: grid([1, 0, 0, 0, 1, 0, 0, 0, 1]), voxels, description: 'test' });
      expect((await readVolume(path)).voxels).toEqual(voxels);
    }
  });

  it('leaves nothing behind when it cannot write', async () => {
    const path = folder.path('missing/out.nii');
    const content = { grid: grid([1, 0, 0, 0, 1, 0, 0, 0, 1]), labels: new Uint8Array(24) };
    expect((await refusalOf(writeNifti(path, content))).code).toBe('file-not-writable');
    await expect(
      writeNifti(folder.path('short.nii'), { ...content, labels: new Uint8Array(23) }),
    ).rejects.toThrow(TypeError);
    expect(existsSync(folder.path('short.nii'))).toBe(false);
    expect(readdirSync(dirname(folder.path('x'))).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});
