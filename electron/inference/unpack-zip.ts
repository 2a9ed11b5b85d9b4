// A zip of a model into a folder, entry by entry: what could harm or fool is refused, and nothing runs.
import { createWriteStream } from 'node:fs';
import { mkdir, open, rm, statfs, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { BESIDE_A_MODEL } from '../contract/models.ts';
import { Problem } from '../contract/problem.ts';
import { shownName, tidyName, ZipNames } from './zip-names.ts';

export interface UnpackLimits {
  /** Files and folders. */
  entries: number;
  /** Bytes, unpacked. */
  bytes: number;
  /** Above `freeBytes` unpacked, this many bytes out of one are too many; networks' weights hardly shrink. */
  ratio: number;
  freeBytes: number;
  /** Bytes of the disk that stay free for strokes. */
  reserve: number;
}

const LIMITS: UnpackLimits = {
  entries: 10_000,
  bytes: 16 * 2 ** 30,
  ratio: 100,
  freeBytes: 2 ** 28,
  reserve: 2 ** 28,
};

const NOTHING = 'Nothing was imported.';

/**
 * Unpacks the zip at `path` into `folder`, which must not exist yet, without images and hidden files. `onProgress`
 * hears bytes done of all. Throws Problem `archive-damaged` (no zip, cut off, wrong checksum), `archive-encrypted`,
 * `archive-unsafe` (names that lead elsewhere, links, bombs), `archive-unsupported`, `disk-full`, `file-not-readable`,
 * `file-not-writable`; the folder is then gone again.
 */
export async function unpackZip(
  path: string,
  folder: string,
  onProgress: (done: number, total: number) => void = () => undefined,
  limits: UnpackLimits = LIMITS,
): Promise<void> {
  let zip: ZipFile | null = null;
  try {
    await refuseOther(path);
    await mkdir(folder, { recursive: true });
    zip = await yauzl.openPromise(path, { strictFileNames: false, autoClose: false });
    const { entries, total } = await checkedEntries(zip, path, limits);
    await refuseFullDisk(path, folder, total, limits.reserve);
    let done = 0;
    onProgress(0, total);
    for (const { entry, place } of entries) {
      await unpackEntry(zip, entry, join(folder, place), path);
      done += entry.uncompressedSize;
      onProgress(done, total);
    }
  } catch (cause) {
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    throw explained(cause, path);
  } finally {
    zip?.close();
  }
}

interface Wanted {
  entry: Entry;
  /** Below the folder, with `/`. */
  place: string;
}

/** The files to unpack. Every entry is looked at before the first byte is written. */
async function checkedEntries(
  zip: ZipFile,
  path: string,
  limits: UnpackLimits,
): Promise<{ entries: Wanted[]; total: number }> {
  const name = basename(path);
  const entries: Wanted[] = [];
  const names = new ZipNames(name);
  const sums = { total: 0, packed: 0, claimed: 0, count: 0 };
  for await (const entry of zip.eachEntry()) {
    if (++sums.count > limits.entries)
      throw refused('archive-unsafe', `${name} has more than ${limits.entries} entries, as no model has`);
    sums.claimed += entry.compressedSize;
    const place = tidyName(entry.fileName);
    if (BESIDE_A_MODEL.test(place)) continue;
    refuseEntry(entry, name);
    if (entry.fileName.endsWith('/')) continue;
    names.take(place);
    entries.push({ entry, place });
    sums.total += entry.uncompressedSize;
    sums.packed += entry.compressedSize;
    if (sums.total > limits.bytes)
      throw refused('archive-unsafe', `${name} would unpack to more than ${gigabytes(limits.bytes)}`);
  }
  await refuseBomb(path, sums, limits);
  if (entries.length === 0) throw refused('archive-damaged', `${name} holds no file of a model`);
  return { entries, total: sums.total };
}

async function refuseBomb(
  path: string,
  { total, packed, claimed }: { total: number; packed: number; claimed: number },
  { freeBytes, ratio }: UnpackLimits,
): Promise<void> {
  const name = basename(path);
  // Entries that share their bytes would pass any limit on each one's ratio.
  if (claimed > (await stat(path)).size)
    throw refused('archive-unsafe', `${name} has entries that lie over each other, as in no honest zip`);
  if (total > freeBytes && total > ratio * packed)
    throw refused(
      'archive-unsafe',
      `${name} would unpack from ${gigabytes(packed)} to ${gigabytes(total)}, which no trained network does`,
    );
}

/** Names that lead out of the folder are refused by yauzl itself. */
function refuseEntry(entry: Entry, name: string): void {
  const inside = `${shownName(entry.fileName)} in ${name}`;
  if (entry.isEncrypted())
    throw refused(
      'archive-encrypted',
      `${name} is locked with a password. Unpack it yourself and import the folder`,
    );
  const kind = (entry.externalFileAttributes >>> 16) & 0o170000;
  if (kind !== 0 && kind !== 0o100000 && kind !== 0o040000)
    throw refused('archive-unsafe', `${inside} is a link or a device, not a file`);
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8)
    throw refused(
      'archive-unsupported',
      `${inside} is packed by method ${entry.compressionMethod}, which Concord does not know. Pack the folder again as an ordinary zip`,
    );
}

