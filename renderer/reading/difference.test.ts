// Each voxel is told apart by who drew it; the slice with the most disagreement is found.
import { describe, expect, it } from 'vitest';
import { BOTH, difference, mostDifferentPlace, ONLY_FIRST, ONLY_SECOND } from './difference.ts';

describe('two masks', () => {
  it('are told apart voxel by voxel, for one structure', () => {
    const first = new Uint8Array([0, 5, 5, 0, 7]);
    const second = new Uint8Array([0, 5, 0, 5, 7]);
    expect([...difference(first, second, 5)]).toEqual([0, BOTH, ONLY_FIRST, ONLY_SECOND, 0]);
  });

  it('differ most in the slice with the most voxels that only one drew', () => {
    const labels = new Uint8Array(3 * 2 * 4);
    labels.fill(BOTH, 0, 6);
    labels[7] = ONLY_FIRST;
    labels[12] = ONLY_SECOND;
    labels[14] = ONLY_FIRST;
    expect(mostDifferentPlace(labels, [3, 2, 4])).toEqual([1, 0, 2]);
    expect(mostDifferentPlace(new Uint8Array(24).fill(BOTH), [3, 2, 4])).toBeNull();
  });
});
