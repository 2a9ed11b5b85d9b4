// Masks and strokes survive the trip to bytes and back, and damaged bytes are refused whole.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyPatch,
  blankMask,
  countLabels,
  decodeMask,
  describePatch,
  encodeDifference,
  encodeMask,
  encodePatch,
} from './mask-bytes.ts';
import { Problem } from './problem.ts';

const labels = fc.uint8Array({ minLength: 1, maxLength: 400, max: 3 });

describe('mask bytes', () => {
  it('come back as they went', () => {
    fc.assert(
      fc.property(labels, (mask) => {
        expect(decodeMask(encodeMask(mask), mask.length)).toEqual(new Uint8Array(mask));
      }),
    );
  });

  it('count labels without unpacking', () => {
    const mask = Uint8Array.from([0, 0, 3, 3, 3, 1, 0, 3]);
    expect(countLabels(encodeMask(mask))).toEqual(new Map([[3, 4], [1, 1]])); // prettier-ignore
  });

  it('hold a run longer than 32 bits of varint need', () => {
    const bytes = blankMask(300_000_000);
    expect(bytes.length).toBeLessThan(16);
    expect(countLabels(bytes).size).toBe(0);
  });

  it.each([
    ['another size', (b: Uint8Array) => [b, 7] as const],
    ['a cut end', (b: Uint8Array) => [b.subarray(0, b.length - 1), 8] as const],
    ['extra bytes', (b: Uint8Array) => [Uint8Array.from([...b, 1, 1]), 8] as const],
  ])('refuse %s', (_what, change) => {
    const [bytes, count] = change(encodeMask(Uint8Array.from([0, 0, 1, 1, 2, 0, 0, 0])));
    expect(() => decodeMask(bytes, count)).toThrow(Problem);
  });
});

describe('patch bytes', () => {
  it('lead from one mask to the other and back', () => {
    const pair = labels.chain((a) =>
      fc.tuple(fc.constant(a), fc.uint8Array({ minLength: a.length, maxLength: a.length, max: 3 })),
    );
    fc.assert(
      fc.property(pair, ([before, after]) => {
        const patch = encodeDifference(before, after);
        const mask = new Uint8Array(before);
        applyPatch(mask, patch);
        expect(mask).toEqual(new Uint8Array(after));
        applyPatch(mask, patch, 'undo');
        expect(mask).toEqual(new Uint8Array(before));
      }),
    );
  });

  it('are the same from a list of voxels as from two masks', () => {
    const before = Uint8Array.from([0, 0, 1, 1, 0, 2, 2, 0]);
    const after = Uint8Array.from([0, 3, 3, 1, 0, 3, 3, 0]);
    const indices = [1, 2, 3, 5, 6];
    const list = encodePatch(
      indices,
      Uint8Array.from(indices, (i) => before[i]),
      Uint8Array.from(indices, (i) => after[i]),
    );
    expect(list).toEqual(encodeDifference(before, after));
    expect(describePatch(list, 8)).toEqual({ voxels: 4, labels: new Set([1, 2, 3]) });
  });

  it('leave the mask alone when they do not fit it', () => {
    const patch = encodeDifference(Uint8Array.from([0, 0, 1]), Uint8Array.from([2, 0, 2]));
    const other = Uint8Array.from([0, 0, 2]);
    expect(() => applyPatch(other, patch)).toThrow(/does not fit/);
    expect(other).toEqual(Uint8Array.from([0, 0, 2]));
  });

  it('never reach outside the volume', () => {
    const patch = encodeDifference(new Uint8Array(10), new Uint8Array(10).fill(1));
    expect(() => describePatch(patch, 9)).toThrow(/leaves the volume/);
  });

  it('refuse voxels out of order', () => {
    expect(() => encodePatch([4, 2], new Uint8Array(2), Uint8Array.from([1, 1]))).toThrow(/ascending/);
  });
});
