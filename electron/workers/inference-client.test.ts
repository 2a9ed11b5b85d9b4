// Models through the process: refusals in words, cancelling, crashes, and two real models end to end.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { decodeMask } from '../contract/mask-bytes.ts';
import {
  canonicalise,
  makePhantom,
  readMask,
  readVolume,
  writeNifti,
  type Phantom,
} from '../imaging/index.ts';
import { checkModel, runInference, type InferenceRequest } from './inference-client.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const phantomModel = join(root, 'models', 'phantom-pansegnet');
const brain = join(root, '..', 'shared', 'data', 'brain-t1');
let folder: string;
let image: string;
let phantom: Phantom;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'concord-inference-'));
  image = join(folder, 'phantom.nii.gz');
  phantom = makePhantom(101);
  await writeNifti(image, { grid: phantom.volume.grid, voxels: phantom.volume.voxels });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function request(changes: Partial<InferenceRequest> = {}): InferenceRequest {
  const output = { kind: 'nifti' as const, path: join(folder, 'mask.nii.gz') };
  return { modelFolder: phantomModel, inputs: [image], provider: 'cpu', mirror: true, output, ...changes };
}

/** A copy of the phantom model with a changed manifest. */
function changedModel(name: string, change: (manifest: Record<string, never>) => void): string {
  const copy = join(folder, name);
  cpSync(phantomModel, copy, { recursive: true });
  const manifest = JSON.parse(readFileSync(join(copy, 'manifest.json'), 'utf8'));
  delete manifest.sha256;
  change(manifest);
  writeFileSync(join(copy, 'manifest.json'), JSON.stringify(manifest));
  return copy;
}

function dice(found: Uint8Array, truth: Uint8Array, label: number): number {
  let [both, sum] = [0, 0];
  for (let n = 0; n < truth.length; n++) {
    if (found[n] === label) sum++;
    if (truth[n] === label) sum++;
    if (found[n] === label && truth[n] === label) both++;
  }
  return (2 * both) / sum;
}

describe('the bundled phantom model', () => {
  test('finds the organs of a phantom that it was not trained on', async () => {
    const steps: string[] = [];
    const result = await runInference(request(), { onProgress: ({ stage }) => steps.push(stage) });
    const mask = await readMask(join(folder, 'mask.nii.gz'));
    expect(mask.grid.shape).toEqual(phantom.volume.grid.shape);
    const found = [1, 2, 3, 4, 5].map((label) => dice(mask.labels, phantom.truth, label));
    expect(found[0]).toBeGreaterThan(0.85);
    for (const organ of found.slice(1)) expect(organ).toBeGreaterThan(0.8);
    expect(result.provider).toBe('cpu');
    expect(result.model.sha256).toMatch(/^[0-9a-f]{64}$/);
    const liver = result.labels.find((entry) => entry.name === 'liver')!;
    expect(liver.voxels).toBe(mask.labels.filter((label) => label === 2).length);
    expect(new Set(steps)).toEqual(
      new Set(['load', 'read', 'preprocess', 'network', 'postprocess', 'write']),
    );
  }, 60_000);

  test('a volume stored the other way round gives the same organs, as mask bytes on the canonical grid', async () => {
    const { grid, voxels } = phantom.volume;
    const [nx, ny, nz] = grid.shape;
    const turned = new Int16Array(voxels.length);
    for (let k = 0, n = 0; k < nz; k++)
      for (let j = 0; j < ny; j++)
        for (let i = 0; i < nx; i++, n++) turned[n] = voxels[nx - 1 - i + nx * (ny - 1 - j + ny * k)];
    const path = join(folder, 'turned.nii.gz');
    const origin = [
      grid.origin[0] + (nx - 1) * grid.spacing[0],
      grid.origin[1] + (ny - 1) * grid.spacing[1],
      grid.origin[2],
    ] as [number, number, number];
    await writeNifti(path, {
      grid: { ...grid, origin, direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1] },
      voxels: turned,
    });
    const output = { kind: 'mask' as const, path: join(folder, 'turned.mask') };
    await runInference(request({ inputs: [path], output }));
    const { volume } = canonicalise(await readVolume(path));
    const labels = decodeMask(readFileSync(output.path), volume.voxels.length);
    for (const label of [1, 2, 3, 4, 5]) expect(dice(labels, phantom.truth, label)).toBeGreaterThan(0.85);
  }, 60_000);

  test('probabilities: one map a label, between 0 and 1', async () => {
    await runInference(request({ probabilitiesPath: join(folder, 'p.nii.gz') }));
    const map = (await readVolume(join(folder, 'p_2.nii.gz'))).voxels;
    let [low, high] = [Infinity, -Infinity];
    for (const value of map) [low, high] = [Math.min(low, value), Math.max(high, value)];
    expect(low).toBeGreaterThanOrEqual(0);
    expect(high).toBeLessThanOrEqual(1.0001);
    expect(high).toBeGreaterThan(0.9);
  }, 60_000);
});

