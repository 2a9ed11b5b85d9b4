// DICOM: order and geometry from positions, rescaling, series side by side, and every refusal by name.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { orientationCode } from '../contract/geometry.ts';
import { listDicomSeries } from './dicom-series.ts';
import { inspectVolume, readVolume } from './read-volume.ts';
import { dicomBytes, refusalOf, temporaryFolder, type SliceFields } from './test-files.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());
let made = 0;

/** A folder of slices in the order given; file names run against it, so that nobody sorts by name. */
function seriesFolder(slices: SliceFields[], into = folder.path(`series${made++}`)): string {
  mkdirSync(join(into, 'deeper'), { recursive: true });
  slices.forEach((slice, n) => {
    const name = `slice-${made++}-${900 - n}.dcm`;
    writeFileSync(join(into, n % 2 ? 'deeper' : '.', name), dicomBytes(slice));
  });
  return into;
}

const stack = (positions: number[], fields: SliceFields = {}): SliceFields[] =>
  positions.map((z) => ({ position: [-7, 3, z], value: Math.round(10 * z), ...fields }));

describe('DICOM series', () => {
  it('sorts by position, rescales, and takes the spacing from positions', async () => {
    const values = Array.from({ length: 20 }, (_, n) => n);
    const slices = stack([4, -2, 1, 7], { intercept: -100, slope: 2 });
    slices[1].value = values;
    const path = seriesFolder(slices);
    const volume = await readVolume(path);
    expect(volume.grid).toEqual({
      shape: [5, 4, 4],
      spacing: [0.75, 0.5, 3],
      origin: [-7, 3, -2],
      direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    });
    expect([...volume.voxels.slice(0, 20)]).toEqual(values.map((v) => 2 * v - 100));
    expect([20, 40, 60].map((n) => volume.voxels[n])).toEqual([-80, -20, 40]);
    expect([volume.voxelType, volume.modality, volume.format]).toEqual(['int16', 'CT', 'dicom']);
    expect(volume.warnings).toEqual([]);
    const facts = await inspectVolume(path);
    expect(facts).toMatchObject({ grid: volume.grid, files: 4, modality: 'CT', orientation: 'LPS' });
  });

  it('takes sagittal slices as they lie', async () => {
    const slices = [3, 1, 2].map((x) => ({
      position: [x, 0, 9],
      orientation: [0, 1, 0, 0, 0, -1],
      value: x,
    }));
    const volume = await readVolume(seriesFolder(slices));
    // Rows run back, columns down, so the normal points to the patient's right.
    expect(orientationCode(volume.grid)).toBe('PIR');
    expect(volume.grid.origin).toEqual([3, 0, 9]);
    expect([0, 20, 40].map((n) => volume.voxels[n])).toEqual([3, 2, 1]);
  });

  it('keeps fractions of rescaling, a slope a slice', async () => {
    const slices = [0, 2, 4].map((z, n) => ({
      position: [0, 0, z],
      value: 10,
      slope: 0.5 + n,
      modality: 'PT',
    }));
    const volume = await readVolume(seriesFolder(slices));
    expect(volume.voxelType).toBe('float32');
    expect([0, 20, 40].map((n) => volume.voxels[n])).toEqual([5, 15, 25]);
  });

  it('lists series without telling who the patient is', async () => {
    const path = seriesFolder(stack([0, 2, 4], { series: '1.2.3', description: 'arterial' }));
    seriesFolder(stack([0, 2, 8], { series: '1.2.4', description: 'venous', rows: 6 }), path);
    writeFileSync(join(path, 'notes.txt'), 'not an image');
    const list = await listDicomSeries(path);
    expect(list).toHaveLength(2);
    expect(list.find((s) => s.uid === '1.2.3')).toMatchObject({
      description: 'arterial',
      modality: 'CT',
      date: '2026-01-02',
      files: 3,
      shape: [5, 4, 3],
      spacing: [0.75, 0.5, 2],
      problem: null,
    });
    expect(list.find((s) => s.uid === '1.2.4')).toMatchObject({
      shape: null,
      problem: { code: 'dicom-missing-slices' },
    });
    expect(JSON.stringify(list)).not.toContain('Nobody');
    const mixed = await refusalOf(readVolume(path));
    expect(mixed.code).toBe('dicom-several-series');
    expect(mixed.message).toContain('“arterial” (3 files)');
    expect((await readVolume(path, { series: '1.2.3' })).grid.shape).toEqual([5, 4, 3]);
    expect((await refusalOf(readVolume(path, { series: '9' }))).code).toBe('dicom-series-not-found');
  });

  it('opens a single file, with a warning', async () => {
    const path = seriesFolder(stack([5]));
    const [name] = (await import('node:fs')).readdirSync(path).filter((n) => n.endsWith('.dcm'));
    const volume = await readVolume(join(path, name));
    expect(volume.grid.shape).toEqual([5, 4, 1]);
    expect(volume.warnings[0]).toContain('single slice; 2 mm');
  });

  it('reads more slices than one batch', async () => {
    const positions = Array.from({ length: 101 }, (_, n) => 1.5 * n);
    const seen: number[] = [];
    const volume = await readVolume(seriesFolder(stack(positions)), {
      onProgress: (done) => seen.push(done),
    });
    expect(positions.map((_, k) => volume.voxels[20 * k + 19])).toEqual(positions.map((z) => 10 * z));
    expect(seen.at(-1)).toBe(1);
    expect(seen.length).toBeGreaterThan(2);
  });
});

