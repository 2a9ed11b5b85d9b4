// Against the worked example of Bland & Altman 1986 (peak flow, large meter against mini meter, first readings).
import { describe, expect, it } from 'vitest';
import { blandAltman } from './bland-altman.ts';

const LARGE = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427];
const MINI = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451];

describe('Bland–Altman', () => {
  it('gives the published bias and SD', () => {
    const result = blandAltman(LARGE.map((large, index) => ({ a: MINI[index], b: large })))!;
    expect(result.n).toBe(17);
    expect(result.bias).toBeCloseTo(-2.1, 1);
    expect(result.sd).toBeCloseTo(38.8, 1);
    expect(result.upper - result.lower).toBeCloseTo(2 * 1.96 * 38.77, 0);
  });

  it('has no limits for fewer than two pairs', () => {
    expect(blandAltman([])).toBeNull();
    expect(blandAltman([{ a: 1, b: 2 }])).toBeNull();
  });
});
