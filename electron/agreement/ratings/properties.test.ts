// What must hold for any ratings: symmetry, bounds, order and names that do not matter, identity, monotonicity, no NaN.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cohensKappa,
  completeRows,
  congerKappa,
  contingencyTable,
  countLevels,
  fleissKappa,
  gwet,
  holm,
  intraclass,
  krippendorffAlpha,
  lightKappa,
  mcnemar,
  pabak,
  ratingAgreement,
  weightsOf,
  WEIGHT_KINDS,
  type RatingTable,
} from './index.ts';

const LEVELS = 4;
const runs = { numRuns: 200 };
const pairs = fc.array(fc.tuple(fc.nat(LEVELS - 1), fc.nat(LEVELS - 1)), { minLength: 0, maxLength: 40 });
const ratings = fc.integer({ min: 2, max: 5 }).chain((raters) =>
  fc.array(fc.array(fc.option(fc.nat(LEVELS - 1), { freq: 6 }), { minLength: raters, maxLength: raters }), {
    minLength: 1,
    maxLength: 25,
  }),
);
const crossed = (list: [number, number][]) => contingencyTable(list, LEVELS);
/** Null, or equal to 9 digits of the larger. */
function same(a: number | null, b: number | null): void {
  if (a === null || b === null) expect(a).toBe(b);
  else expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(a), Math.abs(b)));
}

describe('two raters', () => {
  it('kappa does not change when raters change places, is at most 1, and 1 exactly for equal ratings', () => {
    fc.assert(
      fc.property(pairs, fc.constantFrom(...WEIGHT_KINDS), (list, kind) => {
        const weights = weightsOf(kind, LEVELS);
        const found = cohensKappa(crossed(list), weights);
        const turned = cohensKappa(crossed(list.map(([a, b]) => [b, a])), weights);
        for (const key of ['estimate', 'se', 'z', 'p'] as const) same(found[key], turned[key]);
        if (found.estimate !== null) {
          expect(found.estimate).toBeLessThanOrEqual(1 + 1e-12);
          if (kind === 'unweighted') expect(found.estimate).toBeGreaterThanOrEqual(-1 - 1e-12);
        } else expect(found.reason).not.toBeNull();
        const equal = cohensKappa(crossed(list.map(([a]) => [a, a])), weights).estimate;
        if (equal !== null) same(equal, 1);
      }),
      runs,
    );
  });
  it('unweighted kappa does not know the levels’ names, weighted kappa not their direction', () => {
    fc.assert(
      fc.property(pairs, fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4, maxLength: 4 }), (list, names) => {
        const renamed = list.map(([a, b]): [number, number] => [names[a], names[b]]);
        const turned = list.map(([a, b]): [number, number] => [LEVELS - 1 - a, LEVELS - 1 - b]);
        const plain = weightsOf('unweighted', LEVELS);
        same(cohensKappa(crossed(list), plain).estimate, cohensKappa(crossed(renamed), plain).estimate);
        same(cohensKappa(crossed(list), plain).se, cohensKappa(crossed(renamed), plain).se);
        for (const kind of ['linear', 'quadratic'] as const) {
          const weights = weightsOf(kind, LEVELS);
          same(cohensKappa(crossed(list), weights).estimate, cohensKappa(crossed(turned), weights).estimate);
        }
      }),
      runs,
    );
  });
  it('PABAK grows when one more subject is agreed on', () => {
    fc.assert(
      fc.property(pairs, fc.nat(LEVELS - 1), (list, level) => {
        const before = pabak(crossed(list));
        const after = pabak(crossed([...list, [level, level]]))!;
        if (before !== null) expect(after).toBeGreaterThanOrEqual(before - 1e-12);
        expect(after).toBeGreaterThanOrEqual(-1 / (LEVELS - 1) - 1e-12);
        expect(after).toBeLessThanOrEqual(1);
      }),
      runs,
    );
  });
  it('Fleiss of two raters is Scott’s pi, Conger and Light are Cohen', () => {
    fc.assert(
      fc.property(pairs, (list) => {
        const kappa = cohensKappa(crossed(list), weightsOf('unweighted', LEVELS)).estimate;
        if (kappa === null) return;
        same(congerKappa(list, LEVELS).estimate, kappa);
        same(lightKappa(list, LEVELS, 'unweighted').estimate, kappa);
        const shares = Array.from(
          { length: LEVELS },
          (_, k) => list.flat().filter((v) => v === k).length / (2 * list.length),
        );
        const chance = shares.reduce((sum, p) => sum + p * p, 0);
        const observed = list.filter(([a, b]) => a === b).length / list.length;
        if (1 - chance > 1e-9)
          same(fleissKappa(countLevels(list, LEVELS)).estimate, (observed - chance) / (1 - chance));
      }),
      runs,
    );
  });
  it('quadratic kappa lies at or below ICC-like agreement: it is the concordance of the levels over n', () => {
    fc.assert(
      fc.property(pairs, (list) => {
        const kappa = cohensKappa(crossed(list), weightsOf('quadratic', LEVELS)).estimate;
        if (kappa === null) return;
        const n = list.length;
        const mean = (side: 0 | 1) => list.reduce((sum, pair) => sum + pair[side], 0) / n;
        const product = list.reduce((sum, [a, b]) => sum + (a - mean(0)) * (b - mean(1)), 0);
        const squares = list.reduce((sum, [a, b]) => sum + (a - mean(0)) ** 2 + (b - mean(1)) ** 2, 0);
        same(kappa, (2 * product) / (squares + n * (mean(0) - mean(1)) ** 2));
      }),
      runs,
    );
  });
  it('McNemar does not know who comes first; p is a probability', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(300), (b, c) => {
        const found = mcnemar(b, c);
        same(found.exactP, mcnemar(c, b).exactP);
        if (b + c === 0) expect(found.exactP).toBeNull();
        else
          for (const p of [found.exactP!, found.p!, found.plainP!])
            expect(p > 0 && p <= 1 + 1e-12).toBe(true);
      }),
      runs,
    );
  });
});

