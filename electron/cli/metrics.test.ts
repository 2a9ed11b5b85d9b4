// `concord metrics` and `concord info` on files: the shape of the answer, refusals, resampling.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PairMetricsSchema } from '../contract/agreement.ts';
import type { Grid } from '../contract/geometry.ts';
import { writeNifti } from '../imaging/index.ts';
import { volumeInfo } from './info.ts';
import { metricsOutput } from './metrics.ts';
import { resampleNearest } from './metrics-resample.ts';

const grid: Grid = {
  shape: [8, 6, 4],
  spacing: [1, 1, 2],
  origin: [-10, 5, 3],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
const defaults = { label: '1', nsdTolerance: '2', percentile: '95', json: true };
let folder: string;
const path = (name: string) => join(folder, `${name}.nii.gz`);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'concord-metrics-'));
  const a = Uint8Array.from({ length: 192 }, (_, n) => (n % 8 < 4 ? 5 : 0));
  const b = Uint8Array.from({ length: 192 }, (_, n) => (n % 8 < 3 ? 5 : n % 8 === 6 ? 9 : 0));
  await writeNifti(path('a'), { grid, voxels: a });
  await writeNifti(path('b'), { grid, voxels: b });
  await writeNifti(path('moved'), { grid: { ...grid, origin: [-9, 5, 3] }, voxels: b });
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('concord metrics', () => {
  it('writes the reference’s surface point by point, below 0 where it lies inside the test mask', async () => {
    const table = join(folder, 'points.csv');
    await metricsOutput(path('a'), path('b'), { ...defaults, label: '5', surfacePoints: table });
    const [head, ...lines] = readFileSync(table, 'utf8').trim().split('\n');
    expect(head).toBe('label,x_mm,y_mm,z_mm,distance_mm');
    const points = lines.map((line) => line.split(',').map(Number));
    // The slab i = 0…3 over the whole grid: every voxel of its faces; the test mask is i = 0…2.
    const inner = (4 - 2) * (6 - 2) * (4 - 2);
    expect(points.length).toBe(96 - inner);
    for (const [label, x, y, z, distance] of points) {
      expect(label).toBe(5);
      const i = x + 10;
      // At i = 3 the nearest surface is one voxel away at i = 2; all others lie on the test's surface or inside it.
      if (i === 3) expect(distance, `${x} ${y} ${z}`).toBeCloseTo(1, 6);
      else expect(distance).toBeLessThanOrEqual(0);
    }
    expect(points.filter(([, x]) => x === -7).length).toBe(6 * 4);
  });

  it('prints one label in the contract’s shape', async () => {
    const found = JSON.parse(await metricsOutput(path('a'), path('b'), { ...defaults, label: '5' }));
    expect(PairMetricsSchema.strict().parse(found)).toEqual(found);
    expect(found).toMatchObject({
      label: 5,
      reference: { voxels: 96, volumeMl: 0.192 },
      test: { voxels: 72 },
      dice: (2 * 72) / 168,
      recall: 0.75,
    });
    expect(found.surface.hausdorffMm).toBe(1);
  });
  it('lists every label for “all”', async () => {
    const found = JSON.parse(await metricsOutput(path('a'), path('b'), { ...defaults, label: 'all' }));
    expect(found.labels.map((entry: { label: number }) => entry.label)).toEqual([5, 9]);
    expect(found.labels[1]).toMatchObject({ dice: 0, surface: { hausdorffMm: null } });
  });
  it('says which labels there are when the asked one is not', async () => {
    const found = JSON.parse(await metricsOutput(path('a'), path('b'), defaults));
    expect(found.dice).toBeNull();
    expect(found.notes.join(' ')).toMatch(/not in the reference, which holds labels 5\..*holds labels 5, 9/);
  });
  it('refuses another grid and names the difference', async () => {
    await expect(metricsOutput(path('a'), path('moved'), defaults)).rejects.toMatchObject({
      code: 'mask-grid-differs',
      status: 400,
      message: expect.stringMatching(/moved\.nii\.gz.*origin \(-10, 5, 3\) against \(-9, 5, 3\)/),
    });
  });
  it('resamples when asked to, and says so', async () => {
    const options = { ...defaults, label: '5', resample: true };
    const found = JSON.parse(await metricsOutput(path('a'), path('moved'), options));
    // The test mask now covers columns 1 to 3 of the reference's 0 to 3.
    expect(found).toMatchObject({ test: { voxels: 72 }, precision: 1, recall: 0.75 });
    expect(found.notes[0]).toMatch(/resampled .* nearest neighbour/);
    expect(found.notes[1]).toMatch(/12\.5 %/);
  });
  it('--extended adds a key, and nothing is added without it', async () => {
    const options = { ...defaults, label: '5', extended: true, body: path('a') };
    const found = JSON.parse(await metricsOutput(path('a'), path('b'), options));
    expect(found.extended).toMatchObject({ label: 5, body: { voxels: 96, kappa: 0 }, boundaryIou: 0.75 });
    expect(found.extended.surfels.areaMm2.reference).toBeGreaterThan(0);
    expect(await metricsOutput(path('a'), path('b'), { ...options, json: false })).toMatch(
      /Boundary IoU {2}0\.7500/,
    );
    await expect(
      metricsOutput(path('a'), path('b'), { ...options, body: path('moved') }),
    ).rejects.toMatchObject({
      code: 'mask-grid-differs',
    });
    await expect(metricsOutput(path('a'), path('b'), { ...defaults, body: path('a') })).rejects.toMatchObject(
      {
        code: 'option-not-valid',
      },
    );
  });
  it.each([
    [{ label: '0' }, /--label .*“0”/],
    [{ label: 'liver' }, /--label .*“liver”/],
    [{ nsdTolerance: '-1' }, /--nsd-tolerance/],
    [{ percentile: '101' }, /--percentile/],
    [{ percentile: '' }, /--percentile/],
  ])('refuses %j', async (options, message) => {
    const asked = metricsOutput(path('a'), path('b'), { ...defaults, ...options });
    await expect(asked).rejects.toMatchObject({
      code: 'option-not-valid',
      message: expect.stringMatching(message),
    });
  });
  it('prints an aligned list without --json', async () => {
    const text = await metricsOutput(path('a'), path('b'), { ...defaults, label: '5', json: false });
    expect(text).toMatch(/^Dice +0\.8571$/m);
    const other = await metricsOutput(path('a'), path('b'), {
      ...defaults,
      label: '5',
      json: false,
      percentile: '90',
    });
    expect(other).toMatch(/^HD90, larger/m);
    expect(text).toMatch(/^HD95, larger +1\.000 {2}mm$/m);
  });
});