describe.skipIf(!existsSync(brain))('MeshNet on a real head MR (skipped without the shared data)', () => {
  test('reproduces its published output, Dice ≥ 0.999 a tissue', async () => {
    const model = join(folder, 'meshnet');
    mkdirSync(model);
    cpSync(join(root, 'test', 'fixtures', 'meshnet', 'manifest.json'), join(model, 'manifest.json'));
    cpSync(join(brain, 'model5_gw_ae.onnx'), join(model, 'model5_gw_ae.onnx'));
    const output = { kind: 'nifti' as const, path: join(folder, 'brain.nii.gz') };
    await runInference(request({ modelFolder: model, inputs: [join(brain, 't1_crop.nii.gz')], output }));
    const found = await readMask(output.path);
    const published = await readMask(join(brain, 't1_crop_model5_gw_ae_seg.nii.gz'));
    expect(dice(found.labels, published.labels, 1)).toBeGreaterThanOrEqual(0.999);
    expect(dice(found.labels, published.labels, 2)).toBeGreaterThanOrEqual(0.999);
  }, 120_000);
});

describe('refusals', () => {
  test('no model there', async () => {
    await expect(runInference(request({ modelFolder: join(folder, 'nowhere') }))).rejects.toMatchObject({
      code: 'model-not-found',
      status: 404,
    });
  });
  test('a manifest with a fault names the field', async () => {
    const model = changedModel('bad-field', (m) => Object.assign(m, { overlap: 2 }));
    await expect(checkModel(model)).rejects.toMatchObject({ code: 'manifest-wrong', message: /overlap/ });
    const unknown = changedModel('unknown-field', (m) => Object.assign(m, { paches: 2 }));
    await expect(checkModel(unknown)).rejects.toMatchObject({ code: 'manifest-wrong', message: /paches/ });
  });
  test('a network that is garbage', async () => {
    const model = changedModel('garbage', () => undefined);
    writeFileSync(join(model, 'model.onnx'), 'this is no network at all');
    await expect(checkModel(model)).rejects.toMatchObject({ code: 'model-not-onnx', status: 422 });
  });
  test('a network that is not the one described', async () => {
    const model = changedModel('changed', (m) => Object.assign(m, { sha256: '0'.repeat(64) }));
    await expect(checkModel(model)).rejects.toMatchObject({ code: 'model-changed' });
  });
  test('wrong names of input and output', async () => {
    const input = changedModel('input', (m) => Object.assign(m['input'], { name: 'picture' }));
    await expect(checkModel(input)).rejects.toMatchObject({
      code: 'model-io-differs',
      message: /picture.*volume/s,
    });
    const output = changedModel('output', (m) => Object.assign(m['output'], { name: 'mask' }));
    await expect(checkModel(output)).rejects.toMatchObject({ code: 'model-io-differs', message: /scores/ });
  });
  test('a label for a channel that the network does not give', async () => {
    const model = changedModel('channels', (m) =>
      (m['labels'] as object[]).push({ channel: 9, label: 9, name: 'spare' }),
    );
    await expect(checkModel(model)).rejects.toMatchObject({ code: 'model-io-differs', message: /channel 9/ });
  });
  test('too many volumes', async () => {
    await expect(runInference(request({ inputs: [image, image] }))).rejects.toMatchObject({
      code: 'channels-wrong',
    });
  });
  test('results that would lie over the scan, or in no folder, before anything is run', async () => {
    const before = readFileSync(image);
    const steps: string[] = [];
    const watching = { onProgress: ({ stage }: { stage: string }) => void steps.push(stage) };
    const over = request({ output: { kind: 'nifti', path: image } });
    await expect(runInference(over, watching)).rejects.toMatchObject({ code: 'output-overwrites-input' });
    const lost = request({ output: { kind: 'nifti', path: join(folder, 'no', 'mask.nii') } });
    await expect(runInference(lost, watching)).rejects.toMatchObject({ code: 'output-folder-missing' });
    expect(new Set(steps)).toEqual(new Set(['load']));
    expect(readFileSync(image).equals(before)).toBe(true);
  });
  test('a grid that no memory holds', async () => {
    const model = changedModel('finest', (m) => Object.assign(m, { spacing: [0.05, 0.05, 0.05] }));
    await expect(runInference(request({ modelFolder: model }))).rejects.toMatchObject({
      code: 'inference-needs-memory',
      status: 507,
    });
  });
  test('a provider that cannot run here', async () => {
    await expect(runInference(request({ provider: 'dml' }))).rejects.toMatchObject({
      code: 'provider-not-available',
    });
  });
});

