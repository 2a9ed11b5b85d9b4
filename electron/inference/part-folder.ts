// The folder in which a model is made before it is put in place, and clearing those of processes that were killed.
import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** A neighbour of `target` that nobody else uses; its name tells whose it is. */
export function partFolder(target: string): string {
  const own = `${process.pid}-${randomBytes(6).toString('hex')}`;
  return join(dirname(target), `.${basename(target)}.${own}.part`);
}

/** Removes what imports of `target` whose process runs no more left half made. */
export async function clearPartFolders(target: string): Promise<void> {
  const [folder, start] = [dirname(target), `.${basename(target)}.`];
  for (const name of await readdir(folder).catch(() => [])) {
    const pid = name.startsWith(start) ? /^(\d+)-[0-9a-f]{12}\.part$/.exec(name.slice(start.length)) : null;
    if (pid && !runs(Number(pid[1])))
      await rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
}
