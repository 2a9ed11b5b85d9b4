// A whole folder imported: the network computes what a plain loop computes.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadModel } from '../load-model.ts';
import type { Architecture } from './architecture.ts';
import { importCheckpoint } from './import-checkpoint.ts';
import { networkChunks } from './network.ts';
import { StateDict } from './state-dict.ts';
import * as naive from './test-naive-network.ts';
import {
  tinyResidualPlans,
  tinyResidualShapes,
  tinyShapes,
  testWeights,
  torchLegacy,
  torchZip,
  writeTinyFolder,
} from './test-checkpoint.ts';
import { openTorchFile } from './torch-file.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'concord-import-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const folder = () => join(home, 'nnUNetTrainer__nnUNetPlans__3d_fullres');
const target = () => join(home, 'model');

async function run(onnx: string | Uint8Array, values: Float32Array, dims: number[]) {
  const session = await InferenceSession.create(onnx as string);
  const { scores } = await session.run({ volume: new Tensor('float32', values, dims) });
  await session.release();
  return scores;
}

const { values: picture } = testWeights({ picture: [4, 6, 8] })['picture'];

function expectClose(actual: Float32Array, expected: Float32Array): void {
  expect(actual.length).toBe(expected.length);
  const worst = actual.reduce((most, value, n) => Math.max(most, Math.abs(value - expected[n])), 0);
  expect(worst).toBeLessThan(2e-5);
}

describe('a tiny network', () => {
  it.each([
    ['zip', torchZip],
    ['legacy stream', torchLegacy],
  ])('from a %s equals plain loops', async (_, file) => {
    const weights = writeTinyFolder(folder(), { file });
    const imported = await importCheckpoint(home, { outputFolder: target() });
    expect(readdirSync(target()).sort()).toEqual(['manifest.json', 'model.onnx', 'plans.json']);
    const scores = await run(join(target(), 'model.onnx'), picture, [1, 1, 4, 6, 8]);
    expect(scores.dims).toEqual([1, 2, 4, 6, 8]);
    expectClose(scores.data as Float32Array, naive.tinyNetwork(weights, picture, [4, 6, 8], [2, 2, 2]));
    const { manifest } = await loadModel(target());
    expect(manifest).toEqual(imported.manifest);
    expect(manifest).toMatchObject({
      modality: 'CT',
      patch: [4, 6, 8],
      spacing: [2, 2, 2],
      mirror: [0, 1, 2],
      average: 'output',
      nnunet: { version: 2, maskForNorm: [false] },
      labels: [{ label: 0 }, { label: 1, name: 'pancreas' }],
    });
  });

  it('takes several tiles at once', async () => {
    const weights = writeTinyFolder(folder());
    await importCheckpoint(home, { outputFolder: target() });
    const two = Float32Array.from([...picture, ...picture.map((value) => value ** 2)]);
    const scores = (await run(join(target(), 'model.onnx'), two, [2, 1, 4, 6, 8])).data as Float32Array;
    const second = naive.tinyNetwork(weights, two.slice(picture.length), [4, 6, 8], [2, 2, 2]);
    expectClose(scores.slice(scores.length / 2), second);
  });

  it('in 2D equals plain loops', async () => {
    const weights = testWeights(tinyShapes(2));
    const path = join(home, 'checkpoint.pth');
    writeFileSync(path, torchZip(weights));
    const file = openTorchFile(path);
    const stage = (features: number, side: number) => ({
      features,
      kernel: [3, 3],
      stride: [side, side],
      blocks: 1,
    });
    const plan: Architecture = {
      kind: 'plain-conv-unet',
      patch: [6, 8],
      inputChannels: 1,
      outputChannels: 2,
      stages: [stage(2, 1), stage(3, 2)],
      decoderBlocks: [1],
      convolutionBias: true,
      normEpsilon: 1e-5,
      nonlinearity: { kind: 'leaky-relu', slope: 0.01 },
    };
    const onnx = Buffer.concat([...networkChunks(plan, new StateDict(file, file.root))]);
    file.close();
    const slice = picture.slice(0, 48);
    const scores = await run(onnx, slice, [1, 1, 1, 6, 8]);
    expect(scores.dims).toEqual([1, 2, 1, 6, 8]);
    expectClose(scores.data as Float32Array, naive.tinyNetwork(weights, slice, [1, 6, 8], [1, 2, 2]));
  });

  it.each([
    ['3d_fullres', [4, 4, 8], [2, 2, 2]],
    ['2d', [8, 12], [1, 2, 2]],
  ] as const)('residual, %s, equals plain loops', async (configuration, patch, stride) => {
    const rank = patch.length === 2 ? 2 : 3;
    const plans = tinyResidualPlans([...patch]);
    const weights = writeTinyFolder(folder(), {
      shapes: tinyResidualShapes(rank),
      plans,
      configuration,
      mirror: [],
    });
    await importCheckpoint(home, { outputFolder: target() });
    const shape = (rank === 2 ? [1, ...patch] : patch) as [number, number, number];
    const values = testWeights({ v: shape })['v'].values;
    const scores = await run(join(target(), 'model.onnx'), values, [1, 1, ...shape]);
    const expected = naive.tinyResidualNetwork(weights, values, shape, [...stride]);
    expectClose(scores.data as Float32Array, expected);
  });

  it('with its weights listed again, and under a wrapper’s prefix', async () => {
    const file = (checkpoint: unknown) => {
      const { network_weights: own, ...rest } = checkpoint as { network_weights: Record<string, unknown> };
      const network_weights: Record<string, unknown> = {};
      for (const [key, value] of Object.entries(own)) {
        network_weights[`module.${key}`] = value;
        if (key.startsWith('encoder.')) network_weights[`module.decoder.${key}`] = value;
        const again = key.replace('.conv.', '.all_modules.0.').replace('.norm.', '.all_modules.1.');
        if (again !== key) network_weights[`module.${again}`] = value;
      }
      return torchZip({ network_weights, ...rest });
    };
    const weights = writeTinyFolder(folder(), { file });
    const { plans } = await importCheckpoint(home, { outputFolder: target() });
    const scores = await run(join(target(), 'model.onnx'), picture, [1, 1, 4, 6, 8]);
    expectClose(scores.data as Float32Array, naive.tinyNetwork(weights, picture, [4, 6, 8], [2, 2, 2]));
    expect(plans.parameters).toBe(Object.values(weights).reduce((sum, { values }) => sum + values.length, 0));
  });
});
