// From a zip or a folder to a model folder: whole and by itself, or nothing; nobody else's files are touched.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { writeZip, type ZipEntry } from '../../test/fixtures/zip.ts';
import { writeTinyFolder } from './checkpoint/test-checkpoint.ts';
import { importModel } from './import-model.ts';
import { loadModel } from './load-model.ts';

let home: string;
let outside: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'concord-import-model-'));
  writeTinyFolder(at('box/Task1/nnUNetTrainer__nnUNetPlans__3d_fullres'), {});
});
afterAll(() => rmSync(home, { recursive: true, force: true }));
beforeEach(() => {
  outside = mkdtempSync(join(home, 'out-'));
});

const at = (name: string) => join(home, name);
const target = () => join(outside, 'model');
const filesIn = (folder: string): ZipEntry[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return { name: path.slice(folder.length + 1), bytes: readFileSync(path), deflate: true };
    });

/** A model of Concord, made of the tiny checkpoint, its manifest changed. */
async function modelAt(name: string, change: Record<string, unknown> = {}): Promise<string> {
  const { folder } = await importModel(at('box'), { outputFolder: at(name) });
  const path = join(folder, 'manifest.json');
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...change }));
  return folder;
}

describe('a zip', () => {
  it('gives what its folder gives, byte for byte', async () => {
    const from = await importModel(at('box'), { outputFolder: join(outside, 'plain') });
    const zip = writeZip(at('box.zip'), filesIn(at('box')));
    const steps = new Set<string>();
    const zipped = await importModel(zip, { outputFolder: target(), onProgress: (step) => steps.add(step) });
    expect([...steps]).toEqual(['Unpacking', 'Building the network']);
    expect(zipped.manifest).toEqual(from.manifest);
    for (const name of readdirSync(from.folder))
      expect(readFileSync(join(zipped.folder, name)), name).toEqual(readFileSync(join(from.folder, name)));
    expect(readdirSync(outside).toSorted()).toEqual(['model', 'plain']);
  });

  it('of a model of Concord is copied: what its manifest names and nothing else', async () => {
    const folder = await modelAt('own', { card: 'CARD.md' });
    writeFileSync(join(folder, 'CARD.md'), 'Knows nothing.');
    writeFileSync(join(folder, 'run-me.sh'), 'echo');
    const zip = writeZip(at('own.zip'), filesIn(folder));
    const { manifest } = await importModel(zip, { outputFolder: target() });
    expect(readdirSync(target()).toSorted()).toEqual([
      'CARD.md',
      'manifest.json',
      'model.onnx',
      'plans.json',
    ]);
    expect((await loadModel(target())).manifest).toEqual(manifest);
  });

  it.each<[string, string, (entries: ZipEntry[]) => ZipEntry[]]>([
    ['without a model', 'checkpoint-not-found', () => [{ name: 'notes.txt', bytes: Buffer.from('x') }]],
    ['without weights', 'checkpoint-not-found', (all) => all.filter(({ name }) => !name.endsWith('.pth'))],
    [
      'with cut weights',
      'checkpoint-damaged',
      (all) =>
        all.map((one) => (one.name.endsWith('.pth') ? { ...one, bytes: one.bytes.subarray(0, 500) } : one)),
    ],
    [
      'with two models',
      'checkpoint-ambiguous',
      (all) => [...all, ...all.map((one) => ({ ...one, name: `again/${one.name}` }))],
    ],
    [
      'that climbs',
      'archive-unsafe',
      (all) => [...all, { name: '../model/manifest.json', bytes: Buffer.from('{}') }],
    ],
  ])('%s is refused by its own name, and leaves nothing', async (what, code, change) => {
    const zip = writeZip(at(`${what.replaceAll(' ', '-')}.zip`), change(filesIn(at('box'))));
    const error = await importModel(zip, { outputFolder: target() }).catch((cause: Error) => cause);
    expect(error).toMatchObject({ code });
    expect((error as Error).message).not.toContain('.part');
    expect((error as Error).message).not.toContain(outside);
    expect(readdirSync(outside)).toEqual([]);
  });

  it('cannot say what its model was made for against the model', async () => {
    const folder = await modelAt('ct', { modality: 'CT' });
    const zip = writeZip(at('ct.zip'), filesIn(folder));
    const wish = { outputFolder: target(), sequence: 'T2' } as const;
    await expect(importModel(zip, wish)).rejects.toMatchObject({ code: 'made-for-contradicts' });
    expect(readdirSync(outside)).toEqual([]);
  });
});

describe('a model of Concord', () => {
  it('whose card lies elsewhere is refused, and nothing is written beside the model', async () => {
    const folder = await modelAt('deep/a/b', { card: '../../evil.sh' });
    writeFileSync(join(dirname(dirname(folder)), 'evil.sh'), 'evil');
    mkdirSync(join(outside, 'x'));
    const there = join(outside, 'x/model');
    await expect(importModel(folder, { outputFolder: there })).rejects.toMatchObject({
      code: 'manifest-wrong',
    });
    expect(readdirSync(outside, { recursive: true })).toEqual(['x']);
  });

  it('whose network is not the one it names is refused, and leaves nothing', async () => {
    const folder = await modelAt('changed');
    writeFileSync(join(folder, 'model.onnx'), 'other');
    await expect(importModel(folder, { outputFolder: target() })).rejects.toMatchObject({
      code: 'model-changed',
    });
    expect(readdirSync(outside)).toEqual([]);
  });

  it('keeps what the person says it was made for, where it does not say', async () => {
    const folder = await modelAt('unsaid', { modality: null });
    await importModel(folder, { outputFolder: target(), sequence: 'T2' });
    expect((await loadModel(target())).manifest).toMatchObject({ modality: 'MR', sequence: 'T2' });
  });
});

describe.each(['a checkpoint', 'a model', 'a zip'])('%s onto what is there', (kind) => {
  let source: string;
  beforeAll(async () => {
    const model = existsSync(at('there')) ? at('there') : await modelAt('there');
    const zip = () => writeZip(at('there.zip'), filesIn(model));
    source = kind === 'a checkpoint' ? at('box') : kind === 'a model' ? model : zip();
  });

  it('a file stays as it is', async () => {
    writeFileSync(target(), 'a thesis');
    await expect(importModel(source, { outputFolder: target() })).rejects.toMatchObject({
      code: 'file-not-writable',
    });
    expect(readFileSync(target(), 'utf8')).toBe('a thesis');
    expect(readdirSync(outside)).toEqual(['model']);
  });

  it('a folder with something in it stays as it is', async () => {
    mkdirSync(target());
    writeFileSync(join(target(), 'kept'), 'a thesis');
    await expect(importModel(source, { outputFolder: target() })).rejects.toMatchObject({
      code: 'model-present',
    });
    expect(readdirSync(outside, { recursive: true }).toSorted()).toEqual(['model', join('model', 'kept')]);
  });

  it('an empty folder becomes the model', async () => {
    mkdirSync(target());
    const { folder } = await importModel(source, { outputFolder: target() });
    expect(basename(folder)).toBe('model');
    expect(readdirSync(folder)).toContain('manifest.json');
    expect(readdirSync(outside)).toEqual(['model']);
  });
});
