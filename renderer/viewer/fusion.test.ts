// The second volume over a slice, against values worked out voxel by voxel from the two grids.
import { describe, expect, it } from 'vitest';
import { patientToVoxel, voxelToPatient, type Grid, type Triple } from '../../electron/contract/geometry.ts';
import { fusedObliqueWalk, fusedWalk, mixIn, type FusedLayer } from './fusion.ts';
import { planeWalk } from '../editing/plane-walk.ts';
import { obliqueAxes } from './oblique.ts';
import { PLANE_AXES, PLANES } from './slice-geometry.ts';

const main: Grid = {
  shape: [9, 7, 5],
  spacing: [2, 2, 4],
  origin: [-8, 3, 10],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
const c = Math.cos(0.3);
const s = Math.sin(0.3);
/** Turned about z, other voxels, moved. */
const other: Grid = {
  shape: [14, 12, 9],
  spacing: [1.5, 1.7, 2.5],
  origin: [-9, 1, 8],
  direction: [c, -s, 0, s, c, 0, 0, 0, 1],
};
const voxels = Float32Array.from({ length: 14 * 12 * 9 }, (_, n) => ((n * 7919) % 1000) / 4);

/** The value at a continuous voxel, by the eight around it; null outside. */
function sampled([x, y, z]: Triple): number | null {
  const point = [x, y, z];
  if (point.some((v, axis) => v < -0.5 || v >= other.shape[axis] - 0.5)) return null;
  const held = point.map((v, axis) => Math.min(other.shape[axis] - 1, Math.max(0, v)));
  let sum = 0;
  for (const [a, b, e] of [
    [0, 0, 0],
    [1, 0, 0],
    [0, 1, 0],
    [1, 1, 0],
    [0, 0, 1],
    [1, 0, 1],
    [0, 1, 1],
    [1, 1, 1],
  ]) {
    // prettier-ignore
    const corner = [a, b, e].map((more, axis) => Math.min(other.shape[axis] - 1, Math.floor(held[axis]) + more));
    const weight = [a, b, e].reduce((product, more, axis) => {
      const part = held[axis] - Math.floor(held[axis]);
      return product * (more ? part : 1 - part);
    }, 1);
    sum += weight * voxels[corner[0] + 14 * (corner[1] + 12 * corner[2])];
  }
  return sum;
}

describe.each(PLANES)('%s', (plane) => {
  const { through, across, down, upward } = PLANE_AXES[plane];
  const [width, height] = [main.shape[across], main.shape[down]];
  const layer = (changes: Partial<FusedLayer> = {}): FusedLayer => ({
    ...{ grid: other, voxels, window: { width: 250, level: 125 }, colours: 'grey', opacity: 1 },
    ...changes,
  });
  const placeOf = (a: number, d: number, slice: number): Triple => {
    const voxel: Triple = [0, 0, 0];
    voxel[through] = slice;
    voxel[across] = a;
    voxel[down] = upward ? height - 1 - d : d;
    return patientToVoxel(other, voxelToPatient(main, voxel));
  };

  it('alone it is what lies there in patient space, and nothing where it does not reach', () => {
    const slice = Math.floor(main.shape[through] / 2);
    const pixels = new Uint32Array(width * height).fill(0xff102030);
    mixIn(layer(), fusedWalk(main, plane, slice, other), width, height, pixels);
    let covered = 0;
    for (let d = 0; d < height; d++)
      for (let a = 0; a < width; a++) {
        const value = sampled(placeOf(a, d, slice));
        const found = pixels[d * width + a];
        if (value === null) {
          expect(found).toBe(0xff102030);
          continue;
        }
        covered++;
        const grey = Math.round((value / 250) * 255);
        for (const shift of [0, 8, 16])
          expect(Math.abs(((found >> shift) & 255) - grey)).toBeLessThanOrEqual(1);
      }
    expect(covered).toBeGreaterThan(10);
  });

  it('by half it is the mean of both; hot colours let dark values through', () => {
    const slice = 2;
    const below = 0xff000000 | (200 << 16) | (100 << 8) | 50;
    const pixels = new Uint32Array(width * height).fill(below);
    const hot = pixels.slice();
    const walk = fusedWalk(main, plane, slice, other);
    mixIn(layer({ opacity: 0.5 }), walk, width, height, pixels);
    mixIn(
      layer({ opacity: 0.5, colours: 'hot', window: { width: 1, level: 1e6 } }),
      walk,
      width,
      height,
      hot,
    );
    expect(hot.every((pixel) => pixel === below >>> 0)).toBe(true);
    for (let n = 0; n < pixels.length; n++) {
      const value = sampled(placeOf(n % width, Math.floor(n / width), slice));
      if (value === null) continue;
      const grey = Math.round((value / 250) * 255);
      [50, 100, 200].forEach((part, byte) =>
        expect(Math.abs(((pixels[n] >> (8 * byte)) & 255) - (part + grey) / 2)).toBeLessThanOrEqual(1.5),
      );
    }
  });
});

it('a slice of 512 × 512 takes less than one frame', () => {
  const grid: Grid = { ...main, shape: [512, 512, 3], spacing: [0.7, 0.7, 2] };
  const under: Grid = { ...grid, shape: [256, 256, 4], spacing: [1.4, 1.4, 1.5] };
  const values = Int16Array.from({ length: 256 * 256 * 4 }, (_, n) => n % 400);
  const pixels = new Uint32Array(512 * 512);
  const walk = fusedWalk(grid, 'axial', 1, under);
  const layer: FusedLayer = {
    grid: under,
    voxels: values,
    window: { width: 400, level: 200 },
    colours: 'hot',
    opacity: 0.5,
  };
  const times = Array.from({ length: 9 }, () => {
    const before = process.cpuUsage();
    mixIn(layer, walk, 512, 512, pixels);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  // Processor time, the best of nine: others share the machine.
  expect(Math.min(...times)).toBeLessThan(16.7);
});

describe('an oblique plane', () => {
  it('shows the second volume where each of its samples lies in the patient', () => {
    const centre: Triple = [4.3, 3.1, 2.2];
    const axes = obliqueAxes({ from: 'coronal', turn: 35, tilt: -20 });
    const walk = planeWalk(main, axes, centre, 0.8, 21, 17);
    const pixels = new Uint32Array(21 * 17);
    const layer: FusedLayer = {
      ...{ grid: other, voxels, window: { width: 250, level: 125 }, colours: 'grey', opacity: 1 },
    };
    mixIn(layer, fusedObliqueWalk(main, walk, other), 21, 17, pixels);
    let covered = 0;
    for (let d = 0, n = 0; d < 17; d++)
      for (let a = 0; a < 21; a++, n++) {
        // mm in the plane from its middle, then the patient's place of that.
        const mm = [0, 1, 2].map(
          (axis) => (axes.right[axis] * (a - 10) + axes.down[axis] * (d - 8)) * 0.8,
        ) as Triple;
        const voxel = centre.map((v, axis) => v + mm[axis] / main.spacing[axis]) as Triple;
        const value = sampled(patientToVoxel(other, voxelToPatient(main, voxel)));
        if (value === null) {
          expect(pixels[n]).toBe(0);
          continue;
        }
        covered++;
        const shade = Math.min(255, Math.max(0, (value / 250) * 255));
        expect(Math.abs((pixels[n] & 255) - shade)).toBeLessThanOrEqual(1);
      }
    expect(covered).toBeGreaterThan(100);
  });
});
