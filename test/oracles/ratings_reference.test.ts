// Ratings and measurements beside scikit-learn, statsmodels, SciPy, psych, vcd and lme4 (ratings_reference.py and .R).
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bootstrapIntervals } from '../../electron/agreement/bootstrap/index.ts';
import {
  cohensKappa,
  congerKappa,
  contingencyTable,
  countLevels,
  fleissKappa,
  generalisedKappa,
  holm,
  ICC_FORMS,
  intraclass,
  lightKappa,
  mcnemar,
  WEIGHT_KINDS,
  weightsOf,
} from '../../electron/agreement/ratings/index.ts';
import {
  deming,
  equivalence,
  linConcordance,
  pairedT,
  passingBablok,
  pearson,
  regressionLimits,
  repeatability,
  varianceComponents,
  wilcoxon,
  type Measurement,
} from '../../electron/agreement/volumes/index.ts';

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Reference = any;
const reference = JSON.parse(
  readFileSync(resolve(import.meta.dirname, 'ratings_reference.json'), 'utf8'),
) as Reference;

/** Equal to `within`, relative for numbers above 1. */
function near(found: number | null | undefined, expected: number, within = 1e-9): void {
  expect(found).toBeTypeOf('number');
  expect(Math.abs(found! - expected)).toBeLessThanOrEqual(within * Math.max(1, Math.abs(expected)));
}

describe('ratings', () => {
  it.each<[string, number]>(reference.ratings.map((entry: Reference, n: number) => [entry.name, n]))(
    '%s',
    (_, n) => {
      const { table, levels, python } = reference.ratings[n];
      const r = reference.r.ratings[n];
      const pairs = table.map((row: number[]) => [row[0], row[1]]);
      const crossed = contingencyTable(pairs, levels);
      for (const kind of WEIGHT_KINDS) {
        const found = cohensKappa(crossed, weightsOf(kind, levels));
        const expected = python.kappa[kind];
        near(found.estimate, expected.sklearn);
        near(found.estimate, expected.estimate);
        near(found.se, expected.se);
        near(found.ci95![0], expected.ci95[0]);
        near(found.ci95![1], expected.ci95[1]);
        near(found.z, expected.z);
        near(found.p, expected.p, 1e-6);
        near(found.estimate, r.vcd[kind][0]);
        near(found.se, r.vcd[kind][1]);
      }
      const counts = countLevels(table, levels);
      near(fleissKappa(counts).estimate, python.fleiss);
      near(generalisedKappa(counts, 'unweighted', 'uniform').estimate, python.uniform);
      near(lightKappa(table, levels, 'unweighted').estimate, r.light);
      near(congerKappa(table, levels).estimate, r.conger);
      const discordant = mcnemar(python.mcnemar.only[0], python.mcnemar.only[1]);
      near(discordant.exactP, python.mcnemar.exactP, 1e-6);
      if (discordant.onlyFirst === discordant.onlySecond) {
        // Where the two counts are equal R gives 0, statsmodels (0 − 1)²/n.
        expect(discordant).toMatchObject({ chiSquare: 0, p: 1 });
      } else {
        near(discordant.chiSquare, python.mcnemar.chiSquare);
        near(discordant.p, python.mcnemar.p, 1e-6);
      }
      near(discordant.plainP, python.mcnemar.plainP, 1e-6);
    },
  );
  it('Holm', () => {
    const found = holm([...reference.holm.p, null]);
    reference.holm.adjusted.forEach((p: number, n: number) => near(found[n], p));
    expect(found.at(-1)).toBeNull();
  });
});

