// t quantiles beside SciPy's, summaries, Bland–Altman beside the published example.
import { describe, expect, it } from 'vitest';
import { blandAltman } from './bland-altman.ts';
import { mergeSorted, percentileOfSorted } from './percentile.ts';
import { tQuantile } from './distributions/index.ts';
import { summariseValues } from './summary.ts';

describe('tQuantile', () => {
  // scipy.stats.t.ppf, SciPy 1.17.1 (older ones are off in the ninth digit)
  it.each([
    [0.975, 1, 12.706204736174694],
    [0.975, 2, 4.302652729749462],
    [0.975, 3, 3.1824463052837078],
    [0.975, 9, 2.262157162798205],
    [0.975, 29, 2.045229642132703],
    [0.975, 1000, 1.9623390808264083],
    [0.975, 1e6, 1.959966356814107],
    [0.95, 4, 2.1318467863266495],
    [0.0005, 7, -5.407882520861726],
    [0.6, 2.5, 0.2814595127485477],
    [0.999999, 5, 24.771029720372493],
  ])('p = %d, df = %d', (p, df, expected) => {
    expect(tQuantile(p, df) / expected).toBeCloseTo(1, 9);
  });
  it('refuses what has no quantile', () => {
    expect(() => tQuantile(1, 5)).toThrow(RangeError);
    expect(() => tQuantile(0.5, 0)).toThrow(RangeError);
    expect(tQuantile(0.5, 3)).toBe(0);
  });
});

describe('summariseValues', () => {
  it('counts undefined values and leaves them out', () => {
    const found = summariseValues([0.8, null, 0.9, 0.7, null]);
    expect(found).toMatchObject({ n: 3, undefinedCount: 2, median: 0.8, minimum: 0.7, maximum: 0.9 });
    expect(found.mean).toBeCloseTo(0.8, 12);
    expect(found.sd).toBeCloseTo(0.1, 12);
    // 4.302652729749462 · 0.1 / √3
    expect(found.ci95![1] - found.mean!).toBeCloseTo(0.24841377118, 9);
  });
  it('has no spread for one value and nothing for none', () => {
    expect(summariseValues([0.5])).toMatchObject({ mean: 0.5, sd: null, ci95: null, n: 1 });
    expect(summariseValues([null])).toMatchObject({ mean: null, median: null, n: 0, undefinedCount: 1 });
  });
});

describe('percentileOfSorted', () => {
  it('interpolates linearly, as numpy.percentile', () => {
    expect(percentileOfSorted([1, 2, 4, 8], 95)).toBeCloseTo(7.4, 12);
    expect(percentileOfSorted([1, 2, 4, 8], 0)).toBe(1);
    expect(percentileOfSorted([1, 2, 4, 8], 100)).toBe(8);
    expect(percentileOfSorted([3], 50)).toBe(3);
    expect(percentileOfSorted([], 50)).toBeNaN();
  });
  it('merges in order', () => {
    const merged = mergeSorted(Float64Array.of(1, 3, 9), Float64Array.of(0, 3));
    expect([...merged]).toEqual([0, 1, 3, 3, 9]);
  });
});

describe('blandAltman', () => {
  it('gives the peak flow example of Bland and Altman 1986 (first measurements, Wright less mini meter)', () => {
    const wright = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427];
    const mini = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451];
    const found = blandAltman(mini.map((value, n) => [value, wright[n]] as const))!;
    expect(found.n).toBe(17);
    expect(found.bias).toBeCloseTo(-2.1176470588, 9);
    expect(found.sd).toBeCloseTo(38.76512987360738, 9);
    expect(found.lower).toBeCloseTo(-78.097301611094, 9);
    expect(found.upper).toBeCloseTo(73.86200749344692, 9);
    expect(found.biasCi95[0]).toBeCloseTo(-22.048837696642877, 9);
    expect(found.biasCi95[1]).toBeCloseTo(17.81354357899582, 9);
    // Half the interval of a limit: t(0.975, 16) · √(3/17) · sd, with the published standard error 16.284611795.
    expect(found.upperCi95[1] - found.upper).toBeCloseTo(2.1199052992210112 * 16.284611795031495, 6);
    expect(found.lower - found.lowerCi95[0]).toBeCloseTo(2.1199052992210112 * 16.284611795031495, 6);
  });
  it('needs two pairs', () => {
    expect(blandAltman([[1, 2]])).toBeNull();
  });
});
