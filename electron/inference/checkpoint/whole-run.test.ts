// Whole runs of tiny imported networks against plain loops: slices, regions, several channels, folds.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Triple } from '../../contract/geometry.ts';
import { readManifest } from '../load-model.ts';
import type { ImportOptions } from './import-checkpoint.ts';
import {
  testWeights,
  tinyAttentionShapes,
  tinyPlans,
  tinyPlansV1,
  tinyShapes,
  tinyShapesV1,
  writeTinyFolder,
  writeTinyFolderV1,
} from './test-checkpoint.ts';
import { tinyNetwork, tinyNetworkV1 } from './test-naive-network.ts';
import { predict, type NaivePlan } from './test-naive-prediction.ts';
import { channel, checkpointIn, expectClose, normalised, runIn, sigmoid, volume } from './test-whole-run.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'concord-run-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const checkpoint = () => checkpointIn(home);
const run = (volumes: ReturnType<typeof volume>[], labels: number[], options?: Partial<ImportOptions>) =>
  runIn(home, volumes, labels, options);

describe('2D networks go through a volume slice by slice', () => {
  const shape: Triple = [3, 9, 8];
  const plan: NaivePlan = { patch: [1, 6, 8], mirror: [1, 2], apply: 'nothing', outputs: 2 };

  it('of nnU-Net v2: sums of logits', async () => {
    const plans = tinyPlans([6, 8]);
    const weights = writeTinyFolder(checkpoint(), {
      ...{ shapes: tinyShapes(2), plans, configuration: '2d', mirror: [0, 1] },
    });
    const image = volume(shape, [7, 2, 2]);
    const { manifest, result, maps, mask } = await run([image], [1]);
    expect(manifest).toMatchObject({ patch: [1, 6, 8], mirror: [1, 2], nnunet: { ownSliceSpacing: true } });
    expect(result.tiles).toBe(6);
    const network = (values: Float32Array, of: Triple) => tinyNetwork(weights, values, of, [1, 2, 2]);
    const scores = predict(network, [normalised(image.voxels)], shape, plan);
    const margin = channel(scores, 1, 2).map((score, n) => score - scores[n]);
    expectClose(maps[0], sigmoid(margin));
    margin.forEach((score, n) => {
      if (Math.abs(score) > 1e-4) expect(mask[n]).toBe(score > 0 ? 1 : 0);
    });
    expect(mask.reduce((sum, label) => sum + label, 0)).toBeGreaterThan(10);
  });

  it('of nnU-Net v1: sums of softmax', async () => {
    const weights = writeTinyFolderV1(
      checkpoint(),
      { plans: tinyPlansV1([6, 8], [5, 2, 2]) },
      tinyShapesV1(2),
    );
    const image = volume(shape, [7, 2, 2]);
    const { manifest, maps } = await run([image], [1]);
    expect(manifest).toMatchObject({ patch: [1, 6, 8], spacing: [5, 2, 2], mirror: [1, 2] });
    const network = (values: Float32Array, of: Triple) => tinyNetworkV1(weights, values, of, [1, 2, 2]);
    const scores = predict(network, [normalised(image.voxels)], shape, { ...plan, apply: 'softmax' });
    expectClose(maps[0], channel(scores, 1, 2));
  });

  it('and bring other spacings in plane to their own, slices left apart', async () => {
    writeTinyFolder(checkpoint(), {
      ...{ shapes: tinyShapes(2), plans: tinyPlans([6, 8]), configuration: '2d', mirror: [] },
    });
    const { result, mask } = await run([volume([4, 18, 20], [3, 1, 1])], [1]);
    // 4 slices of 9 × 10: two tiles each way.
    expect(result.tiles).toBe(16);
    expect(mask).toHaveLength(4 * 18 * 20);
  });
});

