// `concord metrics REFERENCE TEST`: every agreement figure of two masks.
import type { Command } from 'commander';
import { compareMasks, DEFAULT_SETTINGS, type MetricSettings, type PairMetrics } from '../agreement/index.ts';
import { extendedMetrics, type ExtendedMetrics } from '../agreement/surfaces/index.ts';
import { gridDifference } from '../contract/geometry.ts';
import { Problem } from '../contract/problem.ts';
import { readMask, writeFileAtomically, type Mask } from '../imaging/index.ts';
import { resampleNearest } from './metrics-resample.ts';
import { extendedText } from './metrics-extended.ts';
import { metricsText } from './metrics-table.ts';
import { surfacePointsCsv } from './surface-points.ts';

interface Options {
  label: string;
  nsdTolerance: string;
  percentile: string;
  resample?: boolean;
  extended?: boolean;
  body?: string;
  boundaryWidth?: string;
  surfacePoints?: string;
  json?: boolean;
}

/** Adds `concord metrics` to the command line. */
export function registerMetrics(program: Command): void {
  program
    .command('metrics')
    .description('overlap, volume, kappa and surface distances of two masks')
    .argument('<reference>', 'mask that precision, recall and differences refer to')
    .argument('<test>', 'mask compared with it')
    .option('--label <N|all>', 'label to compare, or all that occur', '1')
    .option(
      '--nsd-tolerance <MM>',
      'tolerance of the surface Dice in mm',
      String(DEFAULT_SETTINGS.nsdToleranceMm),
    )
    .option('--percentile <P>', 'percentile of the hd95 figures', String(DEFAULT_SETTINGS.percentile))
    .option('--resample', 'where the grids differ, take TEST onto the grid of REFERENCE by nearest neighbour')
    .option('--extended', 'also Matthews’ correlation, boundary IoU and area-weighted surface figures')
    .option('--body <mask>', 'with --extended: also kappa over the voxels of this mask that are not 0')
    .option('--boundary-width <MM>', 'with --extended: width of the band of the boundary IoU', '2')
    .option(
      '--surface-points <FILE.csv>',
      'also a table of the reference’s surface, point by point: place and distance in mm',
    )
    .option('--json', 'print one JSON object')
    .action(async (reference: string, test: string, options: Options) => {
      process.stdout.write(`${await metricsOutput(reference, test, options)}\n`);
    });
}

/** What the command prints. Throws Problem for options and files that do not do. */
export async function metricsOutput(
  referencePath: string,
  testPath: string,
  options: Options,
): Promise<string> {
  const label = options.label === 'all' ? 'all' : wholeNumber('--label', options.label, 1, 255);
  const settings = {
    nsdToleranceMm: number('--nsd-tolerance', options.nsdTolerance, 0, Infinity),
    percentile: number('--percentile', options.percentile, 0, 100),
  };
  const reference = await readMask(referencePath);
  const test = await readMask(testPath);
  for (const [path, mask] of [[referencePath, reference] as const, [testPath, test] as const]) {
    for (const warning of mask.warnings) process.stderr.write(`warning: ${path}: ${warning}\n`);
  }
  const notes: string[] = [];
  const onGrid = sameGrid(
    reference,
    test,
    { referencePath, testPath, resample: options.resample ?? false },
    notes,
  );
  const asked = label === 'all' ? label : [label];
  const found = compareMasks(reference.labels, onGrid, reference.grid, asked, settings);
  if (label !== 'all') notes.push(...absentNotes(found[0], reference.labels, onGrid));
  const more = await extendedOf(reference, onGrid, found, settings, { referencePath, ...options });
  if (options.surfacePoints !== undefined) {
    const tables = found.map((one) => surfacePointsCsv(reference.labels, onGrid, reference.grid, one.label));
    // One head for all labels.
    const [first, ...others] = tables.map((table) => table.split('\n'));
    const lines = [...(first ?? ['']), ...others.flatMap((table) => table.slice(1))].filter(Boolean);
    const bytes = new TextEncoder().encode(`${lines.join('\n')}\n`);
    await writeFileAtomically(options.surfacePoints, [bytes]);
  }
  if (!options.json) {
    const text = metricsText(found, notes, { reference: referencePath, test: testPath }, settings.percentile);
    return more === null ? text : `${text}\n\n${extendedText(more)}`;
  }
  const withNotes = found.map((metrics, n) => ({
    ...metrics,
    ...(more ? { extended: more[n] } : {}),
    notes: [...notes, ...metrics.notes],
  }));
  return JSON.stringify(label === 'all' ? { labels: withNotes } : withNotes[0], null, 2);
}

