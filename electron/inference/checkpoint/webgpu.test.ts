// Imported networks on WebGPU equal those on the processor; on a software adapter where there is no graphics card.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readNpy } from '../../../test/fixtures/npy.ts';
import type { Triple } from '../../contract/geometry.ts';
import { loadModel } from '../load-model.ts';
import type { Network } from '../run.ts';
import { openSession } from '../session.ts';
import { importCheckpoint } from './import-checkpoint.ts';
import * as tiny from './test-checkpoint.ts';

const DRIVER = '/usr/lib/chromium/vk_swiftshader_icd.json';
const LOADER = '/usr/lib/x86_64-linux-gnu/libvulkan.so.1';
const adapter = [DRIVER, LOADER].every((path) => existsSync(path));
if (adapter) {
  process.env['VK_DRIVER_FILES'] ??= DRIVER;
  process.env['XDG_RUNTIME_DIR'] ??= tmpdir();
}
const DATA = resolve('../shared/data/checkpoints/pansegnet-v1-mr');
const home = mkdtempSync(join(tmpdir(), 'concord-webgpu-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));
let made = 0;

/** What a provider gives for the model of a checkpoint folder. */
async function scoresOn(provider: 'webgpu' | 'cpu', folder: string, values: Float32Array, shape: Triple) {
  const outputFolder = join(home, `model-${made++}`);
  await importCheckpoint(folder, { outputFolder });
  const session = await openSession(await loadModel(outputFolder), provider);
  expect(session.provider).toBe(provider);
  const { scores } = await session.network(values, shape);
  const copy = scores.slice();
  if (session.batch > 1) await expectSameInBatches(session.network, session.batch, values, shape, copy);
  await session.close();
  return copy;
}

/** Tiles in one run give what each gives alone; the second half of them is turned upside down. */
async function expectSameInBatches(
  network: Network,
  batch: number,
  values: Float32Array,
  shape: Triple,
  alone: Float32Array,
): Promise<void> {
  const other = values.map((value) => 1 - value);
  const { scores: otherAlone } = await network(other.slice(), shape);
  const tiles = Array.from({ length: batch }, (_, b) => (b < batch / 2 ? values : other));
  const together = new Float32Array(batch * values.length);
  tiles.forEach((tile, b) => together.set(tile, b * tile.length));
  const { scores } = await network(together, shape);
  tiles.forEach((tile, b) => {
    const part = scores.subarray(b * alone.length, (b + 1) * alone.length);
    expectClose(part, tile === values ? alone : otherAlone);
  });
}

function expectClose(found: Float32Array, expected: ArrayLike<number>): void {
  expect(found.length).toBe(expected.length);
  const all = Array.from(expected);
  const range = all.reduce((a, b) => Math.max(a, b)) - all.reduce((a, b) => Math.min(a, b));
  const worst = found.reduce((most, value, n) => Math.max(most, Math.abs(value - expected[n])), 0);
  expect(worst / range).toBeLessThan(1e-4);
}

const folderOf = (name: string) => join(home, name, 'nnUNetTrainerV2__nnUNetPlansv2.1');
const cube = tiny.testWeights({ v: [4, 8, 8] })['v'].values;

const title = adapter ? '' : ` — SKIPPED: ${DRIVER} and ${LOADER} are not both there`;
describe.skipIf(!adapter)(`on WebGPU${title}`, () => {
  it.each<[string, Triple, (folder: string) => unknown]>([
    ['a 3D network of nnU-Net v2', [4, 6, 8], (folder) => tiny.writeTinyFolder(folder)],
    [
      'a 2D network',
      [1, 6, 8],
      (folder) =>
        tiny.writeTinyFolder(folder, {
          ...{ shapes: tiny.tinyShapes(2), plans: tiny.tinyPlans([6, 8]), configuration: '2d', mirror: [] },
        }),
    ],
    [
      'a residual network of nnU-Net v2',
      [4, 8, 8],
      (folder) =>
        tiny.writeTinyFolder(folder, {
          shapes: tiny.tinyResidualShapes(3),
          plans: tiny.tinyResidualPlans([4, 8, 8]),
        }),
    ],
    [
      'a network of nnU-Net v1',
      [4, 6, 8],
      (folder) => {
        const parts = { plans: tiny.tinyPlansV1([4, 6, 8], [2, 2, 2]) };
        return tiny.writeTinyFolderV1(folder, parts, tiny.tinyShapesV1(3));
      },
    ],
    [
      'a network of PanSegNet',
      [4, 6, 8],
      (folder) => {
        const shapes = { ...tiny.tinyShapesV1(3), ...tiny.tinyAttentionShapes(24) };
        return tiny.writeTinyFolderV1(folder, { plans: tiny.tinyPlansV1([4, 6, 8], [2, 2, 2]) }, shapes);
      },
    ],
  ])('%s', { timeout: 60_000 }, async (name, shape, write) => {
    const folder = folderOf(name);
    write(folder);
    const values = cube.slice(0, shape[0] * shape[1] * shape[2]);
    const expected = await scoresOn('cpu', folder, values, shape);
    expectClose(await scoresOn('webgpu', folder, values, shape), expected);
  });

  const missing = existsSync(DATA) ? '' : ' — SKIPPED: the reference checkpoints are not beside the checkout';
  it.skipIf(missing !== '')(
    `PanSegNet’s reference, as the original code computed it${missing}`,
    { timeout: 300_000 },
    async () => {
      const { data, shape } = readNpy(join(DATA, 'input_patch.npy'));
      const found = await scoresOn('webgpu', DATA, data as Float32Array, shape.slice(2) as Triple);
      expectClose(found, readNpy(join(DATA, 'logits_patch.npy')).data);
    },
  );
});
