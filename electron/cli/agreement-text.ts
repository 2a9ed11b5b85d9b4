// Agreement as text: a table for people.
import type { Agreement, SummaryValue } from '../contract/agreement.ts';

const KINDS = {
  inter: 'Between readers, same round',
  intra: 'Within a reader, two rounds',
  ai: 'AI mask and sealed read',
};
const COLUMNS: [string, string, number][] = [
  ['Dice', 'dice', 3],
  ['Jaccard', 'jaccard', 3],
  ['ΔV mL', 'volumeDifferenceMl', 2],
  ['κ image', 'kappaImage', 3],
  ['κ +10mm', 'kappaUnion10mm', 3],
  ['HD95 mm', 'hd95PooledMm', 2],
];

/** Mean (SD) of each figure, n, one line a structure and pair; kinds of comparison apart. */
export function agreementText(agreement: Agreement): string {
  if (!agreement.run) return 'No agreement has been computed.\n';
  const lines = [
    `${agreement.run.pairs} pairs of ${agreement.run.sealedReads} sealed reads, metrics ${agreement.run.metricVersion}`,
  ];
  for (const kind of ['inter', 'intra', 'ai'] as const) {
    const rows = agreement.summary.filter((row) => row.comparison === kind);
    if (rows.length === 0) continue;
    const table = [
      ['Structure', 'Pair', 'n', ...COLUMNS.map(([title]) => title)],
      ...rows.map((row) => [
        row.structureName,
        row.pair,
        String(row.values['dice']?.n ?? 0),
        ...COLUMNS.map(([, key, digits]) => meanSd(row.values[key], digits)),
      ]),
    ];
    lines.push('', KINDS[kind], ...aligned(table));
  }
  lines.push(...volumeText(agreement));
  lines.push(
    '',
    'Mean (SD) over cases. A metric with an empty mask is undefined, left out and not counted in n.',
  );
  for (const exclusion of agreement.run.exclusions) lines.push(`note: ${exclusion}`);
  return `${lines.join('\n')}\n`;
}

function meanSd(value: SummaryValue | undefined, digits: number): string {
  if (!value || value.mean === null) return '–';
  return `${value.mean.toFixed(digits)}${value.sd === null ? '' : ` (${value.sd.toFixed(digits)})`}`;
}

function aligned(rows: string[][]): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row
      .map((cell, c) => (c < 2 ? cell.padEnd(widths[c]) : cell.padStart(widths[c])))
      .join('  ')
      .trimEnd(),
  );
}

/** Volumes: limits of agreement of every line over all pairs, ICC, and where the variance comes from. */
function volumeText(agreement: Agreement): string[] {
  const number = (value: number | null) => (value === null ? '–' : value.toFixed(3));
  const lines: string[] = [];
  for (const line of agreement.summary.filter(({ isAll }) => isAll)) {
    const { limits, correlation } = line.volumes;
    const text =
      limits.bias === null
        ? `no limits, ${limits.reason}`
        : `bias ${number(limits.bias)} mL, limits ${number(limits.lower)} to ${number(limits.upper)} mL (${limits.method}), R² ${number(correlation.r2)}`;
    lines.push(`${line.structureName}, ${KINDS[line.comparison].toLowerCase()}, ${line.pair}: ${text}`);
  }
  for (const { structureName, of, icc, cases } of agreement.reliability) {
    const { estimate, ci95, reason } = icc.icc2;
    const interval = ci95 ? ` (${number(ci95[0])} to ${number(ci95[1])})` : '';
    lines.push(
      `${structureName}, ${of}: ICC(2,1) of volumes ${estimate === null ? `–, ${reason}` : number(estimate) + interval}, n ${cases}`,
    );
  }
  return lines.length === 0 ? [] : ['', 'Volumes', ...lines];
}