describe('measurements', () => {
  it.each<[string, number]>(reference.measurements.map((entry: Reference, n: number) => [entry.name, n]))(
    '%s',
    (_, n) => {
      const { table, python } = reference.measurements[n] as { table: number[][]; python: Reference };
      const r = reference.r.measurements[n];
      const icc = intraclass(table);
      ICC_FORMS.forEach((form, at) => {
        const found = icc[form];
        near(found.estimate, r.icc[at].estimate);
        near(found.f, r.icc[at].f);
        near(found.p, r.icc[at].p, 1e-6);
        near(found.ci95![0], r.icc[at].ci95[0]);
        near(found.ci95![1], r.icc[at].ci95[1]);
        expect([found.df1, found.df2]).toEqual([r.icc[at].df1, r.icc[at].df2]);
      });
      const pairs = table.map((row) => [row[0], row[1]] as const);
      const differences = pairs.map(([a, b]) => b - a);
      const t = pairedT(differences);
      near(t.t, python.t.t);
      near(t.t, r.t.t);
      near(t.p, python.t.p, 1e-6);
      near(t.ci95![0], r.t.ci95[0]);
      near(t.ci95![1], r.t.ci95[1]);
      const tost = equivalence(differences, -2, 2);
      near(tost.pLower, python.tost.pLower, 1e-6);
      near(tost.pUpper, python.tost.pUpper, 1e-6);
      const rank = wilcoxon(differences);
      near(rank.v, r.wilcoxon.v);
      near(rank.p, r.wilcoxon.p, 1e-6);
      expect(rank.method).toBe(r.wilcoxon.exact ? 'exact' : 'normal');
      near(wilcoxon(differences, { method: 'normal' }).p, python.wilcoxon.normalCorrected, 1e-9);
      near(wilcoxon(differences, { method: 'normal', continuity: false }).p, python.wilcoxon.normal, 1e-9);
      if (python.wilcoxon.exact !== undefined) {
        near(wilcoxon(differences, { method: 'exact' }).p, python.wilcoxon.exact, 1e-9);
      }
      const line = pearson(pairs);
      near(line.r, python.pearson.r);
      near(line.ci95![0], python.pearson.ci95[0]);
      near(line.ci95![1], python.pearson.ci95[1]);
      const lin = linConcordance(pairs);
      near(lin.ccc, r.lin.ccc);
      near(lin.ci95![0], r.lin.ci95[0]);
      near(lin.ci95![1], r.lin.ci95[1]);
      const shifted = passingBablok(pairs);
      near(shifted.slope, r.passingBablok.slope);
      near(shifted.intercept, r.passingBablok.intercept);
      near(shifted.slopeCi95![0], r.passingBablok.slopeCi95[0]);
      near(shifted.slopeCi95![1], r.passingBablok.slopeCi95[1]);
      const orthogonal = deming(pairs);
      near(orthogonal.slope, r.deming.slope);
      near(orthogonal.intercept, r.deming.intercept, 1e-8);
      near(orthogonal.slopeCi95![1] - orthogonal.slope!, r.deming.half[1], 1e-8);
      near(orthogonal.interceptCi95![1] - orthogonal.intercept!, r.deming.half[0], 1e-8);
      const limits = regressionLimits(pairs);
      near(limits.intercept, r.regression.coef[0]);
      near(limits.slope, r.regression.coef[1]);
      near(limits.slopeP, r.regression.p, 1e-6);
      near(limits.spreadIntercept, r.regression.spread[0]);
      near(limits.spreadSlope, r.regression.spread[1]);
      near(limits.spreadP, r.regression.spreadP, 1e-6);
      const parts = varianceComponents(
        table.flatMap((row, caseIndex) =>
          row.map((value, reader): Measurement => ({ caseIndex, reader, value })),
        ),
      );
      // lme4 stops its search at about the sixth digit.
      near(parts.mean, r.mean, 1e-6);
      near(parts.case, r.components.case, 2e-5);
      near(parts.reader, r.components.reader, 2e-4);
      near(parts.residual, r.components.Residual, 2e-5);
      expect(parts.caseReader).toBeNull();
    },
  );
  it('rounds: case, reader, reader on a case, residual, some readings missing', () => {
    const { components, mean, withinVariance, df } = reference.r.rounds;
    const found = varianceComponents(reference.rounds);
    near(found.mean, mean, 1e-6);
    near(found.case, components.caseIndex, 1e-4);
    near(found.reader, components.reader, 1e-3);
    near(found.caseReader, components['caseIndex:reader'], 1e-4);
    near(found.residual, components.Residual, 1e-4);
    const own = reference.rounds.filter((m: Measurement) => m.reader === 0) as Measurement[];
    const one = repeatability(
      [...Map.groupBy(own, (m) => m.caseIndex).values()].map((same) => same.map((m) => m.value)),
    );
    near(one.withinSd! ** 2, withinVariance);
    expect(one.measurements - one.subjects).toBe(df);
  });
});

describe('bootstrap intervals from SciPy’s own replicates', () => {
  it.each([0, 1])('set %i', (n) => {
    const { values, replicates, bca, percentile, se } = reference.bootstrap[n];
    const mean = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;
    const jackknife = values.map((_: number, left: number) =>
      mean(values.filter((__: number, at: number) => at !== left)),
    );
    const found = bootstrapIntervals(
      mean(values),
      Float64Array.from(replicates),
      Float64Array.from(jackknife),
    );
    near(found.bca![0], bca[0]);
    near(found.bca![1], bca[1]);
    near(found.percentile![0], percentile[0]);
    near(found.percentile![1], percentile[1]);
    near(found.se, se);
  });
});
