// Voxels and millimetres: there and back, letters, and differences in words.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  gridDifference,
  isOblique,
  orientationCode,
  patientToVoxel,
  voxelToPatient,
  type Grid,
} from './geometry.ts';

const identity: Grid = {
  shape: [10, 12, 14],
  spacing: [1, 2, 3],
  origin: [-5, 6, -7],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
const tilt = (degrees: number): Grid => {
  const c = Math.cos((degrees * Math.PI) / 180);
  const s = Math.sin((degrees * Math.PI) / 180);
  return { ...identity, direction: [1, 0, 0, 0, c, -s, 0, s, c] };
};

describe('grids', () => {
  it('go to patient space and back, oblique ones too', () => {
    const coordinate = fc.double({ min: -100, max: 100, noNaN: true });
    fc.assert(
      fc.property(
        fc.tuple(coordinate, coordinate, coordinate),
        fc.integer({ min: -80, max: 80 }),
        (voxel, angle) => {
          const back = patientToVoxel(tilt(angle), voxelToPatient(tilt(angle), voxel));
          back.forEach((v, axis) => expect(v).toBeCloseTo(voxel[axis], 8));
        },
      ),
    );
  });

  it('put voxel 0 at the origin and step by the spacing', () => {
    expect(voxelToPatient(identity, [0, 0, 0])).toEqual([-5, 6, -7]);
    expect(voxelToPatient(identity, [1, 1, 1])).toEqual([-4, 8, -4]);
  });

  it('name their orientation', () => {
    expect(orientationCode(identity)).toBe('LPS');
    expect(orientationCode({ direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1] })).toBe('RAS');
    expect(orientationCode({ direction: [0, 0, 1, 1, 0, 0, 0, -1, 0] })).toBe('PIL');
    expect(isOblique(identity)).toBe(false);
    expect(isOblique(tilt(12))).toBe(true);
  });

  it('say what differs first, and nothing within the tolerance', () => {
    expect(gridDifference(identity, { ...identity, origin: [-5.0005, 6, -7] })).toBeNull();
    expect(gridDifference(identity, { ...identity, shape: [10, 12, 15] })).toMatch(
      /shape 10 × 12 × 14 against 10 × 12 × 15/,
    );
    expect(gridDifference(identity, { ...identity, spacing: [1, 2, 3.1] })).toMatch(/spacing/);
    expect(gridDifference(identity, { ...identity, origin: [0, 6, -7] })).toMatch(/origin/);
    expect(gridDifference(identity, tilt(5))).toMatch(/direction .* \(LPS against LPS\)/);
  });
});
