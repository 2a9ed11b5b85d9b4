// Imported checkpoints against the original code's own output at every stage, folder by folder, from file to file.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, describe, expect, it } from 'vitest';
import { readMask, readVolume } from '../../imaging/index.ts';
import { readNpy, readNpz, type NumpyArray } from '../../../test/fixtures/npy.ts';
import { arrange, arrangementOf } from '../arrange.ts';
import { loadModel } from '../load-model.ts';
import { prepareNnunet } from '../nnunet.ts';
import { probabilityFiles } from '../outputs.ts';
import { openModel } from '../ensemble.ts';
import { segment } from '../segment.ts';
import { importCheckpoint } from './import-checkpoint.ts';

const DATA = resolve('../shared/data/checkpoints');
interface Reference {
  folder: string;
  version: 1 | 2;
  /** The mask that the whole road ends with, and those before its last step. */
  mask: string;
  /** Probabilities on the volume's grid, background first for v1 and left out for v2; stored in 16 bits. */
  probabilities: string;
  /** v2: with sums in 32-bit floats, as here; the released code sums in 16 bits. */
  exact?: string;
  withoutMirror?: string;
  /** The reference run had none at all. */
  neverMirrored?: boolean;
}
const FOLDERS: Reference[] = [
  { folder: 'nnunet-v1-ct', version: 1, mask: 'segmentation_tta_postprocessed.nii.gz',
    probabilities: 'softmax_original_spacing_tta.npz', withoutMirror: 'segmentation_notta_postprocessed.nii.gz' },
  { folder: 'pansegnet-v1-mr', version: 1, mask: 'segmentation_postprocessed.nii.gz',
    probabilities: 'softmax_original_spacing.npz' },
  { folder: 'pansegnet-v1-mr-d512', version: 1, mask: 'segmentation.nii.gz',
    probabilities: 'softmax_original_spacing.npz', neverMirrored: true },
  { folder: 'nnunet-v2-ct', version: 2, mask: 'segmentation.nii.gz',
    probabilities: 'softmax_original_spacing.npz', exact: 'segmentation_f32_accumulation.npz' },
  { folder: 'nnunet-v2-resenc', version: 2, mask: 'segmentation.nii.gz',
    probabilities: 'softmax_original_spacing.npz', exact: 'segmentation_f32_accumulation.npz' },
]; // prettier-ignore
const GRID = { axes: ['z', 'y', 'x'] as ['z', 'y', 'x'], orientation: 'file' };

