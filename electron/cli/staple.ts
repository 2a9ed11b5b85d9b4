// `concord staple MASK MASK …`: the hidden truth behind several masks, and how well each rater sees it.
import type { Command } from 'commander';
import { paintPatterns, PatternIndex, staple, stapleLabels } from '../agreement/consensus/index.ts';
import { voxelVolumeMl } from '../contract/geometry.ts';
import { Problem } from '../contract/problem.ts';
import { writeNifti } from '../imaging/index.ts';
import { askedLabel, checkOutput, occurringLabels, readMaskSet, type MaskSet } from './mask-set.ts';

interface StapleOptions {
  label: string;
  output?: string;
  joint?: boolean;
  json?: boolean;
}

/** Adds `concord staple` to the command line. */
export function registerStaple(program: Command): void {
  program
    .command('staple')
    .description('STAPLE of several masks on one grid')
    .argument('<mask...>', 'two masks or more')
    .option('--label <N|all>', 'label to combine, or each one that occurs', '1')
    .option('-o, --output <file>', 'probabilities to write (with --joint: labels), .nii or .nii.gz')
    .option('--joint', 'all labels at once, with a confusion matrix a rater')
    .option('--json', 'print one JSON object')
    .action(async (files: string[], options: StapleOptions) => {
      const found = await stapleOf(files, options);
      process.stdout.write(`${options.json ? JSON.stringify(found, null, 2) : stapleText(found)}\n`);
    });
}

export interface StapleResult {
  label: number;
  prior: number;
  raters: { file: string; sensitivity: number | null; specificity: number | null }[];
  iterations: number | null;
  volumeMl: number;
  notes: string[];
}
export interface JointResult {
  labels: number[];
  prior: number[];
  raters: { file: string; confusion: number[][] }[];
  iterations: number;
  volumes: { label: number; voxels: number; volumeMl: number }[];
  ties: { voxels: number };
  notes: string[];
}

/** What `--json` prints. Throws Problem for options and masks that do not do. */
export async function stapleOf(
  files: string[],
  options: Omit<StapleOptions, 'json'>,
): Promise<StapleResult | { labels: StapleResult[] } | JointResult> {
  const label = askedLabel(options.label);
  checkOutput(options.output);
  if (label === 'all' && options.output && !options.joint) {
    throw new Problem(
      'option-not-valid',
      '-o holds the probabilities of one label: name it with --label, or give --joint for a mask of all. Nothing was written.',
    );
  }
  const set = await readMaskSet(files);
  if (options.joint) return jointStaple(set, options.output);
  if (label === 'all') return { labels: occurringLabels(set.masks).map((one) => oneLabel(set, one).result) };
  const { result, paint } = oneLabel(set, label);
  if (options.output) {
    const voxels = paint(new Float32Array(set.masks[0].length));
    await writeNifti(options.output, {
      grid: set.grid,
      voxels,
      description: `STAPLE probability of label ${label}`,
    });
  }
  return result;
}

function oneLabel({ grid, masks, files }: MaskSet, label: number) {
  const index = new PatternIndex(masks, label);
  const patterns = index.count();
  const found = staple(patterns);
  const voxelMl = voxelVolumeMl(grid);
  const marked = patterns.voxels.slice(1).reduce((sum, count) => sum + count, 0);
  // Nobody marked anything, or everybody marked everything: the masks are their own consensus.
  const probability = found?.probability ?? Float64Array.from(patterns.voxels, (_, p) => (p === 0 ? 0 : 1));
  const volumeMl = probability.reduce((sum, p, n) => sum + (p >= 0.5 ? patterns.voxels[n] * voxelMl : 0), 0);
  const notes = [
    'volumeMl is the volume where the probability is 0.5 or more; the prior is over the whole grid.',
  ];
  if (!found) {
    const why = marked === 0 ? `no mask holds label ${label}` : `every mask is label ${label} everywhere`;
    notes.push(`Sensitivity, specificity and iterations are undefined (null): ${why}.`);
  } else if (!found.converged) notes.push(`It had not settled after ${found.iterations} iterations.`);
  const result: StapleResult = {
    label,
    prior: found?.prior ?? (marked === 0 ? 0 : 1),
    raters: files.map((file, r) => ({
      file,
      sensitivity: found?.sensitivity[r] ?? null,
      specificity: found?.specificity[r] ?? null,
    })),
    iterations: found?.iterations ?? null,
    volumeMl,
    notes,
  };
  return { result, paint: (out: Float32Array) => paintPatterns(index, probability, out) };
}

async function jointStaple({ grid, masks, files }: MaskSet, output?: string): Promise<JointResult> {
  const index = new PatternIndex(masks);
  const patterns = index.count();
  const found = stapleLabels(patterns);
  if (output) {
    const labels = paintPatterns(index, found.winner, new Uint8Array(masks[0].length));
    await writeNifti(output, { grid, labels, description: 'STAPLE of all labels' });
  }
  const voxels = new Float64Array(256);
  found.winner.forEach((label, p) => (voxels[label] += patterns.voxels[p]));
  return {
    labels: found.labels,
    prior: found.prior,
    raters: files.map((file, r) => ({ file, confusion: found.confusion[r] })),
    iterations: found.iterations,
    volumes: found.labels
      .filter((label) => label > 0)
      .map((label) => ({ label, voxels: voxels[label], volumeMl: voxels[label] * voxelVolumeMl(grid) })),
    ties: { voxels: found.tiedVoxels },
    notes: [
      'confusion[said][truth], rows and columns in the order of labels; columns add up to 1.',
      ...(found.tiedVoxels > 0 ? [`${found.tiedVoxels} voxels with a tie are background.`] : []),
      ...(found.converged ? [] : [`It had not settled after ${found.iterations} iterations.`]),
    ],
  };
}

function stapleText(found: Awaited<ReturnType<typeof stapleOf>>): string {
  if ('volumes' in found) {
    const lines = found.volumes.map(({ label, volumeMl }) => `label ${label}  ${volumeMl.toFixed(3)} mL`);
    return [...lines, `${found.iterations} iterations`, ...found.notes.map((note) => `note: ${note}`)].join(
      '\n',
    );
  }
  const all = 'labels' in found ? found.labels : [found];
  if (all.length === 0) return 'All masks are empty: there is no label to combine.';
  const show = (value: number | null) => (value === null ? '–' : value.toFixed(6));
  return all
    .map(({ label, prior, raters, iterations, volumeMl, notes }) =>
      [
        `label ${label}: ${volumeMl.toFixed(3)} mL, prior ${show(prior)}, ${iterations ?? '–'} iterations`,
        ...raters.map(
          (r) => `  sensitivity ${show(r.sensitivity)}  specificity ${show(r.specificity)}  ${r.file}`,
        ),
        ...notes.map((note) => `note: ${note}`),
      ].join('\n'),
    )
    .join('\n\n');
}
