// What must hold for any paired measurements, and what degenerate ones answer.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  deming,
  equivalence,
  limitsAt,
  linConcordance,
  pairedT,
  passingBablok,
  pearson,
  regressionLimits,
  repeatability,
  repeatedLimits,
  varianceComponents,
  wilcoxon,
} from './index.ts';
import { blandAltman } from '../bland-altman.ts';

const runs = { numRuns: 150 };
const number = fc.integer({ min: -400, max: 400 }).map((n) => n / 8);
const pairs = fc.array(fc.tuple(number, number), { minLength: 0, maxLength: 30 });
function same(a: number | null, b: number | null, within = 1e-9): void {
  if (a === null || b === null) expect(a).toBe(b);
  else expect(Math.abs(a - b)).toBeLessThanOrEqual(within * Math.max(1, Math.abs(a), Math.abs(b)));
}
const turned = (list: [number, number][]) => list.map(([a, b]): [number, number] => [b, a]);
function noNaN(value: unknown): void {
  if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
  else if (value !== null && typeof value === 'object') Object.values(value).forEach(noNaN);
}

describe('paired measurements', () => {
  it('no pairs give NaN or infinity', () => {
    fc.assert(
      fc.property(pairs, (list) => {
        const differences = list.map(([a, b]) => b - a);
        noNaN([
          pearson(list),
          linConcordance(list),
          pairedT(differences),
          wilcoxon(differences),
          equivalence(differences, -1, 1),
          regressionLimits(list),
          passingBablok(list),
          deming(list),
          repeatability(list),
          repeatedLimits(differences.map((d) => [d])),
        ]);
      }),
      runs,
    );
  });
  it('who comes first changes signs alone', () => {
    fc.assert(
      fc.property(pairs, (list) => {
        const differences = list.map(([a, b]) => b - a);
        const back = differences.map((d) => -d);
        same(pearson(list).r, pearson(turned(list)).r);
        same(linConcordance(list).ccc, linConcordance(turned(list)).ccc);
        same(pairedT(differences).p, pairedT(back).p);
        same(wilcoxon(differences).p, wilcoxon(back).p);
        const [there, here] = [wilcoxon(differences), wilcoxon(back)];
        if (there.v !== null) same(there.v + here.v!, (there.n * (there.n + 1)) / 2);
        same(repeatability(list).withinSd, repeatability(turned(list)).withinSd);
        const [line, inverse] = [deming(list), deming(turned(list))];
        if (line.slope !== null && inverse.slope !== null) same(line.slope * inverse.slope, 1, 1e-6);
      }),
      runs,
    );
  });
  it('concordance is at most the correlation, and 1 for equal measurements', () => {
    fc.assert(
      fc.property(pairs, (list) => {
        const { ccc } = linConcordance(list);
        const { r } = pearson(list);
        if (ccc !== null && r !== null) expect(Math.abs(ccc)).toBeLessThanOrEqual(Math.abs(r) + 1e-9);
        const equal = linConcordance(list.map(([a]) => [a, a])).ccc;
        if (equal !== null) same(equal, 1);
      }),
      runs,
    );
  });
  it('the exact signed-rank p is that of all signs, counted', () => {
    const few = fc.array(fc.integer({ min: -6, max: 6 }), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(few, (differences) => {
        const { p, v, n } = wilcoxon(differences, { method: 'exact' });
        if (n === 0) {
          expect(p).toBeNull();
          return;
        }
        const sizes = differences.filter((d) => d !== 0).map(Math.abs);
        const ranks = sizes.map(
          (s) => sizes.filter((o) => o < s).length + (sizes.filter((o) => o === s).length + 1) / 2,
        );
        let [low, high] = [0, 0];
        for (let signs = 0; signs < 2 ** n; signs++) {
          const sum = ranks.reduce((total, rank, at) => total + ((signs >> at) & 1 ? rank : 0), 0);
          if (sum <= v! + 1e-9) low++;
          if (sum >= v! - 1e-9) high++;
        }
        same(p, Math.min(1, (2 * Math.min(low, high)) / 2 ** n));
      }),
      { numRuns: 60 },
    );
  });
  it('one pair a subject: repeated limits are the plain ones', () => {
    fc.assert(
      fc.property(pairs, (list) => {
        const plain = blandAltman(list);
        const found = repeatedLimits(list.map(([a, b]) => [b - a]));
        same(found.lower, plain?.lower ?? null);
        same(found.upper, plain?.upper ?? null);
        if (found.lowerCi95) {
          expect(found.lowerCi95[0]).toBeLessThanOrEqual(found.lower!);
          expect(found.lowerCi95[1]).toBeGreaterThanOrEqual(found.lower! - 1e-9);
        }
      }),
      runs,
    );
  });
  it('lines through points on a line are that line', () => {
    const line = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: -9, max: 9 }));
    fc.assert(
      fc.property(
        line,
        fc.uniqueArray(fc.integer({ min: 0, max: 99 }), { minLength: 5, maxLength: 20 }),
        ([slope, intercept], xs) => {
          const points = xs.map((x) => [x, slope * x + intercept] as const);
          for (const found of [passingBablok(points), deming(points)]) {
            same(found.slope, slope, 1e-7);
            same(found.intercept, intercept, 1e-5);
          }
        },
      ),
      runs,
    );
  });
  it('limits widen where the spread grows, and never cross', () => {
    const growing = Array.from(
      { length: 40 },
      (_, n) => [10 + n, 10 + n + (n % 2 ? 1 : -1) * (10 + n) * 0.1] as const,
    );
    const limits = regressionLimits(growing);
    expect(limits.spreadP!).toBeLessThan(0.001);
    const width = (x: number) => limitsAt(limits, x)!.upper - limitsAt(limits, x)!.lower;
    expect(width(45)).toBeGreaterThan(2 * width(15));
    expect(width(-1000)).toBe(0);
    expect(limitsAt(regressionLimits([[1, 2]]), 3)).toBeNull();
  });
});

