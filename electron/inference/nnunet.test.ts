// nnU-Net's steps against the original code's own outputs (skipped aloud without them) and against small knowns.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Triple } from '../contract/geometry.ts';
import { readMask, readVolume } from '../imaging/index.ts';
import { readNpy, readNpz } from '../../test/fixtures/npy.ts';
import { arrange, arrangementOf, putBack } from './arrange.ts';
import type { Normalisation } from './manifest.ts';
import { boxOf, cutOut, fillHoles, inverseOrder, putIn, transpose } from './nnunet-crop.ts';
import { nnunetResample, nnunetShape, thickDimension } from './nnunet-resample.ts';
import { prepareNnunet } from './nnunet.ts';
import { resizeAxis } from './spline.ts';

const checkpoints = fileURLToPath(new URL('../../../shared/data/checkpoints/', import.meta.url));
const present = existsSync(checkpoints);

const ct: Normalisation = { scheme: 'ct-clip', lower: -168.5, upper: 287, mean: 41.25, sd: 96.75 };
const zscore: Normalisation = { scheme: 'zscore' };
interface Folder {
  folder: string;
  version: 1 | 2;
  spacing: Triple;
  normalisation: Normalisation;
  maskForNorm: boolean;
  classes: number;
  /** Scores at the target spacing as the original code had them, and the mask it made of them. */
  scores: { file: string; name: string; mask: string };
}
const FOLDERS: Folder[] = [
  { folder: 'nnunet-v1-ct', version: 1, spacing: [4, 3.7, 3.7], normalisation: ct, maskForNorm: false, classes: 3,
    scores: { file: 'softmax_at_target_spacing_tta.npz', name: 'softmax', mask: 'segmentation_tta.nii.gz' } },
  { folder: 'pansegnet-v1-mr', version: 1, spacing: [6, 1.8, 1.8], normalisation: zscore, maskForNorm: false, classes: 3,
    scores: { file: 'softmax_at_target_spacing.npz', name: 'softmax', mask: 'segmentation.nii.gz' } },
  { folder: 'pansegnet-v1-mr-d512', version: 1, spacing: [6, 1.8, 1.8], normalisation: zscore, maskForNorm: false, classes: 2,
    scores: { file: 'softmax_at_target_spacing.npz', name: 'softmax', mask: 'segmentation.nii.gz' } },
  { folder: 'nnunet-v2-ct', version: 2, spacing: [4, 3.6, 3.6], normalisation: ct, maskForNorm: false, classes: 3,
    scores: { file: 'logits_at_target_spacing.npz', name: 'logits', mask: 'segmentation.nii.gz' } },
  { folder: 'nnunet-v2-resenc', version: 2, spacing: [3.4, 3.2, 3.2], normalisation: zscore, maskForNorm: true, classes: 3,
    scores: { file: 'logits_at_target_spacing.npz', name: 'logits', mask: 'segmentation.nii.gz' } },
]; // prettier-ignore

async function prepared({ folder, version, spacing, normalisation, maskForNorm, classes }: Folder) {
  const volume = await readVolume(`${checkpoints}${folder}/input_0000.nii.gz`);
  const arrangement = arrangementOf(volume.grid, { axes: ['z', 'y', 'x'], orientation: 'file' });
  const plan = {
    channels: [{ name: 'image', normalisation }],
    spacing,
    labels: Array.from({ length: classes }, (_, n) => ({ channel: n, label: n, name: String(n) })),
    output: { name: 'scores', activation: 'logits' as const },
    nnunet: {
      version,
      transpose: [0, 1, 2] as Triple,
      maskForNorm: [maskForNorm],
      order: 3 as const,
      orderZ: 0 as const,
      forceSeparateZ: null,
    },
  };
  const arranged = [arrange(volume.voxels, arrangement)];
  return { volume: prepareNnunet(arranged, arrangement.shape, arrangement.spacing, plan), arrangement };
}

