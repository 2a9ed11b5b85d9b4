// `concord vote MASK MASK …`: majority vote, ties reported, and how readers agree at voxels.
import type { Command } from 'commander';
import {
  majorityVote,
  paintPatterns,
  PatternIndex,
  voteEntropy,
  voxelAgreement,
} from '../agreement/consensus/index.ts';
import { voxelVolumeMl } from '../contract/geometry.ts';
import { writeNifti } from '../imaging/index.ts';
import { askedLabel, checkOutput, occurringLabels, readMaskSet, type MaskSet } from './mask-set.ts';

interface VoteOptions {
  label: string;
  output?: string;
  entropy?: string;
  json?: boolean;
}

/** Adds `concord vote` to the command line. */
export function registerVote(program: Command): void {
  program
    .command('vote')
    .description('majority vote of several masks on one grid')
    .argument('<mask...>', 'two masks or more')
    .option('--label <N|all>', 'label to vote on, or all labels together', '1')
    .option('-o, --output <file>', 'mask of the winners to write; ties are background')
    .option('--entropy <file>', 'volume of the votes’ entropy in bits to write')
    .option('--json', 'print one JSON object')
    .action(async (files: string[], options: VoteOptions) => {
      const found = await voteOf(files, options);
      process.stdout.write(`${options.json ? JSON.stringify(found, null, 2) : voteText(found)}\n`);
    });
}

export interface VoteResult {
  label: number;
  raters: { file: string; voxels: number; volumeMl: number }[];
  voxels: number;
  volumeMl: number;
  /** Voxels where labels share the most votes and this label is one of them. */
  ties: { voxels: number; volumeMl: number };
  /** Voxels that some but not all raters gave the label. */
  disagreedVoxels: number;
  generalisedDice: number | null;
  fleiss: number | null;
  krippendorff: number | null;
  gwetAc1: number | null;
  notes: string[];
}

/** What `--json` prints. Throws Problem for options and masks that do not do. */
export async function voteOf(
  files: string[],
  options: Omit<VoteOptions, 'json'>,
): Promise<VoteResult | { labels: VoteResult[]; ties: { voxels: number; volumeMl: number } }> {
  const label = askedLabel(options.label);
  checkOutput(options.output);
  checkOutput(options.entropy);
  const set = await readMaskSet(files);
  const index = new PatternIndex(set.masks, label === 'all' ? null : label);
  const patterns = index.count();
  const vote = majorityVote(patterns);
  if (options.output) {
    const winners = label === 'all' ? vote.winner : vote.winner.map((won) => won * label);
    const labels = paintPatterns(index, winners, new Uint8Array(set.masks[0].length));
    await writeNifti(options.output, { grid: set.grid, labels, description: 'majority vote' });
  }
  if (options.entropy) {
    const voxels = paintPatterns(index, voteEntropy(patterns), new Float32Array(set.masks[0].length));
    await writeNifti(options.entropy, { grid: set.grid, voxels, description: 'vote entropy, bits' });
  }
  if (label !== 'all') return labelResult(set, label, null);
  const won = new Float64Array(256);
  vote.winner.forEach((winner, p) => (won[winner] += patterns.voxels[p]));
  return {
    labels: occurringLabels(set.masks).map((one) => labelResult(set, one, won[one])),
    ties: { voxels: vote.tiedVoxels, volumeMl: vote.tiedVoxels * voxelVolumeMl(set.grid) },
  };
}

/** `won`: voxels the label won against all others; null = against everything that is not it. */
function labelResult({ masks, files, grid }: MaskSet, label: number, won: number | null): VoteResult {
  const patterns = new PatternIndex(masks, label).count();
  const { raters, votes, voxels } = patterns;
  const vote = majorityVote(patterns);
  const ml = voxelVolumeMl(grid);
  const count = (belongs: (p: number) => boolean) =>
    voxels.reduce((sum, n, p) => sum + (belongs(p) ? n : 0), 0);
  const votesOf = (p: number) => votes.subarray(p * raters, (p + 1) * raters).reduce((a, b) => a + b, 0);
  const agreement = voxelAgreement(patterns);
  const size = won ?? count((p) => vote.winner[p] === 1);
  const notes = ['Fleiss, Krippendorff and Gwet are over every voxel of the grid; ties are background.'];
  if (agreement.reason) notes.push(`Agreement at voxels is undefined (null): ${agreement.reason}.`);
  return {
    label,
    raters: files.map((file, r) => {
      const own = count((p) => votes[p * raters + r] === 1);
      return { file, voxels: own, volumeMl: own * ml };
    }),
    voxels: size,
    volumeMl: size * ml,
    ties: { voxels: vote.tiedVoxels, volumeMl: vote.tiedVoxels * ml },
    disagreedVoxels: count((p) => votesOf(p) > 0 && votesOf(p) < raters),
    generalisedDice: agreement.generalisedDice,
    fleiss: agreement.fleiss,
    krippendorff: agreement.krippendorff,
    gwetAc1: agreement.gwetAc1,
    notes,
  };
}

function voteText(found: Awaited<ReturnType<typeof voteOf>>): string {
  const all = 'labels' in found ? found.labels : [found];
  if (all.length === 0) return 'All masks are empty: there is no label to vote on.';
  const show = (value: number | null) => (value === null ? '–' : value.toFixed(4));
  const blocks = all.map((result) =>
    [
      `label ${result.label}: ${result.volumeMl.toFixed(3)} mL (${result.voxels} voxels), ties ${result.ties.voxels} voxels`,
      `  generalised Dice ${show(result.generalisedDice)}  Fleiss ${show(result.fleiss)}  Krippendorff ${show(result.krippendorff)}  AC1 ${show(result.gwetAc1)}`,
      ...result.raters.map((rater) => `  ${rater.volumeMl.toFixed(3)} mL  ${rater.file}`),
    ].join('\n'),
  );
  const notes = [...new Set(all.flatMap((result) => result.notes))].map((note) => `note: ${note}`);
  return [...blocks, notes.join('\n')].join('\n\n');
}
