// Measuring: gestures become what is kept, and the values in an ellipse are those of its voxels, counted one by one.
import { describe, expect, it } from 'vitest';
import { measure, type NewAnnotation } from '../../electron/contract/annotations.ts';
import type { Grid, Triple } from '../../electron/contract/geometry.ts';
import { Cine } from './cine.svelte.ts';
import { ellipseStatistics } from './ellipse-statistics.ts';
import { annotationWords } from './measure-marks.ts';
import { planeOf, type Seat } from './measure-seat.ts';
import { Measures, placeOf } from './measures.svelte.ts';
import { ViewState } from './view-state.svelte.ts';
import { VolumeData } from './volume-data.ts';

const grid: Grid = {
  shape: [20, 16, 6],
  spacing: [0.5, 1, 3],
  origin: [10, -5, 100],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
const voxels = Int16Array.from({ length: 20 * 16 * 6 }, (_, n) => (n * 37) % 211);
function volume(): VolumeData {
  const data = new VolumeData(
    { grid, minimum: 0, maximum: 210, modality: 'CT', window: { width: 400, level: 40 } },
    voxels,
  );
  data.arrived(0, 6);
  return data;
}
function measuring() {
  const kept: NewAnnotation[] = [];
  const measures = new Measures(volume());
  measures.keep = (drawn) => kept.push(drawn);
  return { measures, kept };
}
const AXIAL_2 = { plane: 'axial', slice: 2 } as const;
const drag = (measures: Measures, from: Triple, to: Triple) => {
  measures.press(from, AXIAL_2);
  measures.move(to, AXIAL_2, true);
  measures.release();
};

describe('measuring', () => {
  it('keeps a ruler in millimetres of the patient', () => {
    const { measures, kept } = measuring();
    measures.choose('ruler');
    drag(measures, [2, 3, 2], [8, 7, 2]);
    expect(kept).toHaveLength(1);
    expect(kept[0].points).toEqual([
      [11, -2, 106],
      [14, 2, 106],
    ]);
    expect(measure('ruler', kept[0].points)).toBe(5);
    expect(measures.draft).toBeNull();
  });

  it('takes a click for no measurement', () => {
    const { measures, kept } = measuring();
    measures.choose('ruler');
    drag(measures, [2, 3, 2], [2.3, 3, 2]);
    expect(kept).toEqual([]);
  });

  it('draws an angle with a drag and a click', () => {
    const { measures, kept } = measuring();
    measures.choose('angle');
    drag(measures, [2, 2, 2], [10, 2, 2]);
    expect(kept).toEqual([]);
    measures.move([10, 9, 2], AXIAL_2, false);
    measures.press([10, 9, 2], AXIAL_2);
    measures.release();
    expect(measure('angle', kept[0].points)).toBeCloseTo(90);
    measures.press([1, 1, 2], AXIAL_2);
    expect(measures.cancel()).toBe(true);
    expect(measures.draft).toBeNull();
  });

  it('keeps the area and the values of an ellipse', () => {
    const { measures, kept } = measuring();
    measures.choose('ellipse');
    drag(measures, [3, 2, 2], [13, 10, 2]);
    const [ellipse] = kept;
    if (ellipse.kind !== 'ellipse') throw new Error('not an ellipse');
    expect(measure('ellipse', ellipse.points)).toBeCloseTo(Math.PI * 2.5 * 4);
    const inside: number[] = [];
    for (let j = 0; j < 16; j++)
      for (let i = 0; i < 20; i++)
        if (((i - 8) / 5) ** 2 + ((j - 6) / 4) ** 2 <= 1) inside.push(voxels[i + 20 * (j + 16 * 2)]);
    const mean = inside.reduce((sum, v) => sum + v, 0) / inside.length;
    expect(ellipse.statistics).toMatchObject({ voxels: inside.length, minimum: Math.min(...inside) });
    expect(ellipse.statistics.mean).toBeCloseTo(mean);
    const variance = inside.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (inside.length - 1);
    expect(ellipse.statistics.deviation).toBeCloseTo(Math.sqrt(variance));
    const stored = { ...ellipse, id: 'x', value: 31.4, at: '', statistics: ellipse.statistics };
    placeOf(grid, stored).forEach((v, axis) => expect(v).toBeCloseTo([8, 6, 2][axis]));
  });

  describe('on an oblique plane', () => {
    const turned: Seat = { plane: 'oblique', oblique: { from: 'axial', turn: 30, tilt: 0 } };
    /** mm to the right and down of the middle of the plane, as the angles say it. */
    const onPlane = (x: number, y: number): Triple => [
      10 + (x * Math.cos(Math.PI / 6)) / 0.5,
      8 + y,
      3 + (x * Math.sin(Math.PI / 6)) / 3,
    ];

    it('keeps the angles in the place of a slice, and true millimetres', () => {
      const { measures, kept } = measuring();
      measures.choose('ruler');
      measures.press(onPlane(-3, -4), turned);
      measures.move(onPlane(3, 4), turned, true);
      measures.release();
      expect(kept[0]).toMatchObject({ plane: 'oblique', slice: null, oblique: turned.oblique });
      expect(measure('ruler', kept[0].points)).toBeCloseTo(10);
    });

    it('counts the voxels that the plane passes through under the ellipse', () => {
      const { measures, kept } = measuring();
      measures.choose('ellipse');
      measures.press(onPlane(-4, -5), turned);
      measures.move(onPlane(4, 5), turned, true);
      measures.release();
      const [ellipse] = kept;
      if (ellipse.kind !== 'ellipse') throw new Error('not an ellipse');
      expect(measure('ellipse', ellipse.points)).toBeCloseTo(Math.PI * 4 * 5);
      const [c, s] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
      const thick = (s * 0.5 + c * 3) / 2;
      const inside: number[] = [];
      for (let n = 0; n < voxels.length; n++) {
        const [x, y, z] = [
          ((n % 20) - 10) * 0.5,
          (Math.floor(n / 20) % 16) - 8,
          (Math.floor(n / 320) - 3) * 3,
        ];
        const right = x * c + z * s;
        if (Math.abs(z * c - x * s) <= thick + 1e-9 && (right / 4) ** 2 + (y / 5) ** 2 <= 1 + 1e-9)
          inside.push(voxels[n]);
      }
      expect(inside.length).toBeGreaterThan(100);
      expect(ellipse.statistics).toMatchObject({ voxels: inside.length, maximum: Math.max(...inside) });
      expect(ellipse.statistics.mean).toBeCloseTo(inside.reduce((sum, v) => sum + v, 0) / inside.length);
    });

    it('goes on with an angle on its own plane only', () => {
      const { measures, kept } = measuring();
      measures.choose('angle');
      measures.press(onPlane(-3, 0), turned);
      measures.move(onPlane(0, 0), turned, true);
      measures.release();
      measures.move([10, 8, 3], { plane: 'axial', slice: 3 }, false);
      measures.move(
        onPlane(0, 3),
        { plane: 'oblique', oblique: { from: 'axial', turn: 31, tilt: 0 } },
        false,
      );
      expect(measures.draft?.points[2]).toEqual(onPlane(0, 0));
      measures.press(onPlane(0, 5), turned);
      measures.release();
      expect(measure('angle', kept[0].points)).toBeCloseTo(90);
    });
  });

  it('counts only voxels that are there', () => {
    const outside = ellipseStatistics(volume(), planeOf(AXIAL_2), [-50, -50, 2], 2, 4);
    expect(outside).toEqual({ voxels: 0, mean: null, deviation: null, minimum: null, maximum: null });
    const one = ellipseStatistics(volume(), planeOf({ plane: 'sagittal', slice: 4 }), [4, 3, 2], 0.4, 1.2);
    expect(one).toMatchObject({ voxels: 1, deviation: null, mean: voxels[4 + 20 * (3 + 16 * 2)] });
  });

  it('says it in words with units and a true minus', () => {
    const statistics = { voxels: 1352, mean: -57.4, deviation: 65.2, minimum: 0, maximum: 1 };
    expect(annotationWords({ kind: 'ruler', value: 45.26, statistics: null }, 'HU')).toBe('45.3 mm');
    expect(annotationWords({ kind: 'ellipse', value: 1040, statistics }, 'HU')).toBe(
      '10.40 cm², mean −57 ± 65 HU, n 1,352',
    );
  });
});

describe('cine', () => {
  it('runs at its speed and turns round at the ends', () => {
    const view = new ViewState(volume());
    view.setSlice('axial', 4);
    const cine = new Cine(view);
    cine.speed = 10;
    const seen: number[] = [];
    for (let n = 0; n < 14; n++) {
      cine.advance(50);
      seen.push(view.sliceOf('axial'));
    }
    expect(seen).toEqual([4, 5, 5, 4, 4, 3, 3, 2, 2, 1, 1, 0, 0, 1]);
  });
});