/** Writes one file; yauzl ends the stream where it is longer or shorter than it says, the checksum is compared here. */
async function unpackEntry(zip: ZipFile, entry: Entry, target: string, path: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  let sum = 0;
  const summed = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      sum = crc32(chunk, sum);
      next(null, chunk);
    },
  });
  await pipeline(await zip.openReadStreamPromise(entry), summed, createWriteStream(target, { flags: 'wx' }));
  if (sum !== entry.crc32)
    throw refused(
      'archive-damaged',
      `${shownName(entry.fileName)} in ${basename(path)} does not fit its checksum`,
    );
}

async function refuseFullDisk(path: string, folder: string, total: number, reserve: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize - reserve >= total) return;
  throw new Problem(
    'disk-full',
    `${basename(path)} needs ${gigabytes(total)} of disk to unpack and there is not as much. ${NOTHING} Free some space and try again.`,
    { status: 507 },
  );
}

function refused(code: string, what: string): Problem {
  return new Problem(code, `${what}. ${NOTHING}`, { status: 422 });
}

/** Says of a file that is no zip what it would take. */
async function refuseOther(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    if (bytesRead === 2 && buffer.toString('latin1') === 'PK') return;
  } finally {
    await handle.close();
  }
  throw refused(
    'archive-damaged',
    `${basename(path)} is no zip. Give the folder of a model, or a zip of it; if it was a zip, fetch it again`,
  );
}

function explained(cause: unknown, path: string): unknown {
  if (cause instanceof Problem) return cause;
  const name = basename(path);
  const { code, message, path: place } = cause as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new Problem('disk-full', `The disk is full. ${NOTHING} Free some space and try again.`, {
      status: 507,
      cause,
    });
  if (place === path || code === 'EIO' || code === 'EISDIR')
    return new Problem('file-not-readable', `${name} cannot be read. ${NOTHING}`, { status: 403, cause });
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENOTDIR' || code === 'ENOENT')
    return new Problem(
      'file-not-writable',
      `There is no folder that ${name} can be unpacked to. ${NOTHING}`,
      {
        status: 403,
        cause,
      },
    );
  if (code === 'EEXIST' || code === 'ENAMETOOLONG' || code === 'EINVAL' || code === 'EILSEQ')
    return refused('archive-unsafe', `${name} holds a name that this disk cannot store`);
  const [, leading] =
    /(?:absolute path|relative path|invalid characters in fileName): (.*)/is.exec(message) ?? [];
  if (leading !== undefined)
    return refused(
      'archive-unsafe',
      `${name} holds a name that leads out of its folder (${shownName(leading)}). Get the model from its makers`,
    );
  const why = /^[^\n.?]*/.exec(message)?.[0] ?? '';
  return new Problem(
    'archive-damaged',
    `${name} is no zip that can be read to its end (${shownName(why)}). ${NOTHING} Fetch it again.`,
    { status: 422, cause },
  );
}

/** False for a folder, and for what is not there. */
export async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isFile() ?? false;
}

function gigabytes(bytes: number): string {
  return bytes < 2 ** 30 ? `${Math.ceil(bytes / 2 ** 20)} MB` : `${(bytes / 2 ** 30).toFixed(1)} GB`;
}
