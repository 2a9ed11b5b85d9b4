// Imported networks against what the original code gave for the same weights and patch.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, describe, expect, it } from 'vitest';
import { importCheckpoint } from './import-checkpoint.ts';
import { readNpy } from '../../../test/fixtures/npy.ts';

const DATA = resolve('../shared/data/checkpoints');
const FOLDERS = [
  'nnunet-v1-ct',
  'nnunet-v2-ct',
  'nnunet-v2-resenc',
  'pansegnet-v1-mr',
  'pansegnet-v1-mr-d512',
];

const present = existsSync(DATA);
const scratch = mkdtempSync(join(tmpdir(), 'concord-checkpoints-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Largest difference as a share of the reference's range. */
function difference(a: Float32Array, b: Float32Array): number {
  let [largest, low, high] = [0, Infinity, -Infinity];
  b.forEach((value, n) => {
    largest = Math.max(largest, Math.abs(a[n] - value));
    low = Math.min(low, value);
    high = Math.max(high, value);
  });
  return a.length === b.length ? largest / (high - low) : Infinity;
}

const title = present ? '' : ' — SKIPPED: the reference checkpoints are not beside the checkout';
describe.skipIf(!present)(`imported networks equal the original code${title}`, () => {
  it.each(FOLDERS)('%s', { timeout: 60_000 }, async (name) => {
    const imported = await importCheckpoint(join(DATA, name), { outputFolder: join(scratch, name) });
    const session = await InferenceSession.create(join(imported.folder, 'model.onnx'));
    const input = readNpy(join(DATA, name, 'input_patch.npy'));
    const expected = readNpy(join(DATA, name, 'logits_patch.npy'));
    const { scores } = await session.run({
      volume: new Tensor('float32', input.data as Float32Array, input.shape),
    });
    await session.release();
    expect(scores.dims).toEqual(expected.shape);
    const worst = difference(scores.data as Float32Array, expected.data as Float32Array);
    console.warn(`${name}: largest difference ${worst.toExponential(2)} of the range`);
    expect(worst).toBeLessThan(1e-4);
  });

  it(
    '16-bit weights halve the file and move the scores by less than a hundredth',
    { timeout: 60_000 },
    async () => {
      const name = 'pansegnet-v1-mr-d512';
      const outputFolder = join(scratch, 'half');
      await importCheckpoint(join(DATA, name), { outputFolder, precision: 'float16' });
      const session = await InferenceSession.create(join(outputFolder, 'model.onnx'));
      const input = readNpy(join(DATA, name, 'input_patch.npy'));
      const { scores } = await session.run({
        volume: new Tensor('float32', input.data as Float32Array, input.shape),
      });
      await session.release();
      const worst = difference(
        scores.data as Float32Array,
        readNpy(join(DATA, name, 'logits_patch.npy')).data as Float32Array,
      );
      console.warn(`${name} in 16 bits: largest difference ${worst.toExponential(2)} of the range`);
      expect(worst).toBeGreaterThan(1e-6);
      expect(worst).toBeLessThan(1e-2);
    },
  );
});
