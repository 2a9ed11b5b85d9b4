// `concord model` as a process: folds imported and shown, one JSON object, refusals that leave nothing.
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeZip, type ZipEntry } from '../../test/fixtures/zip.ts';
import { writeTinyFolder } from '../inference/checkpoint/test-checkpoint.ts';
import type { Manifest } from '../inference/manifest.ts';

const cli = fileURLToPath(new URL('../cli.ts', import.meta.url));
let home: string;
const path = (name: string) => join(home, name);

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

async function concord(...args: string[]): Promise<Ended> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [cli, ...args]);
    return { code: 0, stdout, stderr };
  } catch (error) {
    return error as Ended;
  }
}

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'concord-model-'));
  writeTinyFolder(path('checkpoint'), { folds: { fold_0: 1, fold_3: 5 } });
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('concord model', () => {
  it('imports every fold, and shows each network with its hash', async () => {
    const ended = await concord('model', 'import', path('checkpoint'), '-o', path('both'), '--json');
    expect(ended.code).toBe(0);
    const { manifest } = JSON.parse(ended.stdout) as { manifest: Manifest };
    expect(manifest.version).toBe('folds 0 and 3');
    expect(readdirSync(path('both')).sort()).toEqual([
      ...['manifest.json', 'model-fold-3.onnx', 'model.onnx', 'plans.json'],
    ]);
    const shown = (await concord('model', 'show', path('both'))).stdout;
    expect(shown).toMatch(/averaged\s+2 networks/);
    expect(shown).toMatch(/network\s+model-fold-3\.onnx, SHA-256 [0-9a-f]{64}/);
  });

  it('imports one fold alone, its weights in 16 bits', async () => {
    const ended = await concord(
      'model',
      'import',
      path('checkpoint'),
      '--fold',
      '3',
      '--fp16',
      '-o',
      path('one'),
    );
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stdout).toContain('fold 3');
    expect(ended.stdout).toContain('stored in 16 bits');
    expect(ended.stdout).toContain('note: The folder has 2 folds (0, 3); this model is fold 3.');
  });

  const zipped = (name: string, ...more: ZipEntry[]) => {
    const root = path('checkpoint');
    const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
    const entries = files.map((one) => {
      const full = join(one.parentPath, one.name);
      return { name: `task${full.slice(root.length)}`, bytes: readFileSync(full), deflate: true };
    });
    return writeZip(path(name), [...entries, ...more]);
  };
  const hidden = () => readdirSync(home).filter((name) => name.startsWith('.'));

  it('imports a zip as it imports its folder, and shows the same', async () => {
    const ended = await concord('model', 'import', zipped('task.zip'), '-o', path('zipped'), '--json');
    const folder = await concord('model', 'import', path('checkpoint'), '-o', path('plain'), '--json');
    expect([ended.code, folder.code]).toEqual([0, 0]);
    for (const name of readdirSync(path('plain')))
      expect(readFileSync(join(path('zipped'), name)), name).toEqual(readFileSync(join(path('plain'), name)));
    const shown = await Promise.all(['zipped', 'plain'].map((name) => concord('model', 'show', path(name))));
    expect(shown[0].stdout).toBe(shown[1].stdout);
    expect(shown[0].stdout).toMatch(/made for\s+CT/);
    expect(hidden()).toEqual([]);
  });

  it('refuses a zip that climbs, a file that is none, and a name that is taken', async () => {
    const evil = zipped('evil.zip', { name: '../evil.txt', bytes: Buffer.from('x') });
    const cases: [string, string, RegExp, ...string[]][] = [
      [path('task.zip'), path('none'), /made for CT, not MR T2/, '--sequence', 'T2'],
      [evil, path('none'), /leads out of its folder.*Nothing was imported/],
      [join(path('plain'), 'model.onnx'), path('none'), /is no zip\. Give the folder of a model/],
      [path('task.zip'), path('evil.zip'), /is not a folder that a model can be written to/],
      [path('task.zip'), path('plain'), /is not empty, and was left as it is/],
    ];
    for (const [source, target, sentence, ...more] of cases) {
      const ended = await concord('model', 'import', source, '-o', target, ...more);
      expect(ended.code).toBe(2);
      expect(ended.stderr).toMatch(sentence);
      expect(ended.stderr).not.toContain('    at ');
    }
    expect(existsSync(path('none'))).toBe(false);
    expect(existsSync(path('evil.txt'))).toBe(false);
    expect(readFileSync(evil).subarray(0, 2).toString()).toBe('PK');
    expect(hidden()).toEqual([]);
  });

  it('killed while it unpacks leaves no model, and the next import clears the rest away', async () => {
    const large = zipped('large.zip', { name: 'task/more.bin', bytes: new Uint8Array(200 << 20) });
    const child = spawn(process.execPath, [cli, 'model', 'import', large, '-o', path('cut')]);
    const gone = new Promise((resolve) => child.once('close', resolve));
    while (hidden().length === 0 && child.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 2));
    child.kill('SIGKILL');
    await gone;
    expect(hidden()).toHaveLength(1);
    expect(existsSync(path('cut'))).toBe(false);
    const again = await concord('model', 'import', path('task.zip'), '-o', path('cut'));
    expect(again.code).toBe(0);
    expect(readdirSync(path('cut'))).toContain('model.onnx');
    expect(hidden()).toEqual([]);
  });

  it('refuses a fold that is not there in a sentence, and leaves nothing', async () => {
    const ended = await concord('model', 'import', path('checkpoint'), '--fold', '7', '-o', path('none'));
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('has no fold 7; it has fold 0, fold 3. Nothing was imported.');
    expect(ended.stderr).not.toContain('    at ');
    expect(existsSync(path('none'))).toBe(false);
    expect(readdirSync(home).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});