/** The extended figures of every compared label; null unless they were asked for. */
async function extendedOf(
  reference: Mask,
  test: Uint8Array,
  found: readonly PairMetrics[],
  settings: MetricSettings,
  options: Pick<Options, 'extended' | 'body' | 'boundaryWidth'> & { referencePath: string },
): Promise<ExtendedMetrics[] | null> {
  const boundaryMm = number('--boundary-width', options.boundaryWidth ?? '2', 0, Infinity);
  if (!options.extended) {
    if (options.body === undefined) return null;
    throw new Problem('option-not-valid', '--body goes with --extended. Nothing was compared.');
  }
  const body = options.body === undefined ? null : await readMask(options.body);
  const difference = body && gridDifference(reference.grid, body.grid);
  if (difference) {
    throw new Problem(
      'mask-grid-differs',
      `${options.body} is not on the grid of ${options.referencePath}: ${difference}. Nothing was compared.`,
    );
  }
  return found.map(({ label }) =>
    extendedMetrics(
      reference.labels,
      test,
      reference.grid,
      label,
      { ...settings, boundaryMm },
      body?.labels ?? null,
    ),
  );
}

/** The test's labels on the reference's grid; resampled only when that was asked for. */
function sameGrid(
  reference: Mask,
  test: Mask,
  names: { referencePath: string; testPath: string; resample: boolean },
  notes: string[],
): Uint8Array {
  const difference = gridDifference(reference.grid, test.grid);
  if (difference === null) return test.labels;
  if (!names.resample) {
    throw new Problem(
      'mask-grid-differs',
      `${names.testPath} is not on the grid of ${names.referencePath}: ${difference}. ` +
        'Nothing was compared; give --resample to take it onto that grid by nearest neighbour.',
    );
  }
  const { labels, outside } = resampleNearest(test.labels, test.grid, reference.grid);
  notes.push(
    `The test mask was resampled onto the grid of the reference by nearest neighbour (${difference}).`,
  );
  if (outside > 0) {
    const share = ((100 * outside) / labels.length).toFixed(1);
    notes.push(
      `${share} % of the reference’s grid lies outside the test’s image and counts as background there.`,
    );
  }
  return labels;
}

/** Which labels there are, when the asked one is missing from a mask. */
function absentNotes(metrics: PairMetrics, reference: Uint8Array, test: Uint8Array): string[] {
  const list = (labels: Uint8Array) => {
    const seen = new Uint8Array(256);
    for (let n = 0; n < labels.length; n++) seen[labels[n]] = 1;
    const found = [...seen.keys()].filter((label) => label > 0 && seen[label] === 1);
    return found.length > 0 ? `labels ${found.join(', ')}` : 'no labels';
  };
  const notes: string[] = [];
  if (metrics.reference.voxels === 0) {
    notes.push(`Label ${metrics.label} is not in the reference, which holds ${list(reference)}.`);
  }
  if (metrics.test.voxels === 0) {
    notes.push(`Label ${metrics.label} is not in the test mask, which holds ${list(test)}.`);
  }
  return notes;
}

function number(option: string, text: string, low: number, high: number): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (!Number.isFinite(value) || value < low || value > high) {
    const range = high === Infinity ? `of ${low} or more` : `from ${low} to ${high}`;
    throw new Problem('option-not-valid', `${option} takes a number ${range}, not “${text}”.`);
  }
  return value;
}

function wholeNumber(option: string, text: string, low: number, high: number): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new Problem(
      'option-not-valid',
      `${option} takes a whole number from ${low} to ${high} or “all”, not “${text}”.`,
    );
  }
  return value;
}
