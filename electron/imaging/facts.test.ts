// Ranges, windows, the guess at a modality; thumbnails the right way round; PNG bytes that decode.
import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { volumeFacts } from './facts.ts';
import { makePhantom } from './phantom/phantom.ts';
import { encodePng } from './png.ts';
import { thumbnail } from './thumbnail.ts';
import type { Volume } from './volume.ts';

const small = makePhantom(1, { shape: [48, 48, 24], spacing: [7.2, 7.2, 12] }).volume;

function floatVolume(values: Float32Array): Volume {
  const grid: Volume['grid'] = {
    shape: [values.length, 1, 1],
    spacing: [1, 1, 1],
    origin: [0, 0, 0],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  };
  return { grid, voxels: values, voxelType: 'float32', format: 'nifti', modality: null, warnings: [] };
}

describe('volume facts', () => {
  it('guesses CT from Hounsfield units, aloud, and believes the file otherwise', () => {
    const guessed = volumeFacts({ ...small, modality: null });
    expect(guessed).toMatchObject({
      modality: 'CT',
      modalityIsGuess: true,
      window: { width: 400, level: 40 },
    });
    expect(guessed.warnings.at(-1)).toContain('CT is guessed');
    expect(volumeFacts({ ...small, modality: 'MR' })).toMatchObject({
      modality: 'MR',
      modalityIsGuess: false,
    });
  });

  it('windows other scans by percentiles, leaving out what is not finite', () => {
    const values = Float32Array.from({ length: 10_001 }, (_, n) => n);
    values[10_000] = 1e6;
    values[5] = NaN;
    values[6] = -Infinity;
    const facts = volumeFacts(floatVolume(values));
    expect([facts.minimum, facts.maximum, facts.modality]).toEqual([0, 1e6, null]);
    expect(facts.window.width).toBeGreaterThan(9700);
    expect(facts.window.width).toBeLessThan(9900);
    expect(facts.window.level).toBeCloseTo(5000, -2);
    expect(volumeFacts(floatVolume(new Float32Array(9).fill(3))).window).toEqual({ width: 1, level: 3 });
  });
});

describe('thumbnail', () => {
  it('shows true proportions, front up and the patient’s left on the right, whatever the file’s axes', () => {
    const [nx, ny, nz] = [12, 6, 4];
    // Axes run R, A, S; one bright voxel at the patient's left front.
    const voxels = new Int16Array(nx * ny * nz);
    voxels[0 + nx * (ny - 1 + ny * 2)] = 100;
    const volume: Volume = {
      grid: {
        shape: [nx, ny, nz],
        spacing: [1, 4, 2],
        origin: [0, 0, 0],
        direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1],
      },
      voxels,
      voxelType: 'int16',
      format: 'nifti',
      modality: null,
      warnings: [],
    };
    const picture = thumbnail(volume, { size: 24, window: { width: 100, level: 50 } });
    expect([picture.width, picture.height]).toEqual([12, 24]);
    const bright = picture.pixels.reduce<number[]>((list, v, n) => (v === 255 ? [...list, n] : list), []);
    expect(bright).toEqual([11, 23, 35, 47]);
  });

  it('becomes a PNG that holds the same pixels', () => {
    const picture = thumbnail(small);
    const png = Buffer.from(encodePng(picture));
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([picture.width, picture.height]);
    const data = png.indexOf('IDAT');
    const rows = inflateSync(png.subarray(data + 4, data + 4 + png.readUInt32BE(data - 4)));
    expect(rows.length).toBe((picture.width + 1) * picture.height);
    const middle = Math.floor(picture.height / 2);
    const row = rows.subarray(middle * (picture.width + 1) + 1, (middle + 1) * (picture.width + 1));
    expect([...row]).toEqual([
      ...picture.pixels.subarray(middle * picture.width, (middle + 1) * picture.width),
    ]);
    expect(new Set(picture.pixels).size).toBeGreaterThan(20);
    expect(() => encodePng({ width: 3, height: 3, pixels: new Uint8Array(8) })).toThrow(TypeError);
  });
});