describe('published and degenerate', () => {
  it('repeatability of the peak flow meters, Bland and Altman 1986', () => {
    const first = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427];
    const second = [490, 397, 512, 401, 470, 611, 415, 431, 638, 429, 420, 633, 275, 492, 165, 372, 421];
    const found = repeatability(first.map((value, n) => [value, second[n]]));
    expect(found.withinSd).toBeCloseTo(15.306669057866863, 9);
    expect(found.coefficient1986).toBeCloseTo(43.29379795278384, 9);
    expect(found.coefficientCi95![0]).toBeLessThan(found.coefficient!);
  });
  it('too little data: null and why', () => {
    expect(pearson([[1, 2]])).toMatchObject({ r: null, reason: 'it needs two pairs' });
    expect(
      pearson([
        [1, 2],
        [1, 3],
      ]),
    ).toMatchObject({ r: null, reason: 'one of the two does not vary' });
    expect(
      linConcordance([
        [1, 1],
        [1, 1],
      ]),
    ).toMatchObject({ ccc: null });
    expect(repeatability([[1], [2]])).toMatchObject({
      withinSd: null,
      reason: 'no subject was measured twice',
    });
    expect(repeatedLimits([[1, 2]])).toMatchObject({ lower: null, reason: 'it needs two subjects' });
    expect(
      passingBablok([
        [1, 1],
        [1, 1],
        [1, 1],
      ]),
    ).toMatchObject({ slope: null, reason: 'all points coincide' });
    expect(varianceComponents([{ caseIndex: 0, reader: 0, value: 1 }])).toMatchObject({ case: null });
    const flat = [0, 1, 2].flatMap((caseIndex) => [0, 1].map((reader) => ({ caseIndex, reader, value: 5 })));
    expect(varianceComponents(flat)).toMatchObject({
      case: null,
      reason: expect.stringMatching(/no measurement differs/),
    });
    expect(() => equivalence([1, 2], 1, -1)).toThrow(RangeError);
    expect(() => deming([[1, 2]], 0)).toThrow(RangeError);
  });
  it('variance components do not know unit and origin and add up to the spread', () => {
    const table = fc.array(fc.tuple(number, number, number), { minLength: 4, maxLength: 12 });
    fc.assert(
      fc.property(table, fc.integer({ min: 2, max: 9 }), (rows, unit) => {
        const of = (scale: number) =>
          varianceComponents(
            rows.flatMap((row, caseIndex) =>
              row.map((v, reader) => ({ caseIndex, reader, value: scale * v + 3 })),
            ),
          );
        const [one, scaled] = [of(1), of(unit)];
        if (one.residual === null) {
          expect(scaled.residual).toBeNull();
          return;
        }
        const total = one.case! + one.reader! + one.residual;
        for (const key of ['case', 'reader', 'residual'] as const) {
          expect(one[key]!).toBeGreaterThanOrEqual(0);
          expect(Math.abs(scaled[key]! / unit ** 2 - one[key]!)).toBeLessThanOrEqual(1e-4 * total);
        }
      }),
      { numRuns: 30 },
    );
  });
});
