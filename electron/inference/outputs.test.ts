// What is checked before a run starts: where results go, and whether memory can hold it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Grid } from '../contract/geometry.ts';
import { ManifestSchema } from './manifest.ts';
import { leastMemory, refuseBeyondMemory } from './memory.ts';
import { checkOutputs, probabilityFiles, writeOutputs } from './outputs.ts';
import type { InferenceRequest } from './types.ts';

const manifest = ManifestSchema.parse({
  name: 'Organs',
  version: '1',
  description: '',
  modality: null,
  channels: [{ name: 'CT', normalisation: { scheme: 'none' } }],
  input: { name: 'in', layout: 'NCDHW', axes: ['z', 'y', 'x'], orientation: 'file' },
  output: { name: 'out', activation: 'logits' },
  spacing: null,
  patch: null,
  labels: [
    { channel: 0, label: 0, name: 'background' },
    { channel: 1, label: 1, name: 'liver' },
    { channel: 2, label: 2, name: 'spleen' },
  ],
});
let folder: string;
const at = (name: string) => join(folder, name);
const request = (path: string, probabilitiesPath?: string): InferenceRequest => ({
  modelFolder: folder,
  inputs: [at('image.nii')],
  provider: 'cpu',
  mirror: false,
  output: { kind: 'nifti', path },
  probabilitiesPath,
});

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'concord-outputs-'));
  writeFileSync(at('image.nii'), 'a scan');
  symlinkSync(at('image.nii'), at('link.nii'));
  mkdirSync(at('folder.nii'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('before the run', () => {
  test('a free name in a folder passes, an older mask may be replaced', async () => {
    await checkOutputs(request(at('mask.nii.gz'), at('p.nii.gz')), manifest);
    writeFileSync(at('old.nii'), 'an older mask');
    await checkOutputs(request(at('old.nii')), manifest);
  });
  test.each([
    ['output-folder-missing', () => request(at('nowhere/mask.nii')), /there is no folder .*nowhere/],
    ['output-folder-missing', () => request(at('image.nii/mask.nii')), /no folder .*image\.nii/],
    ['output-folder-missing', () => request(at('mask.nii'), at('nowhere/p.nii')), /nowhere/],
    ['output-is-folder', () => request(at('folder.nii')), /folder\.nii is a folder/],
    ['output-overwrites-input', () => request(at('image.nii')), /image\.nii is a volume/],
    ['output-overwrites-input', () => request(at('link.nii')), /link\.nii is a volume/],
    ['output-overwrites-input', () => request(at('folder.nii/../image.nii')), /is a volume/],
    ['outputs-same', () => request(at('p_2.nii'), at('p.nii')), /p_2\.nii is named for the mask/],
  ])('%s', async (code, make, message) => {
    await expect(checkOutputs(make(), manifest)).rejects.toMatchObject({ code, message, status: 400 });
    expect(readFileSync(at('image.nii'), 'utf8')).toBe('a scan');
  });
});

describe('after the run', () => {
  const grid: Grid = {
    shape: [2, 2, 2],
    spacing: [1, 1, 1],
    origin: [0, 0, 0],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  };
  const probabilities = [1, 2].map((label) => ({ label, values: new Float32Array(8).fill(label / 10) }));

  test('probabilities are named by label, a single label’s file as asked', () => {
    expect(probabilityFiles('a.b/p.nii.gz', [1, 7])).toEqual(['a.b/p_1.nii.gz', 'a.b/p_7.nii.gz']);
    expect(probabilityFiles('p.nii', [3])).toEqual(['p.nii']);
  });
  test('when the mask cannot be written, no probabilities stay either', async () => {
    const result = { labels: new Uint8Array(8), grid, probabilities };
    const failing = request(at('folder.nii'), at('q.nii'));
    await expect(writeOutputs(failing, result)).rejects.toMatchObject({ code: 'file-not-writable' });
    expect([1, 2].filter((label) => existsSync(at(`q_${label}.nii`)))).toEqual([]);
    await writeOutputs(request(at('fine.nii'), at('q.nii')), result);
    expect(existsSync(at('fine.nii')) && existsSync(at('q_2.nii'))).toBe(true);
  });
});

describe('memory', () => {
  const MB = 2 ** 20;
  test('256³ whole, 3 classes: input, output and a layer between at 64 MB a channel', () => {
    const shape: [number, number, number] = [256, 256, 256];
    const needed = leastMemory({ shape, networkShape: shape, probabilities: false }, manifest);
    expect(needed / MB).toBe(64 * (1 + 3 + 3) + 16);
  });
  test('tiles count once, sums and weights at full size; probabilities of logits add a map a label and one for their sum', () => {
    const sizes = {
      shape: [512, 512, 256] as [number, number, number],
      networkShape: [256, 256, 256] as [number, number, number],
      probabilities: false,
    };
    const tiled = { ...manifest, patch: [64, 64, 64] as [number, number, number] };
    // Deciding is the widest moment: 3 scores at 64 MB, then at 256 MB one resized, the best, and labels in bytes.
    expect(leastMemory(sizes, tiled) / MB).toBe(3 * 64 + 256 * 2.25 + 64);
    expect(leastMemory({ ...sizes, probabilities: true }, tiled) / MB).toBe(3 * 64 + 256 * 5.25 + 64);
  });
  test('what cannot fit is refused with both figures', () => {
    const face = { name: 'Organs', shape: [512, 512, 900] as [number, number, number] };
    refuseBeyondMemory(5 * 2 ** 30, face, 5 * 2 ** 30);
    expect(() => refuseBeyondMemory(12.5 * 2 ** 30, face, 3 * 2 ** 30)).toThrow(
      expect.objectContaining({
        code: 'inference-needs-memory',
        message: expect.stringMatching(/at least 12\.5 GB .* 512×512×900 voxels and 3\.0 GB are free/),
      }),
    );
  });
});
