// `concord model` as a process: folds imported and shown, one JSON object, refusals that leave nothing.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

  it('refuses a fold that is not there in a sentence, and leaves nothing', async () => {
    const ended = await concord('model', 'import', path('checkpoint'), '--fold', '7', '-o', path('none'));
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('has no fold 7; it has fold 0, fold 3. Nothing was imported.');
    expect(ended.stderr).not.toContain('    at ');
    expect(existsSync(path('none'))).toBe(false);
    expect(readdirSync(home).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});
