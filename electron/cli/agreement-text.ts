// Agreement as text: a table for people, tidy tables for statistics programs.
import type { Agreement, AgreementRow, SummaryValue } from '../contract/agreement.ts';

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

/** File name → CSV text. Numbers with all their digits; undefined ones empty, as R reads NA. */
export function agreementCsv(agreement: Agreement): Record<string, string> {
  const pairs = agreement.rows.map((row) => pairRecord(row));
  const summary = agreement.summary.flatMap((row) =>
    Object.entries(row.values).map(([metric, v]) => ({
      comparison: row.comparison,
      structure_label: row.structureLabel,
      structure: row.structureName,
      pair: row.pair,
      metric,
      n: v.n,
      undefined: v.undefinedCount,
      mean: v.mean,
      sd: v.sd,
      median: v.median,
      minimum: v.minimum,
      maximum: v.maximum,
      ci95_low: v.ci95?.[0] ?? null,
      ci95_high: v.ci95?.[1] ?? null,
    })),
  );
  return {
    'pairs.csv': csv(pairs),
    'summary.csv': csv(summary),
    'definitions.csv': csv(agreement.definitions.map((definition) => ({ ...definition }))),
  };
}

function pairRecord({ metrics, a, b, ...row }: AgreementRow): Record<string, string | number | null> {
  const { kappa, surface, reference, test, notes, label: _label, ...overlap } = metrics;
  return {
    comparison: row.comparison,
    case: row.caseName,
    structure_label: row.structureLabel,
    structure: row.structureName,
    reader_a: a.name,
    round_a: a.round,
    arm_a: a.arm,
    reader_b: b.name,
    round_b: b.round,
    arm_b: b.arm,
    voxels_a: reference.voxels,
    voxels_b: test.voxels,
    volume_a_ml: reference.volumeMl,
    volume_b_ml: test.volumeMl,
    ...overlap,
    kappa_image: kappa.image,
    kappa_union10mm: kappa.union10mm,
    ...surface,
    notes: notes.join(' '),
  };
}

function csv(records: Record<string, string | number | null>[]): string {
  if (records.length === 0) return '';
  const columns = Object.keys(records[0]);
  const cell = (value: string | number | null) => {
    if (value === null) return '';
    const text = String(value);
    // A text that a spreadsheet would run as a formula is told apart from one.
    const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return `${[columns.join(','), ...records.map((record) => columns.map((c) => cell(record[c])).join(','))].join('\n')}\n`;
}
