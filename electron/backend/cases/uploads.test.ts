// Uploads at rest: room on the disk, streams that break, and what other processes left.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ReadableStream } from 'node:stream/web';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createUploads } from './uploads.ts';

let home: string;
beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'concord-uploads-'))));
afterEach(() => rmSync(home, { recursive: true, force: true }));

const bytes = (length: number) => new Uint8Array(length).fill(7);
const stream = (...chunks: (Uint8Array | Error)[]) =>
  new ReadableStream<Uint8Array>({
    pull(controller) {
      const next = chunks.shift();
      if (next instanceof Error) controller.error(next);
      else if (next) controller.enqueue(next);
      else controller.close();
    },
  });
const filesOf = () =>
  readdirSync(home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());

it('arrives whole, and goes when it is let go', async () => {
  const uploads = createUploads(home);
  const name = await uploads.receive('b1', 'scan.nii', stream(bytes(1000), bytes(24)));
  expect(name).toBe('upload:b1/scan.nii');
  expect(readFileSync(uploads.resolve(name))).toHaveLength(1024);
  await uploads.discard(['/etc/hostname', 'upload:../..', name]);
  expect(filesOf()).toEqual([]);
});

it('stops while there is room left for the studies, and leaves nothing of the file', async () => {
  const { bavail, bsize } = statfsSync(home);
  const uploads = createUploads(home, bavail * bsize * 2);
  const sent = uploads.receive('b1', 'scan.nii', stream(bytes(1000)));
  await expect(sent).rejects.toMatchObject({ code: 'disk-full', status: 507 });
  expect(filesOf()).toEqual([]);
});

it('a connection that breaks leaves nothing of the file', async () => {
  const uploads = createUploads(home);
  const sent = uploads.receive('b1', 'scan.nii', stream(bytes(100_000), new Error('gone')));
  await expect(sent).rejects.toMatchObject({ code: 'upload-broken', status: 400 });
  expect(filesOf()).toEqual([]);
});

it('a name too long for the disk is told as such', async () => {
  const sent = createUploads(home).receive('b1', '日'.repeat(200), stream(bytes(1)));
  await expect(sent).rejects.toMatchObject({ code: 'upload-name-wrong' });
});

it('what a process left that runs no more is cleared at the next start; a running one’s is not', () => {
  const { pid: dead } = spawnSync(process.execPath, ['-e', '0']);
  for (const owner of [dead, process.ppid, 'odd']) {
    mkdirSync(join(home, 'uploads', String(owner), 'b1'), { recursive: true });
    writeFileSync(join(home, 'uploads', String(owner), 'b1', 'x'), 'x');
  }
  createUploads(home);
  expect(existsSync(join(home, 'uploads', String(dead)))).toBe(false);
  expect(existsSync(join(home, 'uploads', 'odd'))).toBe(false);
  expect(existsSync(join(home, 'uploads', String(process.ppid), 'b1', 'x'))).toBe(true);
});
