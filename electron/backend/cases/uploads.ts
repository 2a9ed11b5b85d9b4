// Files that a browser sends: kept apart until they are imported, and gone afterwards. The desktop passes paths.
import { createWriteStream, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { rm, statfs } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as WebStream } from 'node:stream/web';
import { Problem } from '../../contract/problem.ts';
import { isRunning } from '../../workers/part-files.ts';

const PREFIX = 'upload:';
/** Room that uploads leave free: strokes on the same disk must always find some. */
const RESERVE = 256 << 20;
const CHECK_EVERY = 16 << 20;
const BATCH = /^[a-z0-9]{1,40}$/;

export interface Uploads {
  /** Stores one file of a batch; answers with the name under which inspect and import find it. */
  receive(
    batch: string,
    name: string,
    body: WebStream<Uint8Array> | null,
    options?: ReceiveOptions,
  ): Promise<string>;
  /** An upload's path on disk; any other path unchanged. Throws Problem `upload-unknown`. */
  resolve(path: string): string;
  /** The way back: an upload's name for its path on disk; any other path unchanged. */
  nameOf(path: string): string;
  /** Removes the batches that these uploads came in; other paths are left alone. */
  discard(paths: string[]): Promise<void>;
  /** Removes what this process received. */
  close(): Promise<void>;
}

export interface ReceiveOptions {
  /** The name is a path of folders and a file; answered is the first folder's name. */
  folders?: boolean;
}

/** Deepest path of an uploaded folder. */
const DEEPEST = 10;

/** `reserve`: bytes of the disk that stay free, whatever is sent. */
export function createUploads(home: string, reserve = RESERVE): Uploads {
  // A folder for each process: a command beside a running host must not clear away what that host receives.
  const folder = join(home, 'uploads', String(process.pid));
  clearAbandoned(join(home, 'uploads'));

  function resolvePath(path: string): string {
    if (!path.startsWith(PREFIX)) return path;
    const target = join(folder, path.slice(PREFIX.length));
    const inside = relative(folder, target);
    if (inside === '' || inside.startsWith('..') || inside.split(sep).length > 2) {
      throw new Problem('upload-unknown', 'That upload is not there. Choose the file again.', {
        status: 404,
      });
    }
    return target;
  }

  return {
    resolve: resolvePath,
    nameOf(path) {
      const inside = relative(folder, path);
      if (inside === '' || inside.startsWith('..') || path === inside) return path;
      return PREFIX + inside.split(sep).join('/');
    },
    async receive(batch, name, body, { folders = false } = {}) {
      const parts = name.replaceAll('\\', '/').split('/');
      const kept = folders ? parts : parts.slice(-1);
      const hidden = kept.some((part) => part === '' || part.startsWith('.'));
      if (!BATCH.test(batch) || hidden || kept.length > DEEPEST) {
        throw new Problem(
          'upload-name-wrong',
          `A file cannot be stored under the name “${name}”. Rename it and try again.`,
        );
      }
      const safe = kept.at(-1)!;
      if (!body) throw new Problem('upload-empty', `${safe} arrived empty. Choose it again.`);
      const target = join(folder, batch, ...kept);
      try {
        mkdirSync(dirname(target), { recursive: true });
        await pipeline(
          Readable.fromWeb(body),
          whileRoom(dirname(target), safe, reserve),
          createWriteStream(target),
        );
      } catch (cause) {
        await rm(target, { force: true }).catch(() => undefined); // a name too long for the disk
        throw cause instanceof Problem ? cause : explain(cause, safe);
      }
      return `${PREFIX}${batch}/${kept[0]}`;
    },
    async discard(paths) {
      for (const path of paths) {
        const batch = path.startsWith(PREFIX) ? path.slice(PREFIX.length).split('/')[0] : '';
        if (BATCH.test(batch))
          await rm(join(folder, batch), { recursive: true, force: true }).catch(() => undefined);
      }
    },
    close: () => rm(folder, { recursive: true, force: true }).catch(() => undefined),
  };
}

/** Passes bytes on as long as the disk keeps room for the studies on it. Throws Problem `disk-full`. */
function whileRoom(folder: string, name: string, reserve: number) {
  return async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let unchecked = CHECK_EVERY;
    for await (const chunk of chunks) {
      unchecked += chunk.length;
      if (unchecked >= CHECK_EVERY) {
        unchecked = 0;
        const { bavail, bsize } = await statfs(folder);
        if (bavail * bsize < reserve) throw diskFull(name);
      }
      yield chunk;
    }
  };
}

function diskFull(name: string, cause?: unknown): Problem {
  return new Problem(
    'disk-full',
    `The disk is nearly full: ${name} was not stored. Free some space and try again.`,
    { status: 507, cause },
  );
}

function explain(cause: unknown, name: string): Problem {
  const code = cause instanceof Error && 'code' in cause ? cause.code : '';
  if (code === 'ENOSPC') return diskFull(name, cause);
  if (code === 'ENAMETOOLONG') {
    return new Problem('upload-name-wrong', `The name “${name}” is too long. Rename the file and try again.`);
  }
  return new Problem('upload-broken', `${name} did not arrive whole and was not stored. Try again.`, {
    cause,
  });
}

/** What a process that runs no more left behind belongs to no import any more. */
function clearAbandoned(folder: string): void {
  try {
    for (const name of readdirSync(folder)) {
      if (!belongsToAnother(Number(name))) rmSync(join(folder, name), { recursive: true, force: true });
    }
  } catch {
    // nothing was ever received, or it cannot be removed: neither is in anybody's way
  }
}

function belongsToAnother(pid: number): boolean {
  return Number.isInteger(pid) && pid !== process.pid && isRunning(pid);
}
