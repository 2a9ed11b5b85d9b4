// Zips of models: unpacked to the byte, and hostile ones refused before anything is written where it should not be.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeZip, zipBytes, type ZipEntry } from '../../test/fixtures/zip.ts';
import { Problem } from '../contract/problem.ts';
import { unpackZip } from './unpack-zip.ts';

let home: string;
beforeAll(() => (home = mkdtempSync(join(tmpdir(), 'concord-zip-'))));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const text = (words: string) => new TextEncoder().encode(words);
const noise = Uint8Array.from({ length: 200_000 }, (_, n) => (n * 2_654_435_761) >>> 24);
const good: ZipEntry[] = [
  { name: 'task/', bytes: new Uint8Array() },
  { name: 'task/plans.json', bytes: text('{"patch":1}'.repeat(100)), deflate: true },
  { name: 'task/fold_0/checkpoint_final.pth', bytes: noise },
];

let made = 0;
const place = () => join(home, `out-${made++}`);
const zip = (entries: readonly ZipEntry[]) => writeZip(join(home, `z-${made++}.zip`), entries);
const limits = { entries: 50, bytes: 2 ** 22, ratio: 100, freeBytes: 2 ** 20, reserve: 0 };

it('files come out as they went in, images and hidden files stay behind, progress runs to the end', async () => {
  const extra = [
    '__MACOSX/task/._x',
    'task/.DS_Store',
    'task/fold_0/validation/a.nii.gz',
    'task/progress.png',
  ];
  const path = zip([...good, ...extra.map((name) => ({ name, bytes: noise }))]);
  const folder = place();
  const seen: number[] = [];
  await unpackZip(path, folder, (done, total) => seen.push(done / total));
  expect(readdirSync(folder, { recursive: true }).toSorted()).toEqual(
    ['task', 'task/fold_0', 'task/fold_0/checkpoint_final.pth', 'task/plans.json'].map((name) => join(name)),
  );
  expect(new Uint8Array(readFileSync(join(folder, 'task/fold_0/checkpoint_final.pth')))).toEqual(noise);
  expect(readFileSync(join(folder, 'task/plans.json'), 'utf8')).toBe('{"patch":1}'.repeat(100));
  expect(seen[0]).toBe(0);
  expect(seen.at(-1)).toBe(1);
});

it('names that packers write with ./ in front or backslashes are the same files', async () => {
  const folder = place();
  const names = ['./', './task/plans.json', 'task//fold_0/./w.pth', 'task\\dataset.json'];
  await unpackZip(zip(names.map((name) => ({ name, bytes: noise.subarray(0, 9) }))), folder);
  expect(readdirSync(folder, { recursive: true }).toSorted()).toEqual(
    ['task', 'task/dataset.json', 'task/fold_0', 'task/fold_0/w.pth', 'task/plans.json'].map((name) =>
      join(name),
    ),
  );
});

/** Many entries of the directory that all point at the same bytes. */
function overlapping(times: number): Buffer {
  const one = zipBytes([{ name: 'f000', bytes: Buffer.concat([noise, bomb]), deflate: true }]);
  const end = one.length - 22;
  const start = one.readUInt32LE(end + 16);
  const directory = Array.from({ length: times }, (_, n) => {
    const entry = Buffer.from(one.subarray(start, end));
    entry.write(String(n).padStart(3, '0'), 47);
    return entry;
  });
  const tail = Buffer.from(one.subarray(end));
  tail.writeUInt16LE(times, 8);
  tail.writeUInt16LE(times, 10);
  tail.writeUInt32LE(directory.length * directory[0].length, 12);
  return Buffer.concat([one.subarray(0, start), ...directory, tail]);
}

/** A zip with one number of its directory's first entry changed. */
function lying(at: number, value: number): Buffer {
  const bytes = zipBytes([{ name: 'w.pth', bytes: noise, deflate: true }]);
  bytes.writeUInt32LE(value, bytes.readUInt32LE(bytes.length - 6) + at);
  return bytes;
}

