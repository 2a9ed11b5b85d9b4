// Area-weighted surfaces beside surface-distance's published cases, boundary IoU, MCC, surface points.
import { describe, expect, it } from 'vitest';
import { compareMasks } from '../compare.ts';
import { EXTENDED_SETTINGS, extendedMetrics, matthews, surfacePoints } from './index.ts';
import { surfelAreas } from './surfel-areas.ts';
import type { Shape, Spacing } from '../types.ts';

function filled([nx, ny, nz]: Shape, inside: (i: number, j: number, k: number) => boolean): Uint8Array {
  const mask = new Uint8Array(nx * ny * nz);
  for (let at = 0; at < mask.length; at++) {
    if (inside(at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny)))) mask[at] = 1;
  }
  return mask;
}
const settings = { ...EXTENDED_SETTINGS, nsdToleranceMm: 1 };

describe('pieces of surface', () => {
  const areas = surfelAreas([1, 1, 1]);
  it('have the areas of plane pieces', () => {
    // A face (four corners of one side), a cut-off corner, an edge.
    expect(areas[0b00001111]).toBeCloseTo(1, 12);
    expect(areas[0b00000001]).toBeCloseTo(Math.sqrt(3) / 8, 12);
    expect(areas[0b00000011]).toBeCloseTo(Math.SQRT1_2, 12);
    expect(surfelAreas([2, 3, 5])[0b00001111]).toBeCloseTo(6, 12);
    expect(areas[0]).toBe(0);
    expect(areas[255]).toBe(0);
  });
  it('mirrored codes have the same area', () => {
    const mirrored = (code: number, axis: number) =>
      Array.from({ length: 8 }, (_, c) => ((code >> c) & 1) << (c ^ (1 << axis))).reduce((a, b) => a | b, 0);
    for (let code = 0; code < 256; code++) {
      for (const axis of [0, 1, 2]) expect(areas[mirrored(code, axis)]).toBeCloseTo(areas[code], 12);
    }
  });
  it('of a ball add up to its surface, more closely than voxel faces would', () => {
    const shape = [64, 64, 64] as const;
    const ball = filled(shape, (i, j, k) => (i - 31.5) ** 2 + (j - 31.5) ** 2 + (k - 31.5) ** 2 <= 24 ** 2);
    const { areaMm2 } = extendedMetrics(ball, ball, { shape, spacing: [1, 1, 1] }, 1).surfels;
    expect(areaMm2.reference / (4 * Math.PI * 24 ** 2)).toBeGreaterThan(0.98);
    expect(areaMm2.reference / (4 * Math.PI * 24 ** 2)).toBeLessThan(1.12);
  });
});

describe('google-deepmind/surface-distance 1f805ce (Apache-2.0)', () => {
  it('two voxels', () => {
    const shape = [128, 128, 128] as const;
    const grid = { shape, spacing: [3, 2, 1] as Spacing };
    const a = filled(shape, (i, j, k) => i === 50 && j === 60 && k === 70);
    const b = filled(shape, (i, j, k) => i === 50 && j === 60 && k === 72);
    const { surfels } = extendedMetrics(a, b, grid, 1, settings);
    expect(surfels.directedMeanMm![0]).toBeCloseTo(1.5, 9);
    expect(surfels.directedMeanMm![1]).toBeCloseTo(1.5, 9);
    expect(surfels).toMatchObject({ hausdorffMm: 2, hd95MaxMm: 2 });
    expect(surfels.directedOverlap![0]).toBeCloseTo(0.5, 9);
    expect(surfels.nsd).toBeCloseTo(0.5, 9);
  });
  it('two half cubes at the border of the grid', () => {
    const shape = [100, 100, 100] as const;
    const grid = { shape, spacing: [2, 1, 1] as Spacing };
    const a = filled(shape, (i) => i < 50);
    const b = filled(shape, (i) => i < 51);
    const { surfels } = extendedMetrics(a, b, grid, 1, settings);
    expect(surfels.directedMeanMm![0]).toBeCloseTo(0.322, 3);
    expect(surfels.directedMeanMm![1]).toBeCloseTo(0.339, 3);
    expect(surfels).toMatchObject({ hausdorffMm: 2, hd95MaxMm: 2 });
    expect(surfels.directedOverlap![0]).toBeCloseTo(0.842, 3);
    expect(surfels.directedOverlap![1]).toBeCloseTo(0.83, 3);
    // As MONAI's subvoxel test prints it.
    expect(surfels.nsd).toBeCloseTo(0.836145, 6);
  });
  it('one or both empty: null, where surface-distance says infinite or NaN', () => {
    const grid = { shape: [4, 4, 4] as const, spacing: [1, 1, 1] as const };
    const none = new Uint8Array(64);
    const one = filled(grid.shape, (i, j, k) => i + j + k === 0);
    for (const [a, b] of [
      [none, one],
      [one, none],
      [none, none],
    ]) {
      const found = extendedMetrics(a, b, grid, 1);
      expect(found.surfels).toMatchObject({ hausdorffMm: null, nsd: null, directedMeanMm: null });
      expect(found.mcc).toEqual({ image: null, union10mm: null });
      expect(found.notes.join(' ')).toMatch(/empty/);
    }
    expect(extendedMetrics(none, none, grid, 1).boundaryIou).toBeNull();
    expect(extendedMetrics(one, none, grid, 1).boundaryIou).toBe(0);
  });
});

