// Published worked examples of kappa, Fleiss, Gwet, Krippendorff, ICC and Bland–Altman, where the folder of them is.
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { blandAltman } from '../../electron/agreement/bland-altman.ts';
import {
  alphaAsIrr,
  cohensKappa,
  contingencyTable,
  fleissKappa,
  generalisedKappa,
  gwet,
  intraclass,
  krippendorffAlpha,
  krippendorffAlphaOfCounts,
  matrixWeights,
  observedAgreement,
  pabak,
  weightsOf,
  type AlphaLevel,
  type IccForm,
  type WeightKind,
} from '../../electron/agreement/ratings/index.ts';
import { pearson } from '../../electron/agreement/volumes/index.ts';

const folder = resolve(import.meta.dirname, '../../../shared/oracles');
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Published = any;
function published(file: string, id: string): Published {
  const entries = JSON.parse(readFileSync(resolve(folder, file), 'utf8')) as { id: string }[];
  return entries.find((entry) => entry.id === id);
}
/** Equal to as many digits as were published. */
function near(found: number | null | undefined, expected: number, within = 1e-9): void {
  expect(found).toBeTypeOf('number');
  expect(Math.abs(found! - expected)).toBeLessThanOrEqual(within);
}
const raw = (table: number[][]): number[][] =>
  table.flatMap((row, i) => row.flatMap((count, j) => Array.from({ length: count }, () => [i, j])));
const counted = (table: number[][]): number[][] =>
  raw(table).map(([i, j]) => table.map((_, level) => Number(level === i) + Number(level === j)));

