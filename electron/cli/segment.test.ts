// `concord segment` as a program: what goes where, and how it ends.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makePhantom, writeNifti } from '../imaging/index.ts';
import { progressInWords, progressLine } from './run-progress.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const model = join(root, 'models', 'phantom-pansegnet');
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'concord-segment-'));
  const { volume } = makePhantom(102, { shape: [96, 96, 48] });
  await writeNifti(join(folder, 'ct.nii.gz'), { grid: volume.grid, voxels: volume.voxels });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function segment(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const program = [join(root, 'electron', 'cli.ts'), 'segment', ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, program, { cwd: folder }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
  });
}

describe('concord segment', () => {
  test('--json: one object of the documented shape on standard output, progress on standard error', async () => {
    const { code, out, err } = await segment(
      ...['--model', model, 'ct.nii.gz', '-o', 'm.nii.gz', '--provider', 'cpu', '--json'],
    );
    expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining('running the network') });
    const result = JSON.parse(out);
    expect(result).toMatchObject({ provider: 'cpu', tiles: 1 });
    for (const stage of ['read', 'preprocess', 'network', 'postprocess', 'write']) {
      expect(result.seconds[stage]).toBeGreaterThan(0);
    }
    expect(result.peakMemoryMb).toBeGreaterThan(20);
    const liver = result.labels.find((entry: { label: number }) => entry.label === 2);
    expect(liver.volumeMl).toBeGreaterThan(100);
    expect(result.notes.length).toBeGreaterThan(0);
    expect(err).toContain(result.notes[0]);
    expect(existsSync(join(folder, 'm.nii.gz'))).toBe(true);
  }, 60_000);

  test('a wrong input: exit 2, one sentence, no stack, nothing written', async () => {
    const { code, out, err } = await segment('--model', model, 'none.nii.gz', '-o', 'x.nii.gz');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(err).toContain('none.nii.gz');
    expect(err).not.toContain('    at ');
    expect(existsSync(join(folder, 'x.nii.gz'))).toBe(false);
  }, 30_000);

  test('the wrong ending, a missing folder and the scan itself are refused', async () => {
    for (const path of ['x.png', 'nowhere/x.nii', 'ct.nii.gz']) {
      const { code, err } = await segment('--model', model, 'ct.nii.gz', '-o', path);
      expect({ path, code, err }).toMatchObject({ code: 2, err: expect.stringContaining(path) });
    }
  }, 30_000);
});

describe('progress', () => {
  const tile = { stage: 'network' as const, done: 2, total: 8, secondsLeft: 12.4 };
  test('in words', () => {
    expect(progressInWords(tile)).toBe('running the network, tile 3 of 8, about 12 s left');
    expect(progressInWords({ ...tile, secondsLeft: 200 })).toMatch(/about 3 min left$/);
    expect(progressInWords({ ...tile, secondsLeft: 0.1 })).toMatch(/about 1 s left$/);
    expect(progressInWords({ ...tile, secondsLeft: null })).toBe('running the network, tile 3 of 8');
    expect(progressInWords({ ...tile, done: 8, secondsLeft: 0 })).toBe('running the network, done');
    expect(progressInWords({ stage: 'read', done: 0, total: 0, secondsLeft: null })).toBe('reading');
  });
  test('a log gets a line every five seconds, a terminal one line that is written over', () => {
    let [text, time] = ['', 0];
    const screen = { isTTY: false, write: (more: string) => (text += more) };
    const log = progressLine(screen, () => time);
    for (; time < 12_000; time += 100) log.show(tile);
    log.clear();
    expect(text.split('\n')).toHaveLength(4);
    text = '';
    const terminal = progressLine({ ...screen, isTTY: true });
    terminal.show(tile);
    terminal.clear();
    expect(text).toMatch(/^\r\x1b\[Krunning.*left\r\x1b\[K$/); // eslint-disable-line no-control-regex
  });
});