const bomb = new Uint8Array(3 * 2 ** 20);
const hostile: [string, string, RegExp, ZipEntry[]][] = [
  ['a name that climbs out', 'archive-unsafe', /leads out/, [...good, { name: '../../evil.txt', bytes: noise }]],
  ['a climb in the middle', 'archive-unsafe', /leads out/, [...good, { name: 'task/../../evil', bytes: noise }]],
  ['an absolute name', 'archive-unsafe', /leads out/, [...good, { name: '/etc/evil', bytes: noise }]],
  ['a Windows drive', 'archive-unsafe', /leads out|not every disk/, [...good, { name: 'C:/evil', bytes: noise }]],
  ['a symbolic link', 'archive-unsafe', /a link or a device/, [{ name: 'task/link', bytes: text('/etc/passwd'), mode: 0o120777 }]],
  ['a device', 'archive-unsafe', /a link or a device/, [{ name: 'task/null', bytes: text(''), mode: 0o020666 }]],
  ['one name twice', 'archive-unsafe', /twice/, [...good, { name: 'TASK/Plans.json', bytes: text('{}') }]],
  ['one name twice, written differently', 'archive-unsafe', /task\/plans.json .*twice/, [...good, { name: 'task/.//plans.json', bytes: text('{}') }]],
  ['a file that is a folder too', 'archive-unsafe', /a folder too/, [...good, { name: 'task/plans.json/x', bytes: noise }]],
  ['a folder that is a file too', 'archive-unsafe', /a folder too/, [...good, { name: 'task/Fold_0', bytes: noise }]],
  ['climbing by backslashes', 'archive-unsafe', /leads out/, [{ name: 'task\\..\\..\\evil', bytes: noise }]],
  ['another machine', 'archive-unsafe', /leads out/, [{ name: '\\\\server\\share\\evil', bytes: noise }]],
  ['no name', 'archive-unsafe', /without a name/, [{ name: '', bytes: noise }]],
  ['a name of Windows’ own', 'archive-unsafe', /not every disk/, [{ name: 'task/aux.json', bytes: noise }]],
  ['a name that ends in a dot', 'archive-unsafe', /not every disk/, [{ name: 'task./plans.json', bytes: noise }]],
  ['a name turned round', 'archive-unsafe', /task\/�gnp.exe/, [{ name: 'task/\u202Egnp.exe', bytes: noise }]],
  ['a name too long', 'archive-unsafe', /too long/, [{ name: '胰'.repeat(90), bytes: noise }]],
  ['folders too deep', 'archive-unsafe', /too long/, [{ name: `${'a/'.repeat(3000)}x`, bytes: noise }]],
  ['a name with a line break', 'archive-unsafe', /not every disk/, [{ name: 'task/a\nb', bytes: noise }]],
  ['a bomb by its own numbers', 'archive-unsafe', /no trained network/, [{ name: 'w.pth', bytes: bomb, deflate: true }]],
  ['more than is allowed', 'archive-unsafe', /more than 4 MB/, [{ name: 'a', bytes: bomb }, { name: 'b', bytes: bomb }]],
  ['too many entries', 'archive-unsafe', /more than 50 entries/, Array.from({ length: 60 }, (_, n) => ({ name: `f${n}`, bytes: text('x') }))],
  ['a password', 'archive-encrypted', /password/, [{ name: 'task/plans.json', bytes: noise, flags: 1, size: noise.length - 12 }]],
  ['an unknown packing', 'archive-unsupported', /method 14/, [{ name: 'task/w.pth', bytes: noise, method: 14 }]],
  ['a bomb that understates itself', 'archive-damaged', /too many bytes|read to its end/, [{ name: 'task/w.pth', bytes: bomb, deflate: true, size: 1000 }]],
  ['fewer bytes than promised', 'archive-damaged', /read to its end/, [{ name: 'w.pth', bytes: text('abc'), deflate: true, size: 100 }]],
  ['a wrong checksum', 'archive-damaged', /checksum/, [{ name: 'w.pth', bytes: noise, checksum: 1 }]],
  ['nothing in it', 'archive-damaged', /no file of a model/, []],
]; // prettier-ignore

describe('refused, with nothing left behind', () => {
  it.each(hostile)('%s', async (_what, code, sentence, entries) => {
    const folder = place();
    const before = readdirSync(home).toSorted();
    const path = zip(entries);
    await expect(unpackZip(path, folder, undefined, limits)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(sentence) as string,
    });
    expect(existsSync(folder)).toBe(false);
    rmSync(path);
    expect(readdirSync(home).toSorted()).toEqual(before);
  });

  it('no sentence shows the machine’s own folders or a name of any length', async () => {
    for (const [, , , entries] of hostile) {
      const error = await unpackZip(zip(entries), place(), undefined, limits).catch((cause: Error) => cause);
      expect(error).toBeInstanceOf(Problem);
      expect((error as Problem).message).not.toContain(home);
      expect((error as Problem).message.length).toBeLessThan(260);
      expect((error as Problem).message).toMatch(/^[^\p{Cc}\p{Bidi_Control}]+\.$/u);
    }
  });

  it.each([
    ['entries that lie over each other', overlapping(40), 'archive-unsafe', /over each other/],
    ['entries packed beyond the file', lying(20, 2 ** 30), 'archive-unsafe', /over each other/],
    ['an entry that begins elsewhere', lying(42, 7), 'archive-damaged', /read to its end/],
    ['an entry that begins beyond the file', lying(42, 2 ** 31), 'archive-damaged', /read to its end/],
    ['packed bytes that end too early', lying(20, 1000), 'archive-damaged', /read to its end/],
  ])('%s', async (_what, bytes, code, sentence) => {
    const path = join(home, 'lies.zip');
    writeFileSync(path, bytes);
    const folder = place();
    await expect(unpackZip(path, folder)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(sentence) as string,
    });
    expect(existsSync(folder)).toBe(false);
  });

  it('a folder that cannot be made is not the zip’s fault', async () => {
    const file = join(home, 'a-file');
    writeFileSync(file, 'x');
    await expect(unpackZip(zip(good), join(file, 'out'))).rejects.toMatchObject({
      code: 'file-not-writable',
    });
    expect(readFileSync(file, 'utf8')).toBe('x');
  });

  it.each([1, 30, 200, 100_000])('cut off after %i bytes less', async (missing) => {
    const whole = zipBytes(good);
    const path = join(home, 'short.zip');
    writeFileSync(path, whole.subarray(0, whole.length - missing));
    await expect(unpackZip(path, place())).rejects.toMatchObject({ code: 'archive-damaged' });
  });

  it('no zip at all, an empty file, and none', async () => {
    const path = join(home, 'no.zip');
    writeFileSync(path, 'Dear reader, '.repeat(99));
    await expect(unpackZip(path, place())).rejects.toMatchObject({ code: 'archive-damaged' });
    writeFileSync(path, '');
    await expect(unpackZip(path, place())).rejects.toMatchObject({ code: 'archive-damaged' });
    await expect(unpackZip(join(home, 'nowhere.zip'), place())).rejects.toMatchObject({
      code: 'file-not-readable',
    });
  });

  it('a disk without room for it', async () => {
    const reserve = 2 ** 60;
    const asked = unpackZip(zip(good), place(), undefined, { ...limits, reserve });
    await expect(asked).rejects.toMatchObject({ code: 'disk-full', status: 507 });
  });
});