describe.skipIf(!existsSync(folder))('published examples (needs ../shared/oracles)', () => {
  it.each(['sas_3x3', 'sexual_fun_4x4', 'fleiss_cohen_everitt_1969', 'vision_1946'])('kappa: %s', (id) => {
    const { table, ...kinds } = published('kappa.json', id);
    for (const kind of ['unweighted', 'linear', 'quadratic'] as WeightKind[]) {
      const expected = kinds[kind];
      if (expected === undefined) continue;
      const found = cohensKappa(table, weightsOf(kind, table.length));
      if (typeof expected === 'number') near(found.estimate, expected);
      else {
        near(found.estimate, expected.kappa);
        if (expected.ase) near(found.se, expected.ase);
        if (expected.var) near(found.se! ** 2, expected.var, 1e-12);
        near(found.ci95![0], expected.ci95[0], 6e-5);
        near(found.ci95![1], expected.ci95[1], 6e-5);
        if (expected.z) near(found.z, expected.z, 6e-5);
        if (expected.p_two_sided) near(found.p, expected.p_two_sided, 6e-5);
      }
    }
    (kinds.z ?? []).forEach((z: number, n: number) => {
      const kind = (['unweighted', 'linear', 'quadratic'] as const)[n];
      near(cohensKappa(table, weightsOf(kind, 4)).z, z, 1e-6);
    });
  });
  it('kappa with weights of one’s own: Fleiss, Cohen and Everitt 1969, Cohen 1968', () => {
    const own = published('kappa.json', 'fleiss_cohen_everitt_1969');
    const found = cohensKappa(own.table, matrixWeights(own.similarity_weights));
    near(found.estimate, own.custom_weighted.kappa);
    // As printed in the paper; psych's 0.00275 is not it.
    near(found.se! ** 2, 0.003248, 5e-7);
    const cohen = published('kappa.json', 'cohen_1960_1968');
    const table = cohen.proportions.map((row: number[]) => row.map((p) => Math.round(p * cohen.n)));
    const agreement = cohen.disagreement_weights.map((row: number[]) => row.map((d) => 1 - d / 6));
    near(cohensKappa(table, matrixWeights(agreement)).estimate, cohen.custom_weighted.kappa);
    near(cohensKappa(table, weightsOf('unweighted', 3)).se! ** 2, cohen.unweighted.var, 1e-12);
    near(cohensKappa(table, weightsOf('quadratic', 3)).estimate, cohen.quadratic.kappa);
    // R vcd 1.4-11; psych's variance depends on the scale of the weights.
    near(cohensKappa(table, weightsOf('quadratic', 3)).se! ** 2, 0.00441609179701, 1e-12);
  });
  it('kappa by pairs: anxiety (R irr drops a level that neither rater used)', () => {
    const { ratings, pairs } = published('kappa.json', 'anxiety');
    for (const [name, expected] of Object.entries<Published>(pairs)) {
      const [a, b] = [...name].map((n) => ratings[`rater${n}`] as number[]);
      const levels = [...new Set([...a, ...b])].sort((x, y) => x - y);
      const places = a.map((value, n) => [levels.indexOf(value), levels.indexOf(b[n])] as const);
      const table = contingencyTable(places, levels.length);
      const kinds: [WeightKind, string][] = [
        ['unweighted', 'unweighted'],
        ['linear', 'equal'],
        ['quadratic', 'squared'],
      ];
      for (const [kind, key] of kinds) {
        const found = cohensKappa(table, weightsOf(kind, levels.length));
        near(found.estimate, expected[key][0]);
        near(found.z, expected[key][1], 1e-9);
        near(found.p, expected[key][2], 1e-9);
      }
    }
  });
  it.each(['gwet_cont3x3abstractors', 'gwet_cont4x4diagnosis'])('two raters by irrCAC: %s', (id) => {
    const { table, ...kinds } = published('kappa.json', id);
    for (const kind of ['unweighted', 'linear', 'quadratic'] as WeightKind[]) {
      const expected = kinds[kind] ?? {};
      const counts = counted(table);
      const ac = expected.gwet_ac1 ?? expected.gwet_ac2;
      if (ac) near(gwet(counts, kind).estimate, ac[0]);
      if (ac) near(gwet(counts, kind).se! * Math.sqrt(1 - 1 / counts.length), ac[1], 1e-9);
      if (expected.scott) near(generalisedKappa(counts, kind, 'fleiss').estimate, expected.scott[0]);
      if (expected.brennan_prediger) {
        near(generalisedKappa(counts, kind, 'uniform').estimate, expected.brennan_prediger[0]);
        // For a table of two raters irrCAC divides by n, for raw ratings (as here) by n − 1.
        const se = generalisedKappa(counts, kind, 'uniform').se!;
        near(se * Math.sqrt(1 - 1 / counts.length), expected.brennan_prediger[1], 1e-9);
      }
      if (expected.cohen) near(cohensKappa(table, weightsOf(kind, table.length)).estimate, expected.cohen[0]);
      if (kind === 'unweighted') {
        near(krippendorffAlpha(raw(table), 'nominal').estimate, expected.kripp_alpha[0]);
        if (expected.brennan_prediger) near(pabak(table), expected.brennan_prediger[0]);
        if (expected.percent_agreement) near(observedAgreement(table), expected.percent_agreement[0]);
      }
      if (kind === 'quadratic' && expected.kripp_alpha) {
        near(krippendorffAlpha(raw(table), 'interval').estimate, expected.kripp_alpha[0]);
      }
    }
  });
  it('Fleiss 1971', () => {
    const example = published('fleiss.json', 'fleiss_1971_psychiatric');
    const found = fleissKappa(example.counts);
    near(found.estimate, example.kappa);
    near(found.z, example.z);
    near(found.se, example.se_gwet, 5e-5);
    near(found.ci95![0], example.ci95_gwet[0], 5e-4);
    near(found.ci95![1], example.ci95_gwet[1], 5e-4);
    found.categories.forEach((category, n) => {
      near(category.kappa, example.category_kappa[n], 5e-4);
      near(category.z, example.category_z[n], 5e-3);
    });
    const ac1 = gwet(example.counts, 'unweighted');
    near(ac1.estimate, example.gwet_ac1[0], 5e-6);
    near(ac1.se, example.gwet_ac1[1], 5e-6);
    near(krippendorffAlphaOfCounts(example.counts, 'nominal').estimate, example.kripp_alpha[0], 5e-6);
    near(generalisedKappa(example.counts, 'unweighted', 'uniform').se, example.brennan_prediger[1], 5e-6);
  });
  it('Fleiss: further tables', () => {
    const wikipedia = published('fleiss.json', 'wikipedia_10x5');
    near(fleissKappa(wikipedia.counts).estimate, wikipedia.kappa, wikipedia.tol);
    for (const { counts, fleiss, free_marginal } of published('fleiss.json', 'randolph').cases) {
      const found = fleissKappa(counts);
      if (typeof fleiss === 'number') near(found.estimate, fleiss, 6e-6);
      else expect(found).toMatchObject({ estimate: null, reason: expect.stringMatching(/one and the same/) });
      near(generalisedKappa(counts, 'unweighted', 'uniform').estimate, free_marginal, 6e-6);
    }
    const six = published('fleiss.json', 'gwet_distrib6raters_15');
    for (const [estimate, key] of [
      [fleissKappa(six.counts), 'fleiss'],
      [gwet(six.counts, 'unweighted'), 'gwet_ac1'],
    ] as const) {
      near(estimate.estimate, six[key][0], 5e-8);
      near(estimate.se, six[key][1], 5e-9);
    }
    near(krippendorffAlphaOfCounts(six.counts, 'nominal').estimate, six.kripp_alpha[0], 5e-8);
  });
  it('ICC: Shrout and Fleiss 1979, wine, anxiety', () => {
    const example = published('icc.json', 'shrout_fleiss_1979');
    const found = intraclass(example.ratings);
    for (const [name, [estimate, low, high]] of Object.entries<number[]>(example.psych)) {
      const form = found[name.toLowerCase() as IccForm];
      near(form.estimate, estimate);
      near(form.ci95![0], low, 1e-9);
      near(form.ci95![1], high, 1e-9);
    }
    for (const [name, [f, df1, df2, p]] of Object.entries<number[]>(example.F)) {
      const form = found[name.toLowerCase() as IccForm];
      expect([form.df1, form.df2]).toEqual([df1, df2]);
      near(form.f, f, 1e-8);
      near(form.p, p, 1e-12);
    }
    const wine = published('icc.json', 'wine');
    wine.order.forEach((name: string, n: number) => {
      const form = intraclass(wine.ratings)[name.toLowerCase() as IccForm];
      near(form.estimate, wine.icc_2dp[n], 0.005);
      near(form.ci95![0], wine.ci_low_2dp[n], 0.005);
      near(form.ci95![1], wine.ci_high_2dp[n], 0.005);
    });
    const anxiety = published('icc.json', 'anxiety');
    const columns = Object.values<number[]>(anxiety.ratings);
    const rows = columns[0].map((_, n) => columns.map((column) => column[n]));
    const forms = intraclass(rows);
    const irr: [IccForm, string][] = [
      ['icc1', 'oneway_single'],
      ['icc1k', 'oneway_avg'],
      ['icc3', 'consistency_single'],
      ['icc3k', 'consistency_avg'],
      ['icc2', 'agreement_single'],
    ];
    for (const [form, key] of irr) {
      near(forms[form].estimate, anxiety[key][0]);
      near(forms[form].ci95![0], anxiety[key][1], 1e-9);
      near(forms[form].ci95![1], anxiety[key][2], 1e-9);
    }
    near(forms.icc2k.estimate, anxiety.agreement_avg_irr[0]);
    const levels = [...new Set(rows.flat())].sort((a, b) => a - b);
    for (const [level, alpha] of Object.entries<number>(anxiety.kripp_alpha)) {
      const values = level === 'ordinal' ? rows.map((row) => row.map((v) => levels.indexOf(v))) : rows;
      const found = krippendorffAlpha(values, level as AlphaLevel).estimate!;
      near(alphaAsIrr(found, 20, 3), alpha);
    }
  });
  it('Krippendorff 2011, example C: four observers, twelve units, missing ratings', () => {
    const observers = [
      [1, 2, 3, 3, 2, 1, 4, 1, 2, null, null, null],
      [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, null, 3],
      [null, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, null],
      [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, null],
    ];
    const units = observers[0].map((_, unit) => observers.map((row) => row[unit]));
    const expected = { nominal: 0.743, ordinal: 0.815, interval: 0.849, ratio: 0.797 };
    for (const [level, alpha] of Object.entries(expected)) {
      near(krippendorffAlpha(units, level as AlphaLevel).estimate, alpha, 5e-4);
    }
  });
  it('Bland–Altman 1986: peak flow', () => {
    const { wright1, mini1, first_measurements } = published('bland_altman.json', 'pefr_1986');
    const pairs = wright1.map((w: number, n: number) => [mini1[n], w] as const);
    const found = blandAltman(pairs)!;
    near(found.bias, first_measurements.bias, 1e-9);
    near(found.sd, first_measurements.sd);
    near(found.lower, first_measurements.loa_196[0]);
    near(found.upper, first_measurements.loa_196[1]);
    near(found.biasCi95[0], first_measurements.bias_ci95[0]);
    near(pearson(pairs).r, first_measurements.pearson_r);
  });
});