describe.skipIf(!present)('nnU-Net steps beside the original code (needs ../shared/data/checkpoints)', () => {
  it.each(FOLDERS)('$folder: the preprocessed volume is the original’s within 1e-5', async (folder) => {
    const { volume } = await prepared(folder);
    const expected = readNpy(`${checkpoints}${folder.folder}/preprocessed.npy`);
    expect(volume.shape).toEqual(expected.shape.slice(1));
    let worst = 0;
    volume.arrays[0].forEach((value, n) => (worst = Math.max(worst, Math.abs(value - expected.data[n]))));
    expect(worst).toBeLessThan(1e-5);
  });

  it.each(FOLDERS)('$folder: the original’s scores become the original’s mask', async (folder) => {
    const { volume, arrangement } = await prepared(folder);
    const { file, mask } = folder.scores;
    const scores = readNpz(`${checkpoints}${folder.folder}/${file}`);
    const size = scores.data.length / scores.shape[0];
    const channels = Array.from({ length: scores.shape[0] }, (_, c) =>
      Float32Array.from(scores.data.subarray(c * size, (c + 1) * size)),
    );
    const labels = putBack(volume.decide(channels), arrangement);
    const expected = await readMask(`${checkpoints}${folder.folder}/${mask}`);
    const different = labels.reduce((n, label, v) => n + Number(label !== expected.labels[v]), 0);
    // The stored scores are rounded to 16 bits: voxels whose two best classes nearly tie may go either way.
    expect(different / labels.length).toBeLessThan(1e-3);
  });
});

describe('resampling', () => {
  it('keeps a straight ramp straight in every order but the ends, and constants constant', () => {
    const ramp = Float32Array.from({ length: 40 }, (_, n) => n);
    for (const order of [1, 3] as const) {
      const out = resizeAxis(ramp, [1, 1, 40], 2, 80, order);
      for (let n = 20; n < 60; n++) expect(out[n]).toBeCloseTo((n + 0.5) / 2 - 0.5, 6);
      const flat = resizeAxis(new Float32Array(40).fill(7), [1, 1, 40], 2, 27, order);
      flat.forEach((value) => expect(value).toBeCloseTo(7, 6));
    }
  });
  it('works on a single voxel, and takes the nearest in order 0', () => {
    expect([...resizeAxis(Float32Array.of(3), [1, 1, 1], 1, 4, 1)]).toEqual([3, 3, 3, 3]);
    expect([...resizeAxis(Float32Array.of(1, 2), [2, 1, 1], 0, 4, 0)]).toEqual([1, 1, 2, 2]);
  });
  it('rounds new shapes half to even and finds thick slices as nnU-Net does', () => {
    expect(nnunetShape([30, 45, 5], [3, 1, 1], [4, 2, 2])).toEqual([22, 22, 2]);
    expect(thickDimension([6, 1.5, 1.5], [1, 1, 1], null)).toBe(0);
    expect(thickDimension([1, 1, 1], [1, 5, 1], null)).toBe(1);
    expect(thickDimension([5, 5, 1], [1, 1, 1], null)).toBeNull();
    expect(thickDimension([6, 1.5, 1.5], [1, 1, 1], false)).toBeNull();
  });
  it('clips cubic overshoot to the range of each thick slice', () => {
    const values = Float32Array.from([0, 0, 10, 10, 5, 5, 5, 5]);
    const out = nnunetResample(values, [2, 1, 4], [2, 1, 16], 0, { order: 3, orderZ: 0 });
    expect(Math.max(...out.subarray(0, 16))).toBeLessThanOrEqual(10);
    expect(Math.min(...out.subarray(0, 16))).toBeGreaterThanOrEqual(0);
    out.subarray(16).forEach((value) => expect(value).toBeCloseTo(5, 6));
  });
});

