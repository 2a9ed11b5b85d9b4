// The outline of labels on an oblique picture.
import { describe, expect, it } from 'vitest';
import { outlineOblique } from './oblique-painter.ts';

describe('outlines', () => {
  it('are the samples that touch another colour; the inside stays as faint as it was', () => {
    const [blue, red] = [0x59ffb450, 0x590000ff];
    const rows = ['.....', '.bbb.', '.bbb.', '.bbbr'].join('');
    const pixels = Uint32Array.from(rows, (letter) => (letter === 'b' ? blue : letter === 'r' ? red : 0));
    outlineOblique(pixels, 5, 4);
    const shown = [...pixels].map((word) => (word === 0 ? '.' : word >>> 24 === 255 ? 'O' : 'f')).join('');
    // The last row lies at the border of the view: only what is beside it and above it counts there.
    expect(shown.match(/.{5}/g)).toEqual(['.....', '.OOO.', '.OfO.', '.OfOO']);
    expect(pixels[6] & 0xffffff).toBe(blue & 0xffffff);
  });
});