describe('resampleNearest', () => {
  it('is the identity on the same grid and follows mirrored axes', () => {
    const labels = Uint8Array.from({ length: 192 }, (_, n) => n % 250);
    expect(resampleNearest(labels, grid, grid)).toEqual({ labels, outside: 0 });
    const mirrored: Grid = { ...grid, origin: [-3, 5, 3], direction: [-1, 0, 0, 0, 1, 0, 0, 0, 1] };
    const { labels: found, outside } = resampleNearest(labels, grid, mirrored);
    expect(outside).toBe(0);
    expect([...found.subarray(0, 8)]).toEqual([7, 6, 5, 4, 3, 2, 1, 0]);
  });
});

describe('concord info', () => {
  it('describes a volume', async () => {
    expect(await volumeInfo(path('b'))).toMatchObject({
      format: 'nifti',
      shape: [8, 6, 4],
      spacing: [1, 1, 2],
      origin: [-10, 5, 3],
      voxelType: 'uint8',
      min: 0,
      max: 9,
      orientation: 'LPS',
    });
  });
});

const data = resolve(import.meta.dirname, '../../../shared/data/ct-abdomen');
describe.skipIf(!existsSync(data))('on the real label maps (needs ../shared/data)', () => {
  it('gives the pancreas its published Dice', async () => {
    const [a, b] = ['fast', 'full'].map((name) => join(data, `rater-${name}.nii.gz`));
    const found = JSON.parse(await metricsOutput(a, b, { ...defaults, label: '7' }));
    expect(found.dice).toBeCloseTo(0.8087, 4);
  });
});
