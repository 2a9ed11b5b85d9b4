// A whole folder imported: the network computes what a plain loop computes, and bad folders leave nothing behind.
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
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Problem } from '../../contract/problem.ts';
import { loadModel } from '../load-model.ts';
import type { Architecture } from './architecture.ts';
import { importCheckpoint } from './import-checkpoint.ts';
import { networkChunks } from './network.ts';
import { StateDict } from './state-dict.ts';
import * as naive from './test-naive-network.ts';
import {
  tinyDataset,
  tinyPlans,
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

async function refusal(from = folder(), fold?: string): Promise<Problem> {
  const error: unknown = await importCheckpoint(from, { outputFolder: target(), fold }).catch(
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(Problem);
  expect(existsSync(target())).toBe(false);
  expect(readdirSync(home).filter((name) => name.endsWith('.part'))).toEqual([]);
  return error as Problem;
}

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

describe('folders that are refused', () => {
  it('no folder, and one without a model', async () => {
    expect((await refusal(join(home, 'nowhere'))).message).toContain('is not a folder');
    expect((await refusal(home)).message).toContain('holds no model of nnU-Net or PanSegNet');
  });

  it('a fold that is not there', async () => {
    writeTinyFolder(folder());
    expect((await refusal(folder(), '3')).message).toContain('has no fold 3; it has fold 0');
  });

  it('two models', async () => {
    writeTinyFolder(folder());
    writeTinyFolder(join(home, 'other'));
    expect((await refusal(home)).code).toBe('checkpoint-ambiguous');
  });

  it('weights missing, unknown, of another shape: each is named', async () => {
    const shapes: Record<string, number[]> = { ...tinyShapes(3), 'encoder.extra.weight': [2] };
    delete shapes['decoder.transpconvs.0.bias'];
    shapes['decoder.seg_layers.0.weight'] = [5, 2, 1, 1, 1];
    writeTinyFolder(folder(), { shapes });
    const problem = await refusal();
    expect(problem.code).toBe('checkpoint-differs');
    expect(problem.message).toContain('missing: decoder.transpconvs.0.bias (2)');
    expect(problem.message).toContain('decoder.seg_layers.0.weight is 5×2×1×1×1 and should be 2×2×1×1×1');
    expect(problem.message).toContain('unknown: encoder.extra.weight');
  });

  it('a second name with other weights', async () => {
    const shapes = { ...tinyShapes(3), 'decoder.encoder.stages.0.0.convs.0.conv.bias': [2] };
    writeTinyFolder(folder(), { shapes });
    expect((await refusal()).message).toContain('should be the same weights');
  });

  it.each([
    ['a cascade', { configuration: '3d_cascade_fullres' }, /second step of a cascade/],
    ['a configuration that is not there', { configuration: '4d' }, /has no configuration 4d/],
    [
      'plans without a patch',
      { plans: { ...tinyPlans([4, 6, 8]), configurations: { '3d_fullres': {} } } },
      /patch_size/,
    ],
    [
      'a patch that does not halve',
      { plans: tinyPlans([5, 6, 8]) },
      /no multiple of its network's strides 2×2×2/,
    ],
    [
      'more channels than schemes',
      { dataset: { ...tinyDataset, channel_names: { 0: 'CT', 1: 'MR' } } },
      /2 channels/,
    ],
    ['labels with a gap', { dataset: { ...tinyDataset, labels: { background: 0, a: 2 } } }, /without gaps/],
    ['plans that are no JSON object', { plans: [] }, /plans\.json is wrong/],
  ])('%s', async (_, parts, words) => {
    writeTinyFolder(folder(), parts);
    expect((await refusal()).message).toMatch(words);
  });

  it('weights that are no numbers', async () => {
    const file = (checkpoint: unknown) => {
      const { network_weights } = checkpoint as { network_weights: Record<string, { values: Float32Array }> };
      network_weights['decoder.stages.0.convs.0.conv.weight'].values[7] = NaN;
      return torchZip(checkpoint);
    };
    writeTinyFolder(folder(), { file });
    const problem = await refusal();
    expect(problem.code).toBe('weights-not-finite');
    expect(problem.message).toContain('decoder.stages.0.convs.0.conv.weight');
  });

  it('a later fold that is broken, or of another network: nothing of the first is left', async () => {
    writeTinyFolder(folder(), { folds: { fold_0: 1, fold_1: 2 } });
    writeFileSync(join(folder(), 'fold_1', 'checkpoint_final.pth'), torchZip({ network_weights: {} }));
    expect((await refusal()).code).toBe('checkpoint-differs');
    writeTinyFolder(folder(), { folds: { fold_1: 2 }, mirror: [0] });
    const problem = await refusal();
    expect(problem.code).toBe('checkpoint-folds-differ');
    expect(problem.message).toContain('Fold 1 is another model than the folds before it: its mirror differs');
  });

  it('plans for pictures', async () => {
    writeTinyFolder(folder(), {
      plans: { ...tinyPlans([4, 6, 8]), image_reader_writer: 'NaturalImage2DIO' },
    });
    expect((await refusal()).message).toContain('read images with NaturalImage2DIO');
  });

  it('postprocessing of a label that the model does not give', async () => {
    writeTinyFolder(folder());
    const names = ['remove_all_but_largest_component_from_segmentation'];
    const json = { postprocessing_fns: names, postprocessing_kwargs: [{ labels_or_regions: [1, 4] }] };
    writeFileSync(join(folder(), 'postprocessing.json'), JSON.stringify(json));
    expect((await refusal()).message).toContain('has no label 4');
  });

  it.each([
    ['a spline of order 2', '"resampling_fn_data_kwargs":{"order":2}', /resampling_fn_data_kwargs.order/],
    [
      'another preprocessor',
      '"preprocessor_name":"ColorPreprocessor"',
      /prepare volumes with ColorPreprocessor/,
    ],
    ['another resampling', '"resampling_fn_probabilities":"resample_torch"', /resample with resample_torch/],
    [
      'keyword arguments that are missing',
      '"architecture":{"network_class_name":"x.PlainConvUNet","arch_kwargs":{}}',
      /n_stages/,
    ],
    [
      'another network class',
      '"architecture":{"network_class_name":"x.MedNeXt","arch_kwargs":{}}',
      /MedNeXt is not known/,
    ],
  ])('%s', async (_, entry, words) => {
    const plans = JSON.stringify(tinyPlans([4, 6, 8])).replace('"patch_size"', `${entry},"patch_size"`);
    writeTinyFolder(folder(), { plans: JSON.parse(plans) as unknown });
    expect((await refusal()).message).toMatch(words);
  });

  it.each([
    ['zip', torchZip],
    ['legacy stream', torchLegacy],
  ])('a checkpoint cut off anywhere: %s', { timeout: 60_000 }, async (_, write) => {
    writeTinyFolder(folder());
    const whole = writeAndRead(write);
    for (let n = 1; n <= 40; n++) {
      const length = n === 40 ? whole.length - 1 : Math.floor((whole.length * n) / 40.5);
      writeFileSync(join(folder(), 'fold_0', 'checkpoint_final.pth'), whole.subarray(0, length));
      expect((await refusal()).code).toBe('checkpoint-damaged');
    }
  });

  function writeAndRead(file: (checkpoint: unknown) => Uint8Array): Buffer {
    writeTinyFolder(folder(), { file });
    return readFileSync(join(folder(), 'fold_0', 'checkpoint_final.pth'));
  }

  it('a malicious checkpoint, and a malicious postprocessing.pkl, without running them', async () => {
    const proof = join(home, 'ran');
    const attack = Buffer.from(`cposix\nsystem\n(S'touch ${proof}'\ntR.`);
    writeTinyFolder(folder(), { file: (checkpoint) => poisoned(torchZip(checkpoint)) });
    expect((await refusal()).message).toContain('asks for os.system, ');
    writeTinyFolder(folder());
    writeFileSync(join(folder(), 'postprocessing.pkl'), attack);
    expect((await refusal()).message).toContain('postprocessing.pkl asks for posix.system, ');
    expect(existsSync(proof)).toBe(false);
  });

  it('a folder in the way stays as it is; an empty one is used', async () => {
    writeTinyFolder(folder());
    mkdirSync(target());
    writeFileSync(join(target(), 'mine.txt'), 'mine');
    await expect(importCheckpoint(home, { outputFolder: target() })).rejects.toMatchObject({
      code: 'model-present',
    });
    expect(readFileSync(join(target(), 'mine.txt'), 'utf8')).toBe('mine');
    rmSync(join(target(), 'mine.txt'));
    await importCheckpoint(folder(), { outputFolder: target() });
    expect(readdirSync(target())).toHaveLength(3);
  });

  it('weights too large for 16 bits leave nothing behind', async () => {
    const shapes = tinyShapes(3);
    shapes['encoder.stages.0.0.convs.0.conv.weight'] = [100, 1, 3, 3, 3];
    const plans = JSON.parse(
      JSON.stringify(tinyPlans([4, 6, 8])).replace(
        '"UNet_base_num_features":2,"unet_max_num_features":3',
        '"UNet_base_num_features":100,"unet_max_num_features":100',
      ),
    ) as unknown;
    for (const [key, shape] of Object.entries(shapes))
      shapes[key] = shape.map((n, d) =>
        d < 2 && n > 1 && !key.includes('seg_layers') ? (n === 4 ? 200 : 100) : n,
      );
    shapes['decoder.seg_layers.0.weight'] = [2, 100, 1, 1, 1];
    const file = (checkpoint: unknown) => {
      const { network_weights } = checkpoint as { network_weights: Record<string, { values: Float32Array }> };
      network_weights['decoder.stages.0.convs.0.conv.weight'].values[7] = 1e6;
      return torchZip(checkpoint);
    };
    writeTinyFolder(folder(), { shapes, plans, file });
    const work = importCheckpoint(home, { outputFolder: target(), precision: 'float16' });
    await expect(work).rejects.toMatchObject({ code: 'weights-too-large' });
    expect(readdirSync(home)).toEqual(['nnUNetTrainer__nnUNetPlans__3d_fullres']);
  });
});

/** Another name of the same length in place of a harmless one. */
function poisoned(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1');
  return new Uint8Array(
    Buffer.from(text.replace('ccollections\nOrderedDict\n', 'cos\nsystem\n'.padEnd(25, '0')), 'latin1'),
  );
}