describe('cropping', () => {
  it('finds the box, cuts it out and puts it back', () => {
    const shape: Triple = [3, 4, 5];
    const values = new Float32Array(60);
    values[1 * 20 + 1 * 5 + 2] = 3;
    values[2 * 20 + 2 * 5 + 3] = 4;
    const box = boxOf(Uint8Array.from(values, Number), shape);
    expect(box).toEqual({ low: [1, 1, 2], shape: [2, 2, 2] });
    expect(putIn(cutOut(values, shape, box), shape, box)).toEqual(values);
    expect(boxOf(new Uint8Array(60), shape)).toEqual({ low: [0, 0, 0], shape });
  });
  it('fills holes that touch no border', () => {
    const mask = new Uint8Array(125).fill(1);
    mask[62] = 0; // in the middle
    mask[2 * 25] = 0; // on the border
    fillHoles(mask, [5, 5, 5]);
    expect(mask[62]).toBe(1);
    expect(mask[2 * 25]).toBe(0);
  });
  it('transposes there and back', () => {
    const values = Float32Array.from({ length: 24 }, (_, n) => n);
    const order: Triple = [2, 0, 1];
    const turned = transpose(values, [2, 3, 4], order);
    expect(turned[0 * 6 + 0 * 3 + 1]).toBe(4); // [w 0, d 0, h 1] is [0, 1, 0] of the original
    expect(transpose(turned, [4, 2, 3], inverseOrder(order))).toEqual(values);
  });
});

describe('2D networks and other orders of scores', () => {
  const labels = [
    { channel: 0, label: 0, name: 'background' },
    { channel: 1, label: 1, name: 'organ' },
  ];
  const nnunet = {
    version: 2 as const,
    transpose: [0, 1, 2] as Triple,
    maskForNorm: [false],
    order: 3 as const,
    orderZ: 0 as const,
    forceSeparateZ: null,
  };
  const plan = {
    channels: [{ name: 'image', normalisation: { scheme: 'none' as const } }],
    spacing: [9, 2, 2] as Triple,
    labels,
    output: { name: 'scores', activation: 'logits' as const },
    average: 'output' as const,
  };
  const values = Float32Array.from({ length: 3 * 8 * 6 }, (_, n) => 5 + Math.sin(n));

  it('leave slices apart as they are: each is resampled by itself', () => {
    const own = { ...plan, nnunet: { ...nnunet, ownSliceSpacing: true } };
    const { arrays, shape } = prepareNnunet([values.slice()], [3, 8, 6], [2, 1, 1], own);
    expect(shape).toEqual([3, 4, 3]);
    // Twice the spacing is not thick; with five times it is, and slice by slice is the same but for overshoot.
    const second = prepareNnunet([values.slice(48, 96)], [1, 8, 6], [2, 1, 1], own);
    second.arrays[0].forEach((value, n) => expect(arrays[0][12 + n]).toBeCloseTo(value, 5));
    const plain = prepareNnunet([values.slice()], [3, 8, 6], [2, 1, 1], { ...plan, nnunet });
    expect(plain.shape).toEqual([1, 4, 3]);
  });

  it('cubic scores are decided after a cubic resampling', () => {
    const cubic = { order: 3 as const, orderZ: 0 as const, forceSeparateZ: null };
    const own = { ...plan, spacing: [1, 1, 2] as Triple, nnunet: { ...nnunet, scores: cubic } };
    const image = () => [new Float32Array(24).fill(1)];
    const level = () => new Float32Array(12).fill(7);
    const organ = Float32Array.from([0, 0, 0, 9, 9, 0, 0, 7, 7, 7, 0, 9]);
    const cubicly = prepareNnunet(image(), [1, 1, 24], [1, 1, 1], own);
    expect(cubicly.shape).toEqual([1, 1, 12]);
    const found = cubicly.decide([level(), organ.slice()]);
    const expected = nnunetResample(organ, [1, 1, 12], [1, 1, 24], null, cubic);
    expect([...found]).toEqual([...expected].map((score) => (score > 7 ? 1 : 0)));
    const linear = prepareNnunet(image(), [1, 1, 24], [1, 1, 1], { ...own, nnunet });
    expect([...linear.decide([level(), organ.slice()])]).not.toEqual([...found]);
  });
});
