// Patches in and out of the page's mask: labels, counts, and a box that holds every change.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeDifference } from '../../electron/contract/mask-bytes.ts';
import { LabelVolume, type Box } from './label-volume.ts';

const SHAPE = [5, 4, 3] as [number, number, number];
const COUNT = 60;
const labels = fc.uint8Array({ minLength: COUNT, maxLength: COUNT, max: 2 });

function holds(box: Box, index: number): boolean {
  const voxel = [index % 5, Math.floor(index / 5) % 4, Math.floor(index / 20)];
  return voxel.every((v, axis) => v >= box.low[axis] && v <= box.high[axis]);
}

describe('the mask in the page', () => {
  it('applies a patch and takes it back, and tells where', () => {
    fc.assert(
      fc.property(labels, labels, (before, after) => {
        const patch = encodeDifference(before, after);
        const volume = new LabelVolume(SHAPE, before.slice());
        const boxes: Box[] = [];
        volume.subscribe((box) => boxes.push(box));
        for (const [direction, goal] of [
          ['do', after],
          ['undo', before],
        ] as const) {
          const was = volume.labels.slice();
          boxes.length = 0;
          volume.apply(patch, direction);
          expect(volume.labels).toEqual(goal);
          const counts = new Uint32Array(256);
          for (const label of goal) counts[label]++;
          expect(volume.counts).toEqual(counts);
          const changed = [...was.keys()].filter((n) => was[n] !== goal[n]);
          expect(boxes).toHaveLength(changed.length > 0 ? 1 : 0);
          for (const index of changed) expect(holds(boxes[0], index)).toBe(true);
        }
      }),
    );
  });

  it('is tight around a change within one row', () => {
    const after = new Uint8Array(COUNT);
    after.fill(1, 27, 29);
    const volume = new LabelVolume(SHAPE);
    const boxes: Box[] = [];
    volume.subscribe((box) => boxes.push(box));
    volume.apply(encodeDifference(new Uint8Array(COUNT), after), 'do');
    expect(boxes).toEqual([{ low: [2, 1, 1], high: [3, 1, 1] }]);
  });

  it('refuses a patch that does not fit and changes nothing', () => {
    const after = new Uint8Array(COUNT).fill(1);
    const patch = encodeDifference(new Uint8Array(COUNT), after);
    const volume = new LabelVolume(SHAPE);
    volume.labels[59] = 2;
    const was = volume.labels.slice();
    let news = 0;
    volume.subscribe(() => news++);
    expect(() => volume.apply(patch, 'do')).toThrow(expect.objectContaining({ code: 'patch-does-not-fit' }));
    expect(volume.labels).toEqual(was);
    expect(news).toBe(0);
  });

  it('counts what it starts with, takes a whole other mask, and refuses another size', () => {
    const volume = new LabelVolume(SHAPE, new Uint8Array(COUNT).fill(4, 0, 10));
    expect([volume.counts[0], volume.counts[4]]).toEqual([50, 10]);
    volume.replace(new Uint8Array(COUNT).fill(9));
    expect([volume.counts[0], volume.counts[4], volume.counts[9]]).toEqual([0, 0, 60]);
    expect(() => new LabelVolume(SHAPE, new Uint8Array(61))).toThrow(/61 labels for a volume of 60/);
  });
});
