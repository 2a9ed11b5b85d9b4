// Planning beside published formulas and examples, and beside simulated studies.
import { describe, expect, it } from 'vitest';
import { fleissKappa } from '../ratings/index.ts';
import { streamOf } from '../bootstrap/random.ts';
import {
  casesFor,
  expectedWidths,
  iccCases,
  iccWidth,
  kappaCases,
  kappaUnitVariance,
  kappaWidth,
  limitWidth,
  meanWidth,
} from './index.ts';

describe('kappa', () => {
  it.each([
    [0.6, 0.3],
    [0.8, 0.5],
    [0, 0.1],
    [0.4, 0.05],
  ])('two raters, two levels: Bloch and Kraemer 1989, kappa %d, prevalence %d', (kappa, p) => {
    const published =
      (1 - kappa) * ((1 - kappa) * (1 - 2 * kappa) + (kappa * (2 - kappa)) / (2 * p * (1 - p)));
    expect(kappaUnitVariance({ kappa, shares: [1 - p, p], raters: 2 })).toBeCloseTo(published, 12);
  });
  it('four raters, three levels: as simulated studies spread', () => {
    const plan = { kappa: 0.5, shares: [0.5, 0.3, 0.2], raters: 4 };
    const next = streamOf(12, 0);
    const draw = () => {
      const u = next() / 2 ** 32;
      return u < 0.5 ? 0 : u < 0.8 ? 1 : 2;
    };
    const kappas = Array.from({ length: 600 }, () => {
      const counts = Array.from({ length: 120 }, () => {
        const row = [0, 0, 0];
        const level = next() < 0.5 * 2 ** 32 ? draw() : null;
        for (let r = 0; r < 4; r++) row[level ?? draw()] += 1;
        return row;
      });
      return fleissKappa(counts).estimate!;
    });
    const mean = kappas.reduce((a, b) => a + b, 0) / kappas.length;
    const sd = Math.sqrt(kappas.reduce((a, b) => a + (b - mean) ** 2, 0) / (kappas.length - 1));
    expect(mean).toBeCloseTo(0.5, 1);
    expect(kappaWidth(plan, 120) / (2 * 1.96 * sd)).toBeGreaterThan(0.92);
    expect(kappaWidth(plan, 120) / (2 * 1.96 * sd)).toBeLessThan(1.08);
  });
  it('as many cases as the width asks for, and more readers need fewer', () => {
    const plan = { kappa: 0.7, shares: [0.6, 0.4], raters: 2 };
    const cases = kappaCases(plan, 0.2);
    expect(kappaWidth(plan, cases)).toBeLessThanOrEqual(0.2);
    expect(kappaWidth(plan, cases - 1)).toBeGreaterThan(0.2);
    expect(kappaCases({ ...plan, raters: 4 }, 0.2)).toBeLessThan(cases);
  });
  it('refuses plans that make no sense', () => {
    expect(() => kappaUnitVariance({ kappa: 1.2, shares: [0.5, 0.5], raters: 2 })).toThrow(RangeError);
    expect(() => kappaUnitVariance({ kappa: 0.5, shares: [0.5, 0.4], raters: 2 })).toThrow(/add up to 1/);
    expect(() => kappaUnitVariance({ kappa: 0.5, shares: [0.5, 0.5], raters: 1 })).toThrow(/two or more/);
    expect(() => kappaUnitVariance({ kappa: 0.5, shares: new Array(20).fill(0.05), raters: 30 })).toThrow(
      /too many/,
    );
  });
});

describe('measurements', () => {
  it('ICC: the example of Bonett 2002 (0.8, three raters, width 0.2) and its inverse', () => {
    expect(iccCases({ icc: 0.8, raters: 3 }, 0.2)).toBe(
      Math.ceil((8 * 3.8414588 * 0.04 * 2.6 ** 2) / (6 * 0.04) + 1),
    );
    expect(iccWidth({ icc: 0.8, raters: 3 }, 36)).toBeCloseTo(0.2, 2);
    // Five per unit of ICC more for two raters and a high ICC.
    expect(iccCases({ icc: 0.8, raters: 2 }, 0.2)).toBe(
      Math.ceil((8 * 3.8414588 * 0.04 * 1.8 ** 2) / (2 * 0.04) + 1 + 4),
    );
    expect(() => iccWidth({ icc: -0.1, raters: 2 }, 20)).toThrow(RangeError);
  });
  it('limits of agreement and means', () => {
    // t(0.975, 99) · √(3/100), Bland's own rule of thumb 1.96·√(3/100) = ± 0.34 s.
    expect(limitWidth(100) / 2).toBeCloseTo(1.98421695 * Math.sqrt(0.03), 6);
    expect(meanWidth(0.1, 25)).toBeCloseTo((2 * 2.06389856 * 0.1) / 5, 8);
    expect(casesFor((n) => meanWidth(0.1, n), meanWidth(0.1, 25))).toBe(25);
    expect(casesFor(() => 1, 0.5)).toBeNull();
  });
  it('a study: between readers, within readers, never mixed', () => {
    const found = expectedWidths({
      cases: 50,
      readers: 3,
      rounds: 2,
      icc: { inter: 0.8, intra: 0.9 },
      figureSd: 0.05,
    });
    expect(found.inter!.icc).toBeCloseTo(iccWidth({ icc: 0.8, raters: 3 }, 50), 12);
    expect(found.intra!.icc).toBeCloseTo(iccWidth({ icc: 0.9, raters: 2 }, 50), 12);
    expect(found.inter!.kappa).toBeNull();
    expect(expectedWidths({ cases: 50, readers: 1, rounds: 1 })).toMatchObject({ inter: null, intra: null });
    expect(() => expectedWidths({ cases: 1, readers: 2, rounds: 1 })).toThrow(RangeError);
  });
});
