// Models through the fetch handler: folders that do not hold what they say are refused; a full disk is named.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBackend } from '../../electron/backend/index.ts';
import type { AddModel, ModelDetails, ModelImport, ModelSummary } from '../../electron/contract/models.ts';
import type { StudyFace } from '../../electron/contract/study.ts';
import { writeNifti } from '../../electron/imaging/index.ts';
import { writeZip } from '../fixtures/zip.ts';
import { importingInto, stateOf, SENTENCE, type Importing } from '../fixtures/importing.ts';
import { FILE_GRID, studyOverFetch, type StudyOverFetch } from '../fixtures/study-over-fetch.ts';

const model = fileURLToPath(new URL('../../models/phantom-pansegnet', import.meta.url));

let study: StudyOverFetch;
let into: Importing;

beforeAll(async () => {
  study = await studyOverFetch({ cases: 1, readers: ['Ada'] });
  into = await importingInto(study);
});
afterAll(() => study?.close());

const at = (name: string) => into.at(name);

describe('models', () => {
  const imports = async () => (await study.call('GET', '/api/models/imports')).json<ModelImport[]>();
  /** Starts an import and waits for its end. */
  async function add(path: string, wish: Omit<AddModel, 'path'> = {}): Promise<ModelImport> {
    const answer = await study.call('POST', '/api/models', { json: { path, ...wish } });
    expect(answer.status).toBe(202);
    const { id } = await answer.json<ModelImport>();
    for (let tries = 0; tries < 1500; tries++) {
      const told = (await imports()).find((one) => one.id === id)!;
      if (told.state !== 'running') return told;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`${path} is still being imported`);
  }
  const list = async () => (await study.call('GET', '/api/models')).json<ModelSummary[]>();
  function spoilt(name: string, change: (folder: string) => void): string {
    const folder = at(name);
    cpSync(model, folder, { recursive: true });
    change(folder);
    return folder;
  }
  const manifestOf = (folder: string) =>
    JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Record<string, unknown>;
  const manifest = (folder: string, change: Record<string, unknown>) =>
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ ...manifestOf(folder), ...change }));

  const wrong: [string, string, (folder: string) => void][] = [
    ['garbage for a network', 'model-not-onnx', (folder) => {
      manifest(folder, { sha256: undefined });
      writeFileSync(join(folder, 'model.onnx'), 'Dear reader, '.repeat(999));
    }],
    ['another network than the manifest’s', 'model-changed', (folder) => writeFileSync(join(folder, 'model.onnx'), 'x')],
    ['an input of another name', 'model-io-differs', (folder) => manifest(folder, { input: { ...(manifestOf(folder)['input'] as object), name: 'picture' } })],
    ['a manifest that is no JSON', 'manifest-wrong', (folder) => writeFileSync(join(folder, 'manifest.json'), '{')],
    ['a field that means nothing', 'manifest-wrong', (folder) => manifest(folder, { spacing: [0, 1, 1] })],
    ['no network', 'model-not-found', (folder) => rmSync(join(folder, 'model.onnx'))],
    ['no manifest', 'checkpoint-not-found', (folder) => rmSync(join(folder, 'manifest.json'))],
  ]; // prettier-ignore
  it.each(wrong)('%s is refused, and nothing is added', async (name, code, change) => {
    const told = await add(spoilt(name.replaceAll(/\W+/g, '-'), change));
    expect(told).toMatchObject({ state: 'failed', code, reason: expect.stringMatching(SENTENCE) as string });
    expect(await list()).toEqual([]);
    const added = at('home/models');
    expect(existsSync(added) ? readdirSync(added) : []).toEqual([]);
  });

  it('a right one is added once, and no other kind of path', async () => {
    const folder = spoilt('tidy', () => undefined);
    expect(await add(folder)).toMatchObject({ state: 'done', modelId: 'tidy' });
    expect((await list()).map((entry) => [entry.id, entry.problem])).toEqual([['tidy', null]]);
    expect(await add(folder)).toMatchObject({ state: 'failed', code: 'model-present' });
    expect(await add(at('nowhere'))).toMatchObject({ code: expect.stringMatching(/-not-found$/) as string });
    expect(await add(into.home)).toMatchObject({ code: expect.stringMatching(/-not-found$/) as string });
    expect((await study.call('POST', '/api/models', { json: {} })).status).toBe(400);
  });

  const files = ['manifest.json', 'model.onnx', 'plans.json', manifestOf(model)['card'] as string];
  const entries = () =>
    files.map((name) => ({ name: `box/${name}`, bytes: readFileSync(join(model, name)) }));

  it('tells everything of a model, and takes it away again', async () => {
    const details = await (await study.call('GET', '/api/models/tidy')).json<ModelDetails>();
    expect(details).toMatchObject({ id: 'tidy', family: 'PanSegNet', folds: ['0'], precision: 'float32' });
    expect(details.sha256).toBe(manifestOf(model)['sha256']);
    expect(details.parameters).toBeGreaterThan(400_000);
    expect(details.card).toContain('phantom');
    expect(await study.call('GET', '/api/models/nobody')).toMatchObject({
      status: 404,
      code: 'model-not-found',
    });
    expect((await study.call('DELETE', '/api/models/tidy')).status).toBe(204);
    expect(await list()).toEqual([]);
    expect(await study.call('DELETE', '/api/models/tidy')).toMatchObject({
      status: 404,
      code: 'model-not-found',
    });
    expect(readdirSync(at('home/models'))).toEqual([]);
  });

  it('a zip is unpacked, taken in, and leaves nothing else', async () => {
    const zip = writeZip(at('boxed.zip'), entries());
    expect(await add(zip, { sequence: 'T1' })).toMatchObject({
      state: 'failed',
      code: 'made-for-contradicts',
    });
    expect(await add(zip)).toMatchObject({ state: 'done', modelId: 'boxed' });
    expect(readdirSync(at('home/models'))).toEqual(['boxed']);
    expect(readdirSync(at('home/models/boxed')).toSorted()).toEqual(files.toSorted());
    await study.call('DELETE', '/api/models/boxed');
    writeFileSync(at('cut.zip'), readFileSync(zip).subarray(0, 900_000));
    expect(await add(at('cut.zip'))).toMatchObject({ state: 'failed', code: 'archive-damaged' });
    expect(
      await add(writeZip(at('climb.zip'), [...entries(), { name: '../evil', bytes: Buffer.from('x') }])),
    ).toMatchObject({ code: 'archive-unsafe' });
    expect(readdirSync(at('home/models'))).toEqual([]);
  });

  it('a browser sends a folder file by file; names that climb are refused', async () => {
    const send = (name: string, bytes: Uint8Array<ArrayBuffer>) =>
      study.call('POST', `/api/models/uploads?batch=b1&name=${encodeURIComponent(name)}`, { body: bytes });
    let path = '';
    for (const name of files)
      ({ path } = await (
        await send(`sent/${name}`, new Uint8Array(readFileSync(join(model, name))))
      ).json<{ path: string }>());
    expect(path).toBe('upload:b1/sent');
    for (const name of ['../evil', 'a/../evil', '/evil', '.hidden', 'a//b', Array(20).fill('a').join('/')])
      expect(await send(name, new Uint8Array(3))).toMatchObject({ code: 'upload-name-wrong' });
    expect(await add(path)).toMatchObject({ state: 'done', modelId: 'sent' });
    expect(await add(path), 'what was sent is cleared away').toMatchObject({ state: 'failed' });
    await study.call('DELETE', '/api/models/sent');
  });

  it('what it was made for is asked where the model does not say, and kept', async () => {
    const folder = spoilt('unsaid', (target) => manifest(target, { modality: null }));
    expect(await add(folder, { sequence: 'T1' })).toMatchObject({ state: 'done' });
    expect(await list()).toMatchObject([{ id: 'unsaid', modality: 'MR', sequence: 'T1' }]);
    await study.call('DELETE', '/api/models/unsaid');
  });

  it('an import can be cancelled, and leaves nothing', async () => {
    const folder = spoilt('stopped', () => undefined);
    const { id } = await (
      await study.call('POST', '/api/models', { json: { path: folder } })
    ).json<ModelImport>();
    const told = await (await study.call('POST', `/api/models/imports/${id}/cancel`)).json<ModelImport>();
    expect(told.state).toBe('cancelled');
    expect(await list()).toEqual([]);
    expect(readdirSync(at('home/models'))).toEqual([]);
    expect(await study.call('POST', '/api/models/imports/none/cancel')).toMatchObject({
      status: 404,
      code: 'import-not-found',
    });
  });
});