describe('many raters with missing ratings', () => {
  it('coefficients do not know the order of raters, subjects or the names of levels', () => {
    fc.assert(
      fc.property(
        ratings,
        fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4, maxLength: 4 }),
        (rows, names) => {
          const turned = rows.map((row) => row.toReversed()).toReversed();
          const renamed = rows.map((row) => row.map((v) => (v === null ? null : names[v])));
          for (const other of [turned, renamed]) {
            same(krippendorffAlpha(rows, 'nominal').estimate, krippendorffAlpha(other, 'nominal').estimate);
            same(
              gwet(countLevels(rows, LEVELS), 'unweighted').estimate,
              gwet(countLevels(other, LEVELS), 'unweighted').estimate,
            );
            same(
              gwet(countLevels(rows, LEVELS), 'unweighted').se,
              gwet(countLevels(other, LEVELS), 'unweighted').se,
            );
          }
          same(krippendorffAlpha(rows, 'ordinal').estimate, krippendorffAlpha(turned, 'ordinal').estimate);
        },
      ),
      runs,
    );
  });
  it('alpha: at most 1; interval alpha does not know unit and origin, ratio alpha not the unit', () => {
    fc.assert(
      fc.property(
        ratings,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: -5, max: 5 }),
        (rows, unit, origin) => {
          const moved = rows.map((row) => row.map((v) => (v === null ? null : unit * v + origin)));
          const scaled = rows.map((row) => row.map((v) => (v === null ? null : unit * v)));
          const found = krippendorffAlpha(rows, 'interval').estimate;
          same(found, krippendorffAlpha(moved, 'interval').estimate);
          same(krippendorffAlpha(rows, 'ratio').estimate, krippendorffAlpha(scaled, 'ratio').estimate);
          if (found !== null) expect(found).toBeLessThanOrEqual(1 + 1e-12);
        },
      ),
      runs,
    );
  });
  it('everything agreed is 1', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(LEVELS - 1), { minLength: 2, maxLength: 20 }),
        fc.integer({ min: 2, max: 5 }),
        (truth, raters) => {
          const rows = truth.map((level) => new Array<number>(raters).fill(level));
          if (new Set(truth).size < 2) return;
          const counts = countLevels(rows, LEVELS);
          for (const value of [
            fleissKappa(counts).estimate,
            gwet(counts, 'unweighted').estimate,
            gwet(counts, 'quadratic').estimate,
            krippendorffAlpha(rows, 'ordinal').estimate,
            krippendorffAlpha(rows, 'ratio').estimate,
            congerKappa(rows, LEVELS).estimate,
            intraclass(rows).icc2.estimate,
          ]) {
            same(value, 1);
          }
        },
      ),
      runs,
    );
  });
  it('ICC: single below average, consistency not below agreement when positive, unit and origin do not matter', () => {
    const table = fc.integer({ min: 2, max: 5 }).chain((raters) =>
      fc.array(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: raters, maxLength: raters }), {
        minLength: 3,
        maxLength: 15,
      }),
    );
    fc.assert(
      fc.property(
        table,
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: -90, max: 90 }),
        (rows, unit, origin) => {
          const found = intraclass(rows);
          const moved = intraclass(rows.map((row) => row.map((v) => unit * v + origin)));
          for (const form of ['icc1', 'icc2', 'icc3'] as const) {
            same(found[form].estimate, moved[form].estimate);
            const { estimate, ci95, p } = found[form];
            if (estimate === null) continue;
            expect(estimate).toBeLessThanOrEqual(1 + 1e-12);
            if (p !== null) expect(p >= 0 && p <= 1).toBe(true);
            if (ci95 !== null && form !== 'icc2') {
              expect(ci95[0]).toBeLessThanOrEqual(estimate + 1e-12);
              expect(ci95[1]).toBeGreaterThanOrEqual(estimate - 1e-12);
            }
            const average = found[`${form}k`].estimate;
            if (estimate > 0) expect(average!).toBeGreaterThanOrEqual(estimate - 1e-12);
          }
          const [agreement, consistency] = [found.icc2.estimate, found.icc3.estimate];
          // A spread between raters above the residual can only lower agreement.
          const spread = rows[0].map((_, j) => rows.reduce((sum, row) => sum + row[j], 0));
          if (agreement !== null && consistency !== null && agreement > 0 && new Set(spread).size === 1) {
            expect(agreement).toBeGreaterThanOrEqual(consistency - 1e-9);
          }
        },
      ),
      runs,
    );
  });
  it('no table gives NaN or infinity, and every null has a note', () => {
    const table = fc.record({
      rows: ratings,
      scale: fc.constantFrom('nominal', 'ordinal', 'interval', 'ratio'),
    });
    fc.assert(
      fc.property(table, ({ rows, scale }) => {
        const input = {
          raters: rows[0].map((_, n) => `r${n}`),
          scale,
          levels: [0, 1, 2, 3],
          places: rows,
          values: rows,
        } as RatingTable;
        const found = ratingAgreement(input);
        const check = (value: unknown): void => {
          if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
          else if (value !== null && typeof value === 'object') Object.values(value).forEach(check);
        };
        check(found);
        if (found.fleiss?.estimate === null) expect(found.notes.join(' ')).toMatch(/Fleiss/);
        if (completeRows(rows).length < 2 && scale === 'ratio') expect(found.notes.join(' ')).toMatch(/ICC/);
      }),
      runs,
    );
  });
});

describe('Holm', () => {
  it('never lowers a p, keeps the order, and reaches no further than Bonferroni', () => {
    const list = fc.array(fc.option(fc.double({ min: 0, max: 1, noNaN: true })), { maxLength: 12 });
    fc.assert(
      fc.property(list, (p) => {
        const adjusted = holm(p);
        const tests = p.filter((value) => value !== null).length;
        p.forEach((value, n) => {
          if (value === null) {
            expect(adjusted[n]).toBeNull();
            return;
          }
          expect(adjusted[n]!).toBeGreaterThanOrEqual(value);
          expect(adjusted[n]!).toBeLessThanOrEqual(Math.min(1, value * tests) + 1e-12);
          p.forEach((other, m) => {
            if (other !== null && value < other) expect(adjusted[n]!).toBeLessThanOrEqual(adjusted[m]!);
          });
        });
      }),
      runs,
    );
  });
});
