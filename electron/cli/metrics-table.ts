// The metrics of a pair as text for people: one label as a list, several as a table.
import { DEFINITIONS, FIGURES, type FigureKey, type PairMetrics } from '../agreement/index.ts';

const UNDEFINED = '–';

/** What `concord metrics` prints without `--json`. */
export function metricsText(
  labels: readonly PairMetrics[],
  notes: readonly string[],
  files: { reference: string; test: string },
  percentile: number,
): string {
  const heading = [`reference  ${files.reference}`, `test       ${files.test}`, ''];
  const body = labels.length === 1 ? oneLabel(labels[0], percentile) : severalLabels(labels, percentile);
  const perLabel = labels.flatMap((metrics) =>
    metrics.notes.map((note) => (labels.length > 1 ? `Label ${metrics.label}: ${note}` : note)),
  );
  const all = [...new Set([...notes, ...perLabel])];
  return [...heading, ...body, ...(all.length > 0 ? ['', ...all.map((note) => `note: ${note}`)] : [])].join(
    '\n',
  );
}

function oneLabel(metrics: PairMetrics, percentile: number): string[] {
  const side = (name: 'reference' | 'test'): string[] => [
    `Volume of the ${name}`,
    `${metrics[name].volumeMl.toFixed(3)}`,
    `mL (${metrics[name].voxels.toLocaleString('en-US')} voxels)`,
  ];
  const rows = [
    ['Label', String(metrics.label), ''],
    side('reference'),
    side('test'),
    ...DEFINITIONS.map(({ key, name, unit }) => [
      name.replace('HD95', `HD${percentile}`),
      figure(metrics, key),
      unit,
    ]),
  ];
  return aligned(rows, ['left', 'right', 'left']);
}

const COLUMNS: [string, FigureKey][] = [
  ['Dice', 'dice'],
  ['Jaccard', 'jaccard'],
  ['Precision', 'precision'],
  ['Recall', 'recall'],
  ['ΔV mL', 'volumeDifferenceMl'],
  ['κ image', 'kappaImage'],
  ['κ +10mm', 'kappaUnion10mm'],
  ['HD', 'hausdorffMm'],
  ['HD95 pooled', 'hd95PooledMm'],
  ['larger', 'hd95MaxMm'],
  ['mean', 'hd95MeanMm'],
  ['ASSD', 'assdMm'],
  ['MASD', 'masdMm'],
  ['NSD', 'nsd'],
];

function severalLabels(labels: readonly PairMetrics[], percentile: number): string[] {
  if (labels.length === 0) return ['Both masks are empty: there is no label to compare.'];
  const head = [
    'Label',
    'Ref mL',
    'Test mL',
    ...COLUMNS.map(([title]) => title.replace('HD95', `HD${percentile}`)),
  ];
  const rows = labels.map((metrics) => [
    String(metrics.label),
    metrics.reference.volumeMl.toFixed(2),
    metrics.test.volumeMl.toFixed(2),
    ...COLUMNS.map(([, key]) => figure(metrics, key)),
  ]);
  return aligned(
    [head, ...rows],
    head.map(() => 'right'),
  );
}

function figure(metrics: PairMetrics, key: FigureKey): string {
  const value = FIGURES[key](metrics);
  if (value === null) return UNDEFINED;
  return value.toFixed(key.endsWith('Mm') || key.endsWith('Ml') ? 3 : 4);
}

/** Columns as wide as their widest cell, two spaces apart. */
function aligned(rows: readonly (readonly string[])[], sides: readonly ('left' | 'right')[]): string[] {
  const widths = sides.map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        sides[column] === 'left' ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
      )
      .join('  ')
      .trimEnd(),
  );
}