const tmpfs = tryTmpfs();
describe(tmpfs ? 'a full disk' : 'a full disk (SKIPPED: only root can make a small disk here)', () => {
  it.skipIf(!tmpfs)('is named; nothing of the import stays; the study goes on', async () => {
    const disk = at('disk');
    const image = at('large.nii.gz');
    const side = 96;
    // Noise, which no compression makes smaller: 1.7 MB in the cache and about as much again for the original.
    let state = 1;
    const voxels = Int16Array.from({ length: side ** 3 }, () => (state = (state * 48271) % 2147483647) >> 15);
    await writeNifti(image, { grid: { ...FILE_GRID, shape: [side, side, side] }, voxels });
    mkdirSync(disk);
    // First room for nothing of it, then for the cache and not for the original.
    for (const kilobytes of [2000, 3000]) {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', disk]);
      const backend = await createBackend({
        home: at(`home ${kilobytes}`),
        host: 'test',
        modelsFolder: model,
        version: '0.0.0',
      });
      try {
        const coordinator = { name: 'Cora', passphrase: 'open sesame' };
        const structures = [{ label: 1, name: 'Liver', colour: '#e69f00' }];
        const protocol = { name: 'Small', modality: 'CT', structures, coordinator };
        const ask = async <T>(to: string, json: unknown, token = '') => {
          const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
          const body = JSON.stringify(json);
          const request = new Request(`http://concord.test/api/studies${to}`, {
            method: 'POST',
            headers,
            body,
          });
          return (await backend.fetch(request)).json() as Promise<T>;
        };
        const folder = join(disk, 'Small.concord');
        const face = await ask<StudyFace>('', { protocol, folder });
        const open = backend.services.studies.get(face.id);
        const before = stateOf(folder);
        const item = { path: image, series: null, name: 'Large' };
        await expect(backend.services.cases.importOne(open, item, 'Cora')).rejects.toMatchObject({
          code: 'disk-full',
          status: 507,
          message: expect.stringMatching(SENTENCE) as string,
        });
        expect(stateOf(folder), `${kilobytes} kB`).toEqual(before);
        const signedIn = await ask<{ token: string }>(`/${face.id}/sign-in`, {
          personId: face.people[0].id,
          passphrase: coordinator.passphrase,
        });
        const reader = { name: 'Ada', passphrase: 'open sesame' };
        expect(await ask(`/${face.id}/readers`, reader, signedIn.token)).toMatchObject({ name: 'Ada' });
      } finally {
        await backend.close();
        execFileSync('umount', [disk]);
      }
    }
  });
});

/** Whether a disk of a few kilobytes can be made here. */
function tryTmpfs(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const probe = '/tmp/concord-tmpfs-probe';
  try {
    mkdirSync(probe, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', probe], { stdio: 'ignore' });
    execFileSync('umount', [probe]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(probe, { recursive: true, force: true });
  }
}
