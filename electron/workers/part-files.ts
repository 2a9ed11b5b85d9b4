// Files under way: the name they bear until they are whole, and clearing those of processes that were killed.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const PART = /\.part-(\d+)-[0-9a-z]+$/;

/** What follows a file's name while it is being written: nobody else writes under it, and it tells whose it was. */
export function partSuffix(): string {
  return `.part-${process.pid}-${Math.random().toString(36).slice(2)}`;
}

/** Removes what processes that run no more left half written in `folder`. A folder that is not there is no failure. */
export async function clearParts(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const pid = Number(PART.exec(name)?.[1]);
    if (pid && !isRunning(pid))
      await rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Whether a process of this number runs on this machine, whoever owns it. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM';
  }
}
