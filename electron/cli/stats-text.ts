// What `concord stats` prints for people.
import type { StatsResult } from './stats.ts';

const UNDEFINED = '–';
const show = (value: number | null | undefined, digits = 4) =>
  value === null || value === undefined ? UNDEFINED : value.toFixed(digits);
const interval = (ci: readonly [number, number] | null | undefined, digits = 4) =>
  ci ? `[${show(ci[0], digits)}, ${show(ci[1], digits)}]` : '';
const pValue = (p: number | null | undefined) =>
  p === null || p === undefined ? '' : p < 0.0001 ? 'p < 0.0001' : `p = ${p.toFixed(4)}`;

type Row = [name: string, value: string, interval?: string, more?: string];

/** Text of the result: one block a pair of raters, one for all raters, then notes. */
export function statsText(found: StatsResult): string {
  const raters = found.raters.length > 0 ? `, raters ${found.raters.join(', ')}` : '';
  const lines = [`${found.subjects} subjects${raters}; ${found.scale} scale`];
  for (const pair of found.pairs)
    lines.push('', `${pair.a} and ${pair.b} (n = ${pair.n})`, ...table(pairRows(pair)));
  const group = groupRows(found);
  if (group.length > 0) lines.push('', 'All raters', ...table(group));
  if (found.bootstrap) {
    const { replicates, seed, intervals } = found.bootstrap;
    const rows = Object.entries(intervals).map(([name, figure]): Row => {
      const percentile = figure.percentile && `percentile ${interval(figure.percentile)}`;
      return [name, show(figure.estimate), figure.bca ? `BCa ${interval(figure.bca)}` : '', percentile ?? ''];
    });
    lines.push('', `Bootstrap of subjects (${replicates} resamples, seed ${seed})`, ...table(rows));
  }
  if (found.notes.length > 0) lines.push('', ...found.notes.map((note) => `note: ${note}`));
  return lines.join('\n');
}

function pairRows(pair: StatsResult['pairs'][number]): Row[] {
  const rows: Row[] = [];
  for (const kind of ['unweighted', 'linear', 'quadratic'] as const) {
    const kappa = pair.kappa[kind];
    if (kappa)
      rows.push([`Cohen’s kappa, ${kind}`, show(kappa.estimate), interval(kappa.ci95), pValue(kappa.p)]);
  }
  if (pair.percentAgreement !== null) rows.push(['Observed agreement', show(pair.percentAgreement)]);
  if (pair.pabak !== null) rows.push(['PABAK', show(pair.pabak)]);
  const { blandAltman: limits, pearson, lin, pairedT, wilcoxon } = pair;
  if (limits) {
    rows.push(
      ['Bias (b − a)', show(limits.bias), interval(limits.biasCi95)],
      ['Lower limit of agreement', show(limits.lower), interval(limits.lowerCi95)],
      ['Upper limit of agreement', show(limits.upper), interval(limits.upperCi95)],
    );
  }
  if (pearson) rows.push(['Pearson’s r', show(pearson.r), interval(pearson.ci95)], ['R²', show(pearson.r2)]);
  if (lin) rows.push(['Lin’s concordance', show(lin.ccc), interval(lin.ci95)]);
  if (pairedT) rows.push(['Paired t', show(pairedT.t), `df ${pairedT.df ?? UNDEFINED}`, pValue(pairedT.p)]);
  if (wilcoxon) rows.push(['Wilcoxon V', show(wilcoxon.v, 1), wilcoxon.method ?? '', pValue(wilcoxon.p)]);
  return rows;
}

function groupRows({ fleiss, krippendorff, gwet, icc }: StatsResult): Row[] {
  const rows: Row[] = [];
  if (fleiss) {
    rows.push([
      'Fleiss’ kappa',
      show(fleiss.kappa),
      fleiss.z === null ? '' : `z = ${show(fleiss.z)}`,
      pValue(fleiss.p),
    ]);
    if (fleiss.categories.length <= 20) {
      for (const { level, kappa, z } of fleiss.categories) {
        rows.push([`  level ${level}`, show(kappa), z === null ? '' : `z = ${show(z)}`]);
      }
    }
  }
  for (const [level, alpha] of Object.entries(krippendorff)) {
    if (alpha !== null) rows.push([`Krippendorff’s alpha, ${level}`, show(alpha)]);
  }
  if (gwet.ac1) rows.push(['Gwet’s AC1', show(gwet.ac1.estimate), interval(gwet.ac1.ci95)]);
  for (const kind of ['linear', 'quadratic'] as const) {
    const ac2 = gwet.ac2[kind];
    if (ac2) rows.push([`Gwet’s AC2, ${kind}`, show(ac2.estimate), interval(ac2.ci95)]);
  }
  for (const [form, value] of Object.entries(icc ?? {})) {
    const name = form
      .toUpperCase()
      .replace(/ICC(\d)(K?)/, (_, model: string, mean: string) => `ICC(${model},${mean ? 'k' : '1'})`);
    if (value) rows.push([name, show(value.estimate), interval(value.ci95), pValue(value.p)]);
  }
  return rows;
}

function table(rows: readonly Row[]): string[] {
  const width = (column: 0 | 1 | 2) => Math.max(0, ...rows.map((row) => (row[column] ?? '').length));
  const widths = [width(0), width(1), width(2)];
  return rows.map(([name, value, middle = '', more = '']) =>
    `  ${name.padEnd(widths[0])}  ${value.padStart(widths[1])}  ${middle.padEnd(widths[2])}  ${more}`.trimEnd(),
  );
}