const present = existsSync(DATA);
const scratch = mkdtempSync(join(tmpdir(), 'concord-checkpoints-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const imports = new Map<string, ReturnType<typeof importCheckpoint>>();
/** Every folder is imported once. */
function imported(folder: string) {
  const known = imports.get(folder);
  if (known) return known;
  const work = importCheckpoint(join(DATA, folder), { outputFolder: join(scratch, folder) });
  imports.set(folder, work);
  return work;
}

/** Largest difference as a share of the reference's range. */
function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [largest, low, high] = [0, Infinity, -Infinity];
  for (let n = 0; n < b.length; n++) {
    largest = Math.max(largest, Math.abs(a[n] - b[n]));
    low = Math.min(low, b[n]);
    high = Math.max(high, b[n]);
  }
  return a.length === b.length ? largest / (high - low) : Infinity;
}

async function scoresOfPatch(model: string, folder: string) {
  const session = await InferenceSession.create(join(model, 'model.onnx'));
  const input = readNpy(join(DATA, folder, 'input_patch.npy'));
  const { scores } = await session.run({
    volume: new Tensor('float32', input.data as Float32Array, input.shape),
  });
  await session.release();
  return scores;
}

async function run(folder: string, mirror: boolean) {
  const model = (await imported(folder)).folder;
  const out = join(scratch, `${folder}-${mirror}`);
  mkdirSync(out);
  const probabilitiesPath = join(out, 'p.nii.gz');
  const { manifest } = await loadModel(model);
  const output = { kind: 'nifti' as const, path: join(out, 'mask.nii.gz') };
  const inputs = [join(DATA, folder, 'input_0000.nii.gz')];
  await segment(
    { modelFolder: model, inputs, provider: 'cpu', mirror, output, probabilitiesPath },
    { load: loadModel, open: openModel },
  );
  const files = probabilityFiles(
    probabilitiesPath,
    manifest.labels.map(({ label }) => label).filter((label) => label !== 0),
  );
  const maps: Float32Array[] = [];
  for (const file of files) maps.push((await readVolume(file)).voxels as Float32Array);
  const { labels: mask } = await readMask(join(out, 'mask.nii.gz'));
  return { mask, maps, gap: gaps(maps) };
}

/** Of each label's map and the reference's, which may cover the crop alone: all columns but the first. */
function mapDifferences(maps: Float32Array[], reference: NumpyArray) {
  const [channels, , , width] = reference.shape;
  const size = reference.data.length / channels;
  const full = width * (maps[0].length / size);
  const skipped = Math.round(full) - width;
  let [largest, sum] = [0, 0];
  maps.forEach((values, m) => {
    const channel = reference.data.subarray((channels - maps.length + m) * size);
    for (let n = 0; n < size; n++) {
      const at = Math.floor(n / width) * Math.round(full) + skipped + (n % width);
      const apart = Math.abs(values[at] - channel[n]);
      largest = Math.max(largest, apart);
      sum += apart;
    }
  });
  return { largest, mean: sum / (size * maps.length) };
}

/** Between the two most likely classes of every voxel, background among them. */
function gaps(maps: Float32Array[]): Float32Array {
  return maps[0].map((_, n) => {
    const all = maps.map((values) => values[n]);
    const [first, second] = [...all, 1 - all.reduce((a, b) => a + b, 0)].sort((a, b) => b - a);
    return first - second;
  });
}

/** Voxels that differ, those of them where it was no near-tie, and Dice of the worst label. */
function compared(mask: Uint8Array, expected: ArrayLike<number>, gap: Float32Array) {
  let [different, clear] = [0, 0];
  const both = new Uint32Array(256);
  const sum = new Uint32Array(256);
  mask.forEach((label, n) => {
    sum[label]++;
    sum[expected[n]]++;
    if (label === expected[n]) both[label]++;
    else {
      different++;
      if (gap[n] >= 1e-3) clear++;
    }
  });
  const labels = [...sum.keys()].filter((label) => sum[label] > 0);
  const dice = Math.min(...labels.map((label) => (2 * both[label]) / sum[label]));
  return { different, clear, dice, labels };
}

const title = present ? '' : ' — SKIPPED: the reference checkpoints are not beside the checkout';
describe.skipIf(!present)(`imported checkpoints equal the original code${title}`, () => {
  it.each(FOLDERS)('$folder: the network on a patch', { timeout: 120_000 }, async ({ folder }) => {
    const scores = await scoresOfPatch((await imported(folder)).folder, folder);
    const expected = readNpy(join(DATA, folder, 'logits_patch.npy'));
    expect(scores.dims).toEqual(expected.shape);
    const worst = difference(scores.data as Float32Array, expected.data);
    console.warn(`${folder}: network, largest difference ${worst.toExponential(2)} of the range`);
    expect(worst).toBeLessThan(1e-4);
  });

  it.each(FOLDERS)('$folder: the prepared volume', { timeout: 120_000 }, async ({ folder }) => {
    const { manifest } = await imported(folder);
    const { voxels, grid } = await readVolume(join(DATA, folder, 'input_0000.nii.gz'));
    const arrangement = arrangementOf(grid, GRID);
    const plan = { ...manifest, nnunet: manifest.nnunet! };
    const { shape, spacing } = arrangement;
    const prepared = prepareNnunet([arrange(voxels, arrangement)], shape, spacing, plan);
    const expected = readNpy(join(DATA, folder, 'preprocessed.npy'));
    expect([1, ...prepared.shape]).toEqual(expected.shape);
    expect(difference(prepared.arrays[0], expected.data)).toBeLessThan(1e-5);
  });

  it.each(FOLDERS)('$folder: from file to mask', { timeout: 300_000 }, async (reference) => {
    const { folder, version } = reference;
    const { mask, maps, gap } = await run(folder, !reference.neverMirrored);
    const apart = mapDifferences(maps, readNpz(join(DATA, folder, reference.probabilities)));
    console.warn(
      `${folder}: probabilities, largest difference ${apart.largest.toExponential(2)}, mean ${apart.mean.toExponential(2)}`,
    );
    // v1's are stored in 16 bits; v2's logits were summed in 16 bits, which shows in the volume's corners.
    expect(apart.largest).toBeLessThan(version === 1 ? 1e-3 : 0.2);
    expect(apart.mean).toBeLessThan(version === 1 ? 1e-4 : 1e-3);
    const expected = (await readMask(join(DATA, folder, reference.mask))).labels;
    const found = compared(mask, expected, gap);
    console.warn(
      `${folder}: ${found.different} of ${mask.length} voxels differ, ${found.clear} of them no near-ties; Dice ${found.dice.toFixed(6)}`,
    );
    expect(found.labels.length).toBe(maps.length + 1);
    if (version === 1) {
      expect(found.clear).toBe(0);
      expect(found.dice).toBeGreaterThanOrEqual(0.999);
      return;
    }
    // Sums in 16 bits decide tens of voxels by their rounding alone.
    expect(found.different / mask.length).toBeLessThan(1e-3);
    const exact = compared(mask, readNpz(join(DATA, folder, reference.exact!)).data, gap);
    console.warn(
      `${folder}: against sums in 32 bits ${exact.different} voxels differ; Dice ${exact.dice.toFixed(6)}`,
    );
    expect(exact.clear).toBe(0);
    expect(exact.dice).toBeGreaterThanOrEqual(0.999);
  });

  it.each(FOLDERS.filter(({ withoutMirror }) => withoutMirror))(
    '$folder: from file to mask without mirroring',
    { timeout: 120_000 },
    async ({ folder, withoutMirror }) => {
      const { mask, gap } = await run(folder, false);
      const { clear, dice } = compared(
        mask,
        (await readMask(join(DATA, folder, withoutMirror!))).labels,
        gap,
      );
      expect(clear).toBe(0);
      expect(dice).toBeGreaterThanOrEqual(0.999);
    },
  );

  it(
    '16-bit weights halve the file and move the scores by less than a hundredth',
    { timeout: 120_000 },
    async () => {
      const folder = 'pansegnet-v1-mr-d512';
      const outputFolder = join(scratch, 'half');
      await importCheckpoint(join(DATA, folder), { outputFolder, precision: 'float16' });
      const scores = await scoresOfPatch(outputFolder, folder);
      const worst = difference(
        scores.data as Float32Array,
        readNpy(join(DATA, folder, 'logits_patch.npy')).data,
      );
      console.warn(`${folder} in 16 bits: largest difference ${worst.toExponential(2)} of the range`);
      expect(worst).toBeGreaterThan(1e-6);
      expect(worst).toBeLessThan(1e-2);
    },
  );
});