describe('DICOM refusals', () => {
  const tilt = (z: number): SliceFields => ({ position: [0, 0.2 * z, z] });
  const cases: [string, SliceFields[], string, RegExp][] = [
    [
      'a missing slice',
      stack([0, 2, 4, 8, 10]),
      'dicom-missing-slices',
      /lacks 1 slice: between 4\.0 and 8\.0 mm/,
    ],
    ['uneven slices', stack([0, 2, 4.7, 6, 8]), 'dicom-uneven-slices', /not evenly spaced/],
    ['repeated slices', stack([0, 2, 2, 4]), 'dicom-repeated-slices', /more than one slice at 2\.0 mm/],
    ['a tilted gantry', [0, 2, 4, 6].map(tilt), 'dicom-gantry-tilt', /11\.3°/],
    ['two sizes', [...stack([0, 2]), ...stack([4], { rows: 8 })], 'dicom-mixed-slices', /5 × 4 and 5 × 8/],
    [
      'two orientations',
      [...stack([0, 2]), ...stack([4], { orientation: [0, 1, 0, 0, 0, 1] })],
      'dicom-mixed-slices',
      /orientations/,
    ],
    ['colours', stack([0, 2], { samples: 3 }), 'volume-is-vector', /colours/],
    ['many frames in a file', stack([0], { frames: 3 }), 'dicom-multi-frame', /3 frames/],
    ['only a segmentation', stack([0], { modality: 'SEG' }), 'dicom-no-image', /other DICOM objects \(SEG\)/],
    [
      'zero pixel spacing',
      stack([0, 2], { pixelSpacing: [0, 0.5] }),
      'header-absurd-spacing',
      /0\.5 × 0 × 2/,
    ],
  ];
  it.each(cases)('%s', async (_name, slices, code, sentence) => {
    const path = seriesFolder(slices);
    for (const refusal of [await refusalOf(readVolume(path)), await refusalOf(inspectVolume(path))]) {
      expect(refusal.code).toBe(code);
      expect(refusal.message).toMatch(sentence);
    }
  });

  it('pixels that are not all there', async () => {
    const big = { rows: 64, columns: 64 };
    const path = seriesFolder([...stack([0, 2], big), ...stack([4], { ...big, cut: 4000 })]);
    const refusal = await refusalOf(readVolume(path));
    expect(refusal.code).toBe('file-truncated');
  });

  it('an empty folder, a folder of other files, and a mask object', async () => {
    const empty = folder.path('empty');
    mkdirSync(empty);
    expect((await refusalOf(readVolume(empty))).message).toBe('“empty” holds no image series: it is empty.');
    writeFileSync(join(empty, 'letter.txt'), 'Dear reader,');
    expect((await refusalOf(listDicomSeries(empty))).message).toContain('no file in it is a DICOM file');
    const mask = join(empty, 'mask.dcm');
    writeFileSync(mask, dicomBytes({ modality: 'SEG' }));
    expect((await refusalOf(readVolume(mask))).code).toBe('dicom-not-an-image');
    expect((await refusalOf(listDicomSeries(folder.path('nowhere')))).code).toBe('file-not-found');
  });
});
