// Which files a volume is made of, how they are kept in a study, and what killed processes leave behind.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readVolume } from '../imaging/index.ts';
import {
  counting,
  dicomBytes,
  niftiBytes,
  refusalOf,
  temporaryFolder,
  writeBytes,
} from '../imaging/test-files.ts';
import { clearParts, partSuffix } from './part-files.ts';
import { volumeFilesOf } from './volume-files.ts';
import { keepOriginal, writeCache } from './volume-storage.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

function put(name: string, bytes: Uint8Array): string {
  mkdirSync(dirname(folder.path(name)), { recursive: true });
  return writeBytes(folder.path(name), bytes);
}
const raw = Buffer.from(counting().buffer);
const nrrd = (data: string) =>
  Buffer.from(
    'NRRD0004\ntype: short\ndimension: 3\nspace: left-posterior-superior\nsizes: 4 3 2\nendian: little\n' +
      `space directions: (1,0,0) (0,1,0) (0,0,1)\nspace origin: (0,0,0)\nencoding: raw\ndata file: ${data}\n`,
  );
const mhd = (data: string) =>
  Buffer.from(
    'ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\nDimSize = 4 3 2\n' +
      `ElementSpacing = 1 1 1\nElementType = MET_SHORT\nElementDataFile = ${data}\n`,
  );

describe('the files of a volume', () => {
  it('one file, whatever it is called', async () => {
    const path = put('scan.nii.gz', niftiBytes(counting()));
    expect(await volumeFilesOf(path, null)).toEqual({ files: [path], isSeries: false });
  });

  it.each([
    ['h.nhdr', nrrd('h.raw'), 'h.raw'],
    ['h.nrrd', nrrd('h.raw'), 'h.raw'],
    ['h.mhd', mhd('h.raw'), 'h.raw'],
    ['h.mha', mhd('h.raw'), 'h.raw'],
    ['deep.nhdr', nrrd('parts/deep.raw'), 'parts/deep.raw'],
  ])('%s brings its data file, is kept with it, and can be read from there', async (name, header, data) => {
    const path = put(`${name}-set/${name}`, header);
    const dataPath = put(`${name}-set/${data}`, raw);
    expect(await volumeFilesOf(path, null)).toEqual({ files: [path, dataPath], isSeries: false });
    const volumes = folder.path(`volumes of ${name}`);
    const stored = await keepOriginal({ path, series: null }, 'abc', volumes);
    expect(stored).toBe(`abc/${name}`);
    rmSync(dirname(path), { recursive: true });
    expect([...(await readVolume(join(volumes, stored))).voxels]).toEqual([...counting()]);
  });

  it.each(['../secret.raw', '/etc/hostname', 'a/../../secret.raw'])(
    'a header that points out of its folder (%s) is refused',
    async (data) => {
      put('secret.raw', raw);
      const path = put('outside/x.nhdr', nrrd(data));
      const { code, message } = await refusalOf(volumeFilesOf(path, null));
      expect(code).toBe('data-file-elsewhere');
      expect(message).toContain('x.nhdr');
    },
  );

  it('a DICOM folder: one series is taken, of several none is guessed', async () => {
    for (const z of [0, 2]) put(`ct/${z}`, dicomBytes({ series: '1.2.1', position: [0, 0, z] }));
    expect((await volumeFilesOf(folder.path('ct'), null)).files).toHaveLength(2);
    for (const z of [0, 2, 4]) put(`ct/b${z}`, dicomBytes({ series: '1.2.2', position: [0, 0, z] }));
    expect((await refusalOf(volumeFilesOf(folder.path('ct'), null))).code).toBe('dicom-series-ambiguous');
    expect((await refusalOf(volumeFilesOf(folder.path('ct'), '9.9'))).code).toBe('dicom-series-unknown');
    const volumes = folder.path('volumes of ct');
    expect(await keepOriginal({ path: folder.path('ct'), series: '1.2.2' }, 'def', volumes)).toBe('def');
    expect(readdirSync(join(volumes, 'def'))).toEqual(['00000.dcm', '00001.dcm', '00002.dcm']);
    expect((await readVolume(join(volumes, 'def'))).grid.shape).toEqual([5, 4, 3]);
  });

  it.skipIf(process.platform === 'win32')('a pipe is refused at once', async () => {
    spawnSync('mkfifo', [folder.path('pipe.nii')]);
    expect((await refusalOf(volumeFilesOf(folder.path('pipe.nii'), null))).code).toBe('file-unfit');
  });
});

describe('keeping a volume', () => {
  it('the original is the same to the byte, may be changed by its owner, and is copied once', async () => {
    const path = put('kept.nii.gz', niftiBytes(counting()));
    const volumes = folder.path('volumes of one');
    const hash = createHash('sha256').update(readFileSync(path)).digest('hex');
    expect(await keepOriginal({ path, series: null }, hash, volumes)).toBe(`${hash}.nii.gz`);
    const stored = join(volumes, `${hash}.nii.gz`);
    expect(readFileSync(stored)).toEqual(readFileSync(path));
    const { mtimeMs, ino } = statSync(stored);
    await keepOriginal({ path, series: null }, hash, volumes);
    expect(statSync(stored)).toMatchObject({ mtimeMs, ino });
    expect(readdirSync(volumes)).toEqual([`${hash}.nii.gz`]);
  });

  it('a copy that fails half-way leaves nothing', async () => {
    const path = put('half/h.nhdr', nrrd('h.raw')); // its data file is not there: the header is copied, then it ends
    const volumes = folder.path('volumes of half');
    const kept = keepOriginal({ path, series: null }, 'abc', volumes);
    await expect(kept).rejects.toMatchObject({ code: 'ENOENT' });
    expect(readdirSync(volumes)).toEqual([]);
  });

  it('a cache file that was cut short is written again whole', async () => {
    const file = folder.path('cache/x.raw');
    await writeCache(file, counting());
    truncateSync(file, 5);
    await writeCache(file, counting());
    expect(readFileSync(file)).toEqual(raw);
    expect(readdirSync(dirname(file))).toEqual(['x.raw']);
  });
});

describe('files under way', () => {
  it('those of a killed process are cleared; this one’s, and whole files, stay', async () => {
    const parts = folder.path('parts');
    mkdirSync(parts);
    const { pid: dead } = spawnSync(process.execPath, ['-e', '0']);
    const mine = `a.raw${partSuffix()}`;
    for (const name of ['whole.raw', mine, `b.raw.part-${dead}-x1`]) writeFileSync(join(parts, name), 'x');
    mkdirSync(join(parts, `c.part-${dead}-x2/inside`), { recursive: true });
    await clearParts(parts);
    expect(readdirSync(parts).toSorted()).toEqual([mine, 'whole.raw'].toSorted());
    await clearParts(folder.path('not there'));
    expect(existsSync(folder.path('not there'))).toBe(false);
  });
});
