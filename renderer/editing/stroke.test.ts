// A stroke is exactly the difference it made, and cancelling leaves no trace.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeDifference } from '../../electron/contract/mask-bytes.ts';
import { LabelVolume } from './label-volume.ts';
import { Stroke } from './stroke.ts';

const VOXELS = 6 * 5 * 4;
const labelsArbitrary = fc.uint8Array({ minLength: VOXELS, maxLength: VOXELS, max: 3 });
const touches = fc.array(fc.tuple(fc.nat(VOXELS - 1), fc.nat(3)), { maxLength: 300 });

function countsOf(labels: Uint8Array): number[] {
  const counts = Array<number>(256).fill(0);
  for (const label of labels) counts[label]++;
  return counts;
}

describe('a stroke', () => {
  it('finishes as the exact difference, with counts kept and the next stroke starting clean', () => {
    fc.assert(
      fc.property(labelsArbitrary, touches, touches, (start, first, second) => {
        const volume = new LabelVolume([6, 5, 4], start.slice());
        for (const voxels of [first, second]) {
          const before = volume.labels.slice();
          const stroke = new Stroke(volume);
          for (const [index, label] of voxels) stroke.set(index, label);
          const finished = stroke.finish();
          const differing = before.filter((label, n) => label !== volume.labels[n]).length;
          expect(finished?.voxels ?? 0).toBe(differing);
          if (finished) expect(finished.bytes).toEqual(encodeDifference(before, volume.labels));
          expect([...volume.counts]).toEqual(countsOf(volume.labels));
        }
      }),
    );
  });

  it('cancels to what was there', () => {
    fc.assert(
      fc.property(labelsArbitrary, touches, (start, voxels) => {
        const volume = new LabelVolume([6, 5, 4], start.slice());
        const stroke = new Stroke(volume);
        for (const [index, label] of voxels) stroke.set(index, label);
        stroke.cancel();
        expect(volume.labels).toEqual(start);
        expect([...volume.counts]).toEqual(countsOf(start));
        expect(volume.touchedBits().every((word) => word === 0)).toBe(true);
      }),
    );
  });

  it('grows past its first room', () => {
    const volume = new LabelVolume([100, 100, 2]);
    const stroke = new Stroke(volume);
    for (let n = 19_999; n >= 0; n--) stroke.set(n, 7);
    expect(stroke.finish()!.voxels).toBe(20_000);
    expect(volume.counts[7]).toBe(20_000);
  });

  it('keeps the order of voxels far apart in a large volume', () => {
    const volume = new LabelVolume([4096, 2048, 3]);
    const before = volume.labels.slice();
    const stroke = new Stroke(volume);
    const touched = [25_165_823, 3, 8_388_608, 2047, 2048, 4_194_304, 16_777_216, 0, 4_194_303];
    touched.forEach((index, n) => stroke.set(index, 1 + (n % 4)));
    expect(stroke.finish()!.bytes).toEqual(encodeDifference(before, volume.labels));
  });
});
