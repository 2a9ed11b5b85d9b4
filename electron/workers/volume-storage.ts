// Writing a volume into a study folder: the original durably under its hash, the canonical voxels as a cache file.
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import type { Voxels } from '../imaging/index.ts';
import { partSuffix } from './part-files.ts';
import { volumeFilesOf } from './volume-files.ts';

/** Replaces what is there: a cache file that was cut short is made again under the same name. */
export async function writeCache(file: string, voxels: Voxels): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await whole(file, async (temporary) => {
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(new Uint8Array(voxels.buffer, voxels.byteOffset, voxels.byteLength));
    } finally {
      await handle.close();
    }
  });
}

/**
 * Copies the original into `volumes` under its hash and answers with its name there, slashes between folders; it is on
 * the disk when this resolves. What has that name already is the same file.
 */
export async function keepOriginal(
  source: { path: string; series: string | null },
  sha256: string,
  volumes: string,
): Promise<string> {
  const { files, isSeries } = await volumeFilesOf(source.path, source.series);
  await mkdir(volumes, { recursive: true });
  const isOneFile = files.length === 1 && !isSeries;
  const stored = isOneFile ? `${sha256}${extensionOf(files[0])}` : sha256;
  const target = join(volumes, stored);
  if (!existsSync(target)) {
    await whole(target, (temporary) =>
      isOneFile ? copyDurably(files[0], temporary) : copyTogether(files, isSeries, temporary),
    ).catch((cause) => {
      if (!existsSync(target)) throw cause; // another process was quicker with the same folder
    });
    await syncFolder(volumes);
  }
  return isOneFile || isSeries ? stored : `${stored}/${basename(source.path)}`;
}

/** A header names its data file, so both keep their names and where they lie to each other; slices are numbered. */
async function copyTogether(files: string[], isSeries: boolean, folder: string): Promise<void> {
  await mkdir(folder);
  const from = dirname(files[0]);
  for (const [n, file] of files.entries()) {
    const name = isSeries ? `${String(n).padStart(5, '0')}.dcm` : relative(from, file);
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await copyDurably(file, join(folder, name));
  }
  await syncFolder(folder);
}

async function copyDurably(from: string, to: string): Promise<void> {
  await copyFile(from, to);
  await chmod(to, 0o644); // a file from a read-only disk would stay read-only in the study
  const handle = await open(to, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Puts new names in a folder on the disk, where the system can: Windows does so by itself. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function extensionOf(file: string): string {
  const name = basename(file).toLowerCase();
  return name.endsWith('.nii.gz') ? '.nii.gz' : (/\.[a-z0-9]{1,8}$/.exec(name)?.[0] ?? '');
}

/** Writes under a temporary name, then renames: a file is there whole or not at all. */
async function whole(target: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${target}${partSuffix()}`;
  try {
    await write(temporary);
    await rename(temporary, target);
  } catch (cause) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    throw cause;
  }
}