describe('Matthews and kappa of a body', () => {
  it('by hand, and equal to phi of the table', () => {
    // tp 45, fn 5, fp 10, tn 40
    expect(matthews(50, 55, 45, 100)).toBeCloseTo((45 * 40 - 10 * 5) / Math.sqrt(55 * 50 * 45 * 50), 12);
    expect(matthews(50, 50, 50, 100)).toBe(1);
    expect(matthews(50, 50, 0, 100)).toBe(-1);
    expect(matthews(0, 5, 0, 100)).toBeNull();
  });
  it('leaves out what lies outside the body', () => {
    const grid = { shape: [10, 1, 1] as const, spacing: [1, 1, 1] as const };
    const a = Uint8Array.of(1, 1, 1, 0, 0, 0, 0, 0, 0, 1);
    const b = Uint8Array.of(1, 1, 0, 0, 1, 0, 0, 0, 0, 0);
    const body = Uint8Array.of(1, 1, 1, 1, 1, 1, 1, 1, 0, 0);
    const found = extendedMetrics(a, b, grid, 1, EXTENDED_SETTINGS, body).body!;
    expect(found.voxels).toBe(8);
    // tp 2, fn 1, fp 1, tn 4: po = 6/8, pe = (9 + 25)/64.
    expect(found.kappa).toBeCloseTo((6 / 8 - 34 / 64) / (1 - 34 / 64), 12);
    expect(() => extendedMetrics(a, b, grid, 1, EXTENDED_SETTINGS, new Uint8Array(3))).toThrow(RangeError);
  });
});

describe('boundaries', () => {
  const shape = [14, 14, 14] as const;
  const grid = { shape, spacing: [1, 1, 1] as Spacing };
  const cube = (low: number, high: number) =>
    filled(shape, (...voxel) => voxel.every((v) => v >= low && v < high));
  it('IoU of bands: shells by hand, wide bands are the masks', () => {
    const [a, b] = [cube(4, 10), cube(5, 10)];
    const iou = (boundaryMm: number) =>
      extendedMetrics(a, b, grid, 1, { ...EXTENDED_SETTINGS, boundaryMm }).boundaryIou!;
    // Shells of 6³ and 5³: 152 and 98 voxels; shared: the 3 far faces of the 5³ cube that lie in the 6³ shell.
    const shared = 5 ** 3 - 4 ** 3;
    expect(iou(0)).toBeCloseTo(shared / (152 + 98 - shared), 12);
    expect(iou(50)).toBeCloseTo(125 / 216, 12);
    expect(extendedMetrics(a, a, grid, 1).boundaryIou).toBe(1);
  });
  it('surface points: distances as the metrics see them, negative inside', () => {
    const [a, b] = [cube(4, 10), cube(5, 10)];
    const box = { low: [4, 4, 4], high: [9, 9, 9] } as const;
    const points = surfacePoints(a, b, grid, 1, box);
    expect(points.voxels.length).toBe(152 * 3);
    const most = points.distanceMm.reduce((largest, d) => Math.max(largest, Math.abs(d)), 0);
    expect(most).toBeCloseTo(compareMasks(a, b, grid, [1])[0].surface.hausdorffMm!, 6);
    expect(Math.min(...surfacePoints(b, a, grid, 1, box).distanceMm)).toBe(-1);
    expect(surfacePoints(a, new Uint8Array(14 ** 3), grid, 1, box).voxels.length).toBe(0);
  });
});
