// What the surface worker is given: each structure whole, with a margin, in place.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Triple } from '../../electron/contract/geometry.ts';
import { LabelVolume } from '../editing/label-volume.ts';
import { Stroke } from '../editing/stroke.ts';
import { labelBoxes, LabelBounds, surfaceTask } from './surface-boxes.ts';

const SHAPE: Triple = [9, 8, 7];
const COUNT = 504;
const grid = {
  shape: SHAPE,
  spacing: [0.5, 1, 4] as Triple,
  origin: [0, 0, 0] as Triple,
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
const whole = { low: [0, 0, 0] as Triple, high: [8, 7, 6] as Triple };

function naiveBoxes(labels: Uint8Array) {
  const boxes = new Map<number, { low: Triple; high: Triple }>();
  labels.forEach((label, n) => {
    if (label === 0) return;
    const voxel = [n % 9, Math.floor(n / 9) % 8, Math.floor(n / 72)];
    const box = boxes.get(label) ?? { low: [99, 99, 99], high: [-1, -1, -1] };
    boxes.set(label, {
      low: box.low.map((v, axis) => Math.min(v, voxel[axis])) as Triple,
      high: box.high.map((v, axis) => Math.max(v, voxel[axis])) as Triple,
    });
  });
  return boxes;
}

const sparse = fc
  .array(fc.tuple(fc.nat(COUNT - 1), fc.integer({ min: 1, max: 4 })), { maxLength: 20 })
  .map((voxels) => {
    const labels = new Uint8Array(COUNT);
    for (const [index, label] of voxels) labels[index] = label;
    return labels;
  });

describe('boxes of structures', () => {
  it('are the bounds of each label', () => {
    fc.assert(
      fc.property(sparse, (labels) => {
        expect(labelBoxes(labels, SHAPE, whole)).toEqual(naiveBoxes(labels));
      }),
    );
  });

  it('hold every voxel as strokes come, and name the labels that changed', () => {
    const strokes = fc.array(
      fc.array(fc.tuple(fc.nat(COUNT - 1), fc.nat(4)), { minLength: 1, maxLength: 6 }),
      {
        maxLength: 6,
      },
    );
    fc.assert(
      fc.property(sparse, strokes, (start, changes) => {
        const volume = new LabelVolume(SHAPE, start.slice());
        const bounds = new LabelBounds(SHAPE);
        const first = bounds.update(volume);
        expect([...first].sort()).toEqual([...naiveBoxes(start).keys()].sort());
        expect(bounds.update(volume).size, 'nothing new').toBe(0);
        for (const voxels of changes) {
          const before = volume.labels.slice();
          const stroke = new Stroke(volume);
          for (const [index, label] of voxels) {
            stroke.set(index, label);
            const voxel: Triple = [index % 9, Math.floor(index / 9) % 8, Math.floor(index / 72)];
            bounds.changed({ low: voxel, high: voxel });
          }
          stroke.finish();
          const named = bounds.update(volume);
          before.forEach((old, n) => {
            for (const label of old === volume.labels[n] ? [] : [old, volume.labels[n]])
              if (label !== 0) expect(named.has(label)).toBe(true);
          });
          const boxes = naiveBoxes(volume.labels);
          for (let label = 1; label <= 4; label++) {
            const [box, exact] = [bounds.of(label), boxes.get(label)];
            expect(box === undefined).toBe(exact === undefined);
            if (!box || !exact) continue;
            expect(box.low.every((v, axis) => v <= exact.low[axis])).toBe(true);
            expect(box.high.every((v, axis) => v >= exact.high[axis])).toBe(true);
          }
        }
      }),
    );
  });
});

describe('a surface task', () => {
  it('is the structure in its box with a margin of zeros, where it lies in mm', () => {
    const labels = new Uint8Array(COUNT);
    labels[3 + 9 * (2 + 8 * 1)] = 2;
    labels[5 + 9 * (4 + 8 * 3)] = 2;
    labels[4 + 9 * (3 + 8 * 2)] = 1;
    const task = surfaceTask(labels, grid, 2, { low: [3, 2, 1], high: [5, 4, 3] }, 7);
    expect(task).toMatchObject({ generation: 7, label: 2, shape: [5, 5, 5], spacing: [0.5, 1, 4] });
    expect(task.origin).toEqual([1, 1, 0]);
    const ones = [...task.occupancy.keys()].filter((n) => task.occupancy[n] === 1);
    expect(ones).toEqual([1 + 5 * (1 + 5 * 1), 3 + 5 * (3 + 5 * 3)]);
  });

  it('thins a large structure out, keeping it in place and samples about cubic', () => {
    const shape: Triple = [220, 220, 60];
    const labels = new Uint8Array(220 * 220 * 60).fill(1);
    const large = { ...grid, shape, spacing: [1, 1, 2] as Triple };
    const task = surfaceTask(labels, large, 1, { low: [0, 0, 0], high: [219, 219, 59] }, 0);
    expect(task.occupancy.length).toBeLessThanOrEqual(900_000);
    expect(task.occupancy.length).toBeGreaterThan(200_000);
    expect(Math.max(...task.spacing) / Math.min(...task.spacing)).toBeLessThanOrEqual(2);
    // The last sample lies within one step of the structure's end.
    task.shape.forEach((n, axis) => {
      const last = task.origin[axis] + (n - 2) * task.spacing[axis];
      expect(Math.abs(last - (shape[axis] - 1) * large.spacing[axis])).toBeLessThanOrEqual(
        task.spacing[axis],
      );
    });
  });
});