describe('3D networks', () => {
  const shape: Triple = [4, 9, 8];
  const plan: NaivePlan = { patch: [4, 6, 8], mirror: [0, 1, 2], apply: 'nothing', outputs: 2 };

  it('of nnU-Net v1: sums of softmax', async () => {
    const plans = tinyPlansV1([4, 6, 8], [2, 2, 2]);
    const weights = writeTinyFolderV1(checkpoint(), { plans }, tinyShapesV1(3));
    const image = volume(shape, [2, 2, 2]);
    const { maps } = await run([image], [1]);
    const network = (values: Float32Array, of: Triple) => tinyNetworkV1(weights, values, of, [2, 2, 2]);
    const scores = predict(network, [normalised(image.voxels)], shape, { ...plan, apply: 'softmax' });
    expectClose(maps[0], channel(scores, 1, 2));
  });

  it('PanSegNet: attention at the bottleneck', async () => {
    const plans = tinyPlansV1([4, 6, 8], [2, 2, 2]);
    const shapes = { ...tinyShapesV1(3), ...tinyAttentionShapes(24) };
    const weights = writeTinyFolderV1(checkpoint(), { plans, trainer: 'nnTransUNetTrainerV2' }, shapes);
    const image = volume(shape, [2, 2, 2]);
    const { manifest, maps } = await run([image], [1]);
    expect(manifest.name).toBe('PanSegNet Task001_Tiny');
    const network = (values: Float32Array, of: Triple) => tinyNetworkV1(weights, values, of, [2, 2, 2]);
    const scores = predict(network, [normalised(image.voxels)], shape, { ...plan, apply: 'softmax' });
    expectClose(maps[0], channel(scores, 1, 2));
  });

  it('regions: each channel by itself, later ones over earlier, in regions_class_order', async () => {
    const labels = { background: 0, whole: [1, 2], core: 2, ignore: 3 };
    const dataset = { channel_names: { 0: 'T1' }, labels, regions_class_order: [5, 2] };
    const weights = writeTinyFolder(checkpoint(), { dataset, mirror: [], folds: { fold_0: 12345 } });
    const image = volume(shape, [2, 2, 2]);
    const { manifest, maps, mask } = await run([image], [5, 2]);
    expect(manifest.output.activation).toBe('region-logits');
    // As imports said before there was that word.
    const file = join(home, 'model', 'manifest.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"region-logits"', '"sigmoid"'));
    await expect(readManifest(join(home, 'model'))).rejects.toThrowError(/import it again/);
    expect(manifest.labels).toEqual([
      { channel: 0, label: 5, name: 'whole' },
      { channel: 1, label: 2, name: 'core' },
    ]);
    const network = (values: Float32Array, of: Triple) => tinyNetwork(weights, values, of, [2, 2, 2]);
    const scores = predict(network, [normalised(image.voxels)], shape, { ...plan, mirror: [] });
    const [whole, core] = [channel(scores, 0, 2), channel(scores, 1, 2)];
    expectClose(maps[0], sigmoid(whole));
    expectClose(maps[1], sigmoid(core));
    mask.forEach((label, n) => {
      if (Math.min(Math.abs(whole[n]), Math.abs(core[n])) < 1e-4) return;
      expect(label).toBe(core[n] > 0 ? 2 : whole[n] > 0 ? 5 : 0);
    });
    expect(new Set(mask)).toEqual(new Set([0, 2, 5]));
  });

  it('regions of nnU-Net v1: the mean of sigmoids', async () => {
    const plans = tinyPlansV1([4, 6, 8], [2, 2, 2]);
    const shapes = { ...tinyShapesV1(3), 'seg_outputs.0.weight': [3, 2, 1, 1, 1] };
    const trainer = 'nnUNetTrainerV2BraTSRegions';
    const weights = writeTinyFolderV1(checkpoint(), { plans, trainer, folds: { fold_0: 31337 } }, shapes);
    const image = volume(shape, [2, 2, 2]);
    const { maps, mask } = await run([image], [1, 2, 3]);
    const network = (values: Float32Array, of: Triple) => tinyNetworkV1(weights, values, of, [2, 2, 2]);
    const sums = predict(network, [normalised(image.voxels)], shape, {
      ...plan,
      apply: 'sigmoid',
      outputs: 3,
    });
    const parts = [0, 1, 2].map((c) => channel(sums, c, 3));
    parts.forEach((part, c) => expectClose(maps[c], part));
    mask.forEach((label, n) => {
      if (parts.some((part) => Math.abs(part[n] - 0.5) < 1e-4)) return;
      expect(label).toBe(1 + parts.findLastIndex((part) => part[n] > 0.5));
    });
    expect(new Set(mask).size).toBeGreaterThan(1);
  });

  it('a volume smaller than the patch is padded about its middle, the odd voxel above', async () => {
    const weights = writeTinyFolder(checkpoint(), { mirror: [] });
    const small: Triple = [3, 5, 7];
    const image = volume(small, [2, 2, 2]);
    const { maps } = await run([image], [1]);
    const padded = new Float32Array(4 * 6 * 8);
    const inside = normalised(image.voxels);
    const place = (n: number) => (Math.floor(n / 35) * 6 + (Math.floor(n / 7) % 5)) * 8 + (n % 7);
    inside.forEach((value, n) => (padded[place(n)] = value));
    const scores = tinyNetwork(weights, padded, [4, 6, 8], [2, 2, 2]);
    const margin = Float64Array.from(inside, (_, n) => scores[192 + place(n)] - scores[place(n)]);
    expectClose(maps[0], sigmoid(margin));
  });

  it('voxels that are no numbers count as 0, and it is said; a constant volume gives a mask and a note', async () => {
    writeTinyFolder(checkpoint(), { mirror: [] });
    const image = volume(shape, [2, 2, 2]);
    image.voxels.set([NaN, Infinity, -Infinity], 7);
    const { result, maps } = await run([image], [1]);
    expect(result.notes.join()).toContain('CT has voxels that are no numbers; the model saw 0 there.');
    expect(maps[0].every((value) => value >= 0 && value <= 1)).toBe(true);
    rmSync(join(home, 'model'), { recursive: true });
    image.voxels.fill(3);
    const constant = await run([image], [1]);
    expect(constant.result.notes.join()).toContain('the same value everywhere');
    expect(constant.maps[0].every((value) => value >= 0 && value <= 1)).toBe(true);
  });

  it('volumes that nnU-Net turned to RAS are turned, and the mask lies on the volume as stored', async () => {
    const plans = { ...tinyPlans([4, 6, 8]), image_reader_writer: 'NibabelIOWithReorient' };
    const weights = writeTinyFolder(checkpoint(), { plans, mirror: [] });
    const image = volume([4, 6, 8], [2, 2, 2]);
    const { manifest, maps } = await run([image], [1]);
    expect(manifest.input.orientation).toBe('RAS');
    // Stored LPS: towards R and A both x and y run the other way.
    const turned = (values: Float32Array) =>
      values.map((_, n) => values[Math.floor(n / 48) * 48 + (47 - (n % 48))]);
    const scores = turned(tinyNetwork(weights, turned(normalised(image.voxels)), [4, 6, 8], [2, 2, 2]));
    const margin = Float64Array.from(image.voxels, (_, n) => scores[192 + n] - scores[n]);
    expectClose(maps[0], sigmoid(margin));
  });

  it.each([1, 2] as const)('plans that permute axes, of version %i', async (version) => {
    const order: Triple = [2, 0, 1];
    const plans = { ...(version === 1 ? tinyPlansV1([4, 6, 8], [2, 2, 2]) : tinyPlans([4, 6, 8])) };
    plans.transpose_forward = order;
    const weights =
      version === 1
        ? writeTinyFolderV1(checkpoint(), { plans, trainer: 'nnUNetTrainerV2_noMirroring' }, tinyShapesV1(3))
        : writeTinyFolder(checkpoint(), { plans, mirror: [] });
    // x becomes the first dimension, z the second, y the third.
    const image = volume([9, 8, 4], [2, 2, 2]);
    const { manifest, maps } = await run([image], [1]);
    expect(manifest).toMatchObject({ mirror: [], nnunet: { transpose: order } });
    const place = (n: number) => {
      const [x, z, y] = [Math.floor(n / 72), Math.floor(n / 8) % 9, n % 8];
      return (z * 8 + y) * 4 + x;
    };
    const inside = normalised(image.voxels);
    const permuted = inside.map((_, n) => inside[place(n)]);
    const network = (values: Float32Array, of: Triple) =>
      (version === 1 ? tinyNetworkV1 : tinyNetwork)(weights, values, of, [2, 2, 2]);
    const apply = version === 1 ? 'softmax' : 'nothing';
    const scores = predict(network, [permuted], [4, 9, 8], { ...plan, mirror: [], apply });
    const organ = channel(scores, 1, 2);
    const expected = version === 1 ? organ : sigmoid(organ.map((score, n) => score - scores[n]));
    const back = new Float64Array(expected.length);
    expected.forEach((value, n) => (back[place(n)] = value));
    expectClose(maps[0], back);
  });

  it('several channels, each normalised by itself, in the network’s order', async () => {
    const plans = JSON.parse(
      JSON.stringify(tinyPlans([4, 6, 8]))
        .replaceAll('["ZScoreNormalization"]', '["ZScoreNormalization","NoNormalization"]')
        .replaceAll('[false]', '[false,false]'),
    ) as unknown;
    const dataset = { channel_names: { 0: 'T1', 1: 'T2' }, labels: { background: 0, pancreas: 1 } };
    const weights = writeTinyFolder(checkpoint(), { shapes: tinyShapes(3, 2), plans, dataset });
    const images = [volume(shape, [2, 2, 2]), volume(shape, [2, 2, 2], 8)];
    const { maps } = await run(images, [1]);
    const network = (values: Float32Array, of: Triple) => tinyNetwork(weights, values, of, [2, 2, 2]);
    const scores = predict(network, [normalised(images[0].voxels), images[1].voxels], shape, plan);
    expectClose(maps[0], sigmoid(channel(scores, 1, 2).map((score, n) => score - scores[n])));
  });
});

