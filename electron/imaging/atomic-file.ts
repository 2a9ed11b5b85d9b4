// Files that appear whole or not at all: a temporary neighbour, flushed to disk, then renamed.
import { randomBytes } from 'node:crypto';
import { open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Problem } from '../contract/problem.ts';

/**
 * Writes the chunks to `path`. An existing file is replaced only once everything is on disk. Throws Problem
 * `disk-full` (507) or `file-not-writable` (403); nothing is left behind then.
 */
export async function writeFileAtomically(
  path: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.part`);
  try {
    const handle = await open(temporary, 'wx');
    try {
      for await (const chunk of chunks) await writeAll(handle, chunk);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw writeProblem(path, error);
  }
}

async function writeAll(handle: Awaited<ReturnType<typeof open>>, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.length;) {
    const { bytesWritten } = await handle.write(chunk, at, Math.min(chunk.length - at, 1 << 24));
    at += bytesWritten;
  }
}

/** Makes the rename itself durable; Windows has no such call and needs none. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch {
    // Some network file systems refuse to flush a folder; the file itself is flushed already.
  } finally {
    await handle.close();
  }
}

function writeProblem(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException)?.code;
  const name = basename(path);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new Problem('disk-full', `The disk is full: “${name}” was not written, and nothing was changed.`, {
      status: 507,
      cause: error,
    });
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new Problem('file-not-writable', `“${name}” may not be written in ${dirname(path)}.`, {
      status: 403,
      cause: error,
    });
  }
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') {
    return new Problem(
      'file-not-writable',
      `“${name}” was not written: ${dirname(path)} is not a folder for it.`,
      {
        status: 400,
        cause: error,
      },
    );
  }
  return error;
}
