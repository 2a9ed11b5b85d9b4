// The centre is a voxel of the structure itself.
import { describe, expect, it } from 'vitest';
import { centreOf } from './structure-centre.ts';

function volume(draw: (i: number, j: number, k: number) => number) {
  const labels = new Uint8Array(9 * 7 * 5);
  const counts = new Uint32Array(256);
  for (let at = 0; at < labels.length; at++) {
    labels[at] = draw(at % 9, Math.floor(at / 9) % 7, Math.floor(at / 63));
    counts[labels[at]]++;
  }
  return { labels, counts, shape: [9, 7, 5] as [number, number, number] };
}

describe('centre of a structure', () => {
  it('is its middle for a solid box', () => {
    const box = volume((i, j, k) => Number(i >= 2 && i <= 6 && j >= 1 && j <= 3 && k <= 2) * 4);
    expect(centreOf(box, 4)).toEqual([4, 2, 1]);
  });
  it('is on the structure where the middle is hollow', () => {
    const shell = volume((i, j, k) => Number(i === 0 || i === 8 || j === 0 || j === 6 || k === 0 || k === 4));
    const [i, j, k] = centreOf(shell, 1)!;
    expect(shell.labels[i + 9 * (j + 7 * k)]).toBe(1);
  });
  it('is none when nothing is drawn', () => {
    expect(
      centreOf(
        volume(() => 0),
        3,
      ),
    ).toBeNull();
  });
});