describe('several folds', () => {
  const shape: Triple = [4, 9, 8];
  const plan: NaivePlan = { patch: [4, 6, 8], mirror: [2], apply: 'nothing', outputs: 2 };
  const folds = { fold_0: 12345, fold_2: 777, fold_10: 99991, fold_all: 5 };
  const weightsOf = (seed: number) => testWeights(tinyShapes(3), seed);
  const mean = (parts: Float64Array[]) =>
    parts[0].map((_, n) => parts.reduce((sum, part) => sum + part[n], 0) / parts.length);

  it('of nnU-Net v2: the mean of logits', async () => {
    writeTinyFolder(checkpoint(), { folds, mirror: [2] });
    const image = volume(shape, [2, 2, 2]);
    const { manifest, result, maps } = await run([image], [1]);
    expect(manifest.version).toBe('folds 0, 2 and 10');
    expect([manifest.file, ...manifest.ensemble!.map(({ file }) => file)]).toEqual([
      ...['model.onnx', 'model-fold-2.onnx', 'model-fold-10.onnx'],
    ]);
    expect(result.model.sha256).not.toBe(manifest.sha256);
    expect(result.tiles).toBe(2);
    const scores = [12345, 777, 99991].map((seed) => {
      const network = (values: Float32Array, of: Triple) =>
        tinyNetwork(weightsOf(seed), values, of, [2, 2, 2]);
      return predict(network, [normalised(image.voxels)], shape, plan);
    });
    const together = mean(scores);
    expectClose(maps[0], sigmoid(channel(together, 1, 2).map((score, n) => score - together[n])));
  });

  it('of nnU-Net v1: the mean of softmax, a single tile too', async () => {
    const plans = tinyPlansV1([4, 6, 8], [2, 2, 2]);
    writeTinyFolderV1(checkpoint(), { plans, folds: { fold_0: 12345, fold_1: 777 } }, tinyShapesV1(3));
    const image = volume([4, 6, 8], [2, 2, 2]);
    const { maps } = await run([image], [1]);
    const parts = [12345, 777].map((seed) => {
      const weights = testWeights(tinyShapesV1(3), seed);
      const network = (values: Float32Array, of: Triple) => tinyNetworkV1(weights, values, of, [2, 2, 2]);
      const all: NaivePlan = { ...plan, mirror: [0, 1, 2], apply: 'softmax' };
      return predict(network, [normalised(image.voxels)], [4, 6, 8], all);
    });
    expectClose(maps[0], channel(mean(parts), 1, 2));
  });

  it('one alone where it is asked for, and said', async () => {
    writeTinyFolder(checkpoint(), { folds, mirror: [] });
    const image = volume(shape, [2, 2, 2]);
    const { manifest, maps } = await run([image], [1], { fold: 2 });
    expect(manifest.version).toBe('fold 2');
    expect(manifest.ensemble).toBeUndefined();
    const network = (values: Float32Array, of: Triple) => tinyNetwork(weightsOf(777), values, of, [2, 2, 2]);
    const scores = predict(network, [normalised(image.voxels)], shape, { ...plan, mirror: [] });
    expectClose(maps[0], sigmoid(channel(scores, 1, 2).map((score, n) => score - scores[n])));
  });
});
