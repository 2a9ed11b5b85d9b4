// Planes in view and back, true proportions, and which side of the patient is where.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { voxelToPatient, type Grid, type Triple } from '../../electron/contract/geometry.ts';
import {
  edgeLetters,
  place,
  PLANE_AXES,
  PLANES,
  scaleBar,
  slicePosition,
  viewToVoxel,
  voxelToView,
} from './slice-geometry.ts';

const straight: Grid = {
  shape: [120, 90, 40],
  spacing: [0.7, 0.9, 5],
  origin: [-40, -30, -804.5],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};

/** The grid turned about the patient's left-right axis, degrees. */
function tilted(degrees: number): Grid {
  const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return { ...straight, direction: [1, 0, 0, 0, c, -s, 0, s, c] };
}

const port = fc.record({
  width: fc.integer({ min: 50, max: 2000 }),
  height: fc.integer({ min: 50, max: 2000 }),
  zoom: fc.double({ min: 0.2, max: 40, noNaN: true }),
  pan: fc.record({ x: fc.integer({ min: -900, max: 900 }), y: fc.integer({ min: -900, max: 900 }) }),
});

describe('a plane in its view', () => {
  it('goes from voxel to view and back in every plane', () => {
    const fraction = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.constantFrom(...PLANES), port, fraction, fraction, fraction, (plane, view, u, v, w) => {
        const voxel = [u, v, w].map((t, axis) => t * (straight.shape[axis] - 1)) as Triple;
        const placement = place(straight, plane, view);
        const point = voxelToView(straight, plane, placement, voxel);
        const back = viewToVoxel(straight, plane, placement, voxel[PLANE_AXES[plane].through], point);
        back.forEach((value, axis) => expect(value).toBeCloseTo(voxel[axis], 6));
      }),
    );
  });

  it('keeps true proportions: a millimetre is as long across as down', () => {
    for (const plane of PLANES) {
      const { across, down } = PLANE_AXES[plane];
      const placement = place(straight, plane, { width: 640, height: 500, zoom: 1.7, pan: { x: 3, y: -9 } });
      expect(placement.pixelA / straight.spacing[across]).toBeCloseTo(placement.scale, 9);
      expect(placement.pixelD / straight.spacing[down]).toBeCloseTo(placement.scale, 9);
    }
  });

  it('fits the whole slice at zoom 1, centred, touching two sides', () => {
    const view = { width: 640, height: 500, zoom: 1, pan: { x: 0, y: 0 } };
    for (const plane of PLANES) {
      const { across, down } = PLANE_AXES[plane];
      const { left, top, pixelA, pixelD } = place(straight, plane, view);
      const [right, bottom] = [left + straight.shape[across] * pixelA, top + straight.shape[down] * pixelD];
      expect(left).toBeCloseTo(view.width - right, 6);
      expect(top).toBeCloseTo(view.height - bottom, 6);
      expect(Math.min(left, top)).toBeCloseTo(0, 6);
    }
  });

  it('follows the radiological convention, in mm of the patient', () => {
    // From a point of the view to one at its right, and to one further down: where does the patient go?
    const expected = {
      axial: { right: [1, 0, 0], down: [0, 1, 0] }, // to the patient's left; posterior
      coronal: { right: [1, 0, 0], down: [0, 0, -1] }, // to the patient's left; inferior
      sagittal: { right: [0, 1, 0], down: [0, 0, -1] }, // posterior; inferior
    };
    for (const plane of PLANES) {
      const placement = place(straight, plane, { width: 400, height: 400, zoom: 1, pan: { x: 0, y: 0 } });
      const patientAt = (x: number, y: number) =>
        voxelToPatient(straight, viewToVoxel(straight, plane, placement, 10, { x, y }));
      const from = patientAt(100, 100);
      const signs = (to: Triple) => to.map((v, axis) => Math.sign(Math.round((v - from[axis]) * 1e6)) || 0);
      expect(signs(patientAt(200, 100))).toEqual(expected[plane].right);
      expect(signs(patientAt(100, 200))).toEqual(expected[plane].down);
    }
  });
});

describe('the letters at the edges', () => {
  it('are R left, A on top of axial and left of sagittal, S on top', () => {
    expect(edgeLetters(straight, 'axial')).toEqual({ left: 'R', right: 'L', top: 'A', bottom: 'P' });
    expect(edgeLetters(straight, 'coronal')).toEqual({ left: 'R', right: 'L', top: 'S', bottom: 'I' });
    expect(edgeLetters(straight, 'sagittal')).toEqual({ left: 'A', right: 'P', top: 'S', bottom: 'I' });
  });
  it('name the second direction of an oblique grid beyond 20°', () => {
    expect(edgeLetters(tilted(19), 'axial').top).toBe('A');
    expect(edgeLetters(tilted(25), 'axial')).toEqual({ left: 'R', right: 'L', top: 'AI', bottom: 'PS' });
    expect(edgeLetters(tilted(25), 'sagittal')).toEqual({ left: 'AI', right: 'PS', top: 'SA', bottom: 'IP' });
    expect(edgeLetters(tilted(50), 'axial').top).toBe('IA');
  });
  it('agree with where the patient is on an oblique grid', () => {
    const grid = tilted(30);
    const placement = place(grid, 'sagittal', { width: 300, height: 300, zoom: 1, pan: { x: 0, y: 0 } });
    const [low, high] = [280, 20].map((y) =>
      voxelToPatient(grid, viewToVoxel(grid, 'sagittal', placement, 60, { x: 150, y })),
    );
    // Up the screen is superior first and anterior second.
    expect(high[2] - low[2]).toBeGreaterThan(0);
    expect(high[1] - low[1]).toBeLessThan(0);
    expect(Math.abs(high[2] - low[2])).toBeGreaterThan(Math.abs(high[1] - low[1]));
  });
});

describe('positions and lengths', () => {
  it('give a slice in mm along its own patient axis', () => {
    expect(slicePosition(straight, 'axial', 0)).toEqual({ letter: 'S', mm: -804.5 });
    expect(slicePosition(straight, 'axial', 2).mm).toBeCloseTo(-794.5);
    expect(slicePosition(straight, 'coronal', 10)).toEqual({ letter: 'P', mm: -21 });
    expect(slicePosition(straight, 'sagittal', 10)).toEqual({ letter: 'L', mm: -33 });
  });
  it('scale bars are round lengths no wider than allowed', () => {
    expect(scaleBar(2, 110)).toEqual({ mm: 50, pixels: 100 });
    expect(scaleBar(0.3, 110)).toEqual({ mm: 200, pixels: 60 });
    expect(scaleBar(90, 110).mm).toBe(1);
  });
});