describe('the process dies', () => {
  const entry = (name: string, code: string) => {
    const path = join(folder, `${name}.mjs`);
    writeFileSync(path, code);
    return pathToFileURL(path);
  };
  test('cancelling kills it, leaves no mask and no half-written file', async () => {
    const abort = new AbortController();
    const output = { kind: 'nifti' as const, path: join(folder, 'cancelled.nii.gz') };
    const running = runInference(request({ output }), {
      signal: abort.signal,
      onProgress: ({ stage }) => stage === 'network' && abort.abort(new Error('stopped')),
    });
    await expect(running).rejects.toThrow('stopped');
    expect(readdirSync(folder).filter((name) => name.includes('cancelled'))).toEqual([]);
  }, 30_000);
  test('killed in the middle of a real run: a Problem, no mask, no half-written file', async () => {
    // Concord's own process; another one kills it while the network, which blocks it, is running.
    const real = pathToFileURL(join(root, 'electron', 'workers', 'inference-process.ts'));
    const shot = entry(
      'shot',
      `import { spawn } from 'node:child_process';
       const send = process.send.bind(process);
       process.send = (message, ...rest) => {
         if (message.progress?.stage === 'network')
           spawn(process.execPath, ['-e', 'process.kill(' + process.pid + ', "SIGKILL")']);
         return send(message, ...rest);
       };
       await import(${JSON.stringify(real.href)});`,
    );
    const steps = new Set<string>();
    const output = { kind: 'nifti' as const, path: join(folder, 'shot-mask.nii.gz') };
    const model = changedModel('slow', (m) => Object.assign(m, { spacing: [2, 1.2, 1.2] }));
    const running = runInference(request({ modelFolder: model, output }), {
      entry: shot,
      onProgress: ({ stage }) => steps.add(stage),
    });
    await expect(running).rejects.toMatchObject({ code: 'inference-out-of-memory', status: 500 });
    expect(steps.has('network')).toBe(true);
    expect(steps.has('write')).toBe(false);
    expect(readdirSync(folder).filter((name) => name.includes('shot-mask'))).toEqual([]);
  }, 60_000);
  test('half-written masks and probabilities of the dead are swept up, and nothing else', async () => {
    const left = ['.m.nii.gz.0a1b.part', '.p_2.nii.gz.0c.part'];
    const others = ['.m.nii.gz.part.txt', '.mm.nii.gz.0a.part', 'p_2.nii.gz'];
    for (const name of [...left, ...others]) writeFileSync(join(folder, name), '');
    const dying = entry('sweeping', 'process.once("message", () => process.exit(3));');
    const output = { kind: 'nifti' as const, path: join(folder, 'm.nii.gz') };
    const asked = request({ output, probabilitiesPath: join(folder, 'p.nii.gz') });
    await expect(runInference(asked, { entry: dying })).rejects.toMatchObject({ code: 'inference-crashed' });
    const names = readdirSync(folder);
    expect(left.filter((name) => names.includes(name))).toEqual([]);
    expect(others.filter((name) => names.includes(name))).toEqual(others);
  });
  test('an exit without an answer is a crash', async () => {
    const dying = entry('dying', 'process.once("message", () => process.exit(3));');
    await expect(runInference(request(), { entry: dying })).rejects.toMatchObject({
      code: 'inference-crashed',
      status: 500,
      message: /exit code 3/,
    });
  });
  test('SIGKILL from outside is taken for memory', async () => {
    const killed = entry('killed', 'process.once("message", () => process.kill(process.pid, "SIGKILL"));');
    await expect(runInference(request(), { entry: killed })).rejects.toMatchObject({
      code: 'inference-out-of-memory',
    });
  });
  test('an automatically picked provider that crashes is followed by the processor, and said', async () => {
    const picky = entry(
      'picky',
      `process.once("message", ({ request }) => {
        if (request.provider === "auto") process.abort();
        process.send({ kind: "done", result: { provider: request.provider, providersTried: [] } }, () => process.exit(0));
      });`,
    );
    const result = await runInference(request({ provider: 'auto' }), { entry: picky });
    expect(result.provider).toBe('cpu');
    expect(result.providersTried).toHaveLength(1);
  });
});
