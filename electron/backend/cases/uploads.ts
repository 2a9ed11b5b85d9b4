// Files that a browser sends: kept apart until they are imported, and gone afterwards. The desktop passes paths.
import { createWriteStream, mkdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as WebStream } from 'node:stream/web';
import { Problem } from '../../contract/problem.ts';

const PREFIX = 'upload:';

export interface Uploads {
  /** Stores one file of a batch; answers with the name under which inspect and import find it. */
  receive(batch: string, name: string, body: WebStream<Uint8Array> | null): Promise<string>;
  /** An upload's path on disk; any other path unchanged. Throws Problem `upload-unknown`. */
  resolve(path: string): string;
  discard(paths: string[]): Promise<void>;
}

export function createUploads(home: string): Uploads {
  const folder = join(home, 'uploads');
  // What an earlier run left behind belongs to no import any more.
  rmSync(folder, { recursive: true, force: true });

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
    async receive(batch, name, body) {
      const safe = basename(name.replaceAll('\\', '/'));
      if (!/^[a-z0-9]{1,40}$/.test(batch) || safe === '' || safe.startsWith('.')) {
        throw new Problem(
          'upload-name-wrong',
          `A file cannot be stored under the name “${name}”. Rename it and try again.`,
        );
      }
      if (!body) throw new Problem('upload-empty', `${safe} arrived empty. Choose it again.`);
      const target = join(folder, batch, safe);
      mkdirSync(dirname(target), { recursive: true });
      try {
        await pipeline(Readable.fromWeb(body), createWriteStream(target));
      } catch (cause) {
        await rm(target, { force: true });
        const full = cause instanceof Error && 'code' in cause && cause.code === 'ENOSPC';
        throw full
          ? new Problem(
              'disk-full',
              `The disk is full: ${safe} was not stored. Free some space and try again.`,
              { status: 507, cause },
            )
          : new Problem('upload-broken', `${safe} did not arrive whole and was not stored. Try again.`, {
              cause,
            });
      }
      return `${PREFIX}${batch}/${safe}`;
    },
    async discard(paths) {
      for (const path of paths.filter((p) => p.startsWith(PREFIX))) {
        await rm(dirname(join(folder, path.slice(PREFIX.length))), { recursive: true, force: true }).catch(
          () => undefined,
        );
      }
    },
  };
}
