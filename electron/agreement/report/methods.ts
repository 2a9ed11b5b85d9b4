// The methods section, written from what was in fact computed.
import { KAPPA_MARGIN_MM } from '../overlap.ts';
import { caseMeans } from '../table.ts';
import { counted, countedAtStart, dateText, listed } from './format.ts';
import { html, type Html } from './html.ts';
import type { ReportInput } from './report-input.ts';
import { hasSeveralArms, KINDS } from './wording.ts';

const ARMS = {
  assisted: 'an AI mask allowed',
  unassisted: 'no AI mask',
  'after-draft': 'an AI mask after the first draft',
};

/** Paragraphs that could stand in a paper as they are. */
export function methods(input: ReportInput): Html {
  const paragraphs = [
    design(input),
    comparisons(input),
    overlapAndVolume(input),
    surfaces(input),
    statistics(input),
  ];
  return html`<h2 id="methods">Methods</h2>
    ${paragraphs.filter((text) => text !== '').map((text) => html`<p>${text}</p>`)}`;
}

function design({ study, flow, run }: ReportInput): string {
  const imported = flow.reduce((sum, round) => sum + round.imported, 0);
  const rounds = study.rounds.map((round) => {
    const washout =
      round.number > 1 ? `, at least ${counted(round.washoutDays, 'day')} after the round before` : '';
    const arm = ARMS[round.arm];
    const name = round.name === `Round ${round.number}` ? '' : `“${round.name}”, `;
    return `round ${round.number} (${name}${arm}${washout})`;
  });
  return [
    `${countedAtStart(study.readers.length, 'reader')} (${listed(study.readers)}) outlined ${listed(
      study.structures.map((structure) => `${structure.name} (label ${structure.label})`),
    )} on ${counted(study.cases, `${study.modality === 'other' ? '' : `${study.modality} `}case`)} in ${listed(rounds)}.`,
    'Concord kept readers blind to each other’s masks, to their own earlier round and to the identity of the case, and gave each an order of cases of their own.',
    `Only sealed reads were compared; a sealed mask cannot be altered. The figures rest on ${counted(
      run.sealedReads,
      'sealed read',
    )} as of ${dateText(run.computedAt)}${
      imported > 0
        ? `; ${counted(imported, 'of them was', 'of them were')} drawn in another tool and imported as sealed`
        : ''
    }.`,
  ].join(' ');
}

function comparisons({ rows }: ReportInput): string {
  const sentences: string[] = [];
  const has = (kind: string) => rows.some((row) => row.comparison === kind);
  if (has('inter')) {
    sentences.push('Inter-reader agreement compares two readers of the same case in the same round.');
  }
  if (has('intra'))
    sentences.push('Intra-reader agreement compares two rounds of the same reader on the same case.');
  if (has('ai')) {
    sentences.push('Reads that began from an AI mask are also compared with that mask as it was proposed.');
  }
  if (sentences.length > 1) sentences.push('These comparisons are reported apart and never pooled.');
  if (KINDS.some((kind) => hasSeveralArms(rows.filter((row) => row.comparison === kind)))) {
    sentences.push('Reads with and without an AI mask are summarised apart as well.');
  }
  return sentences.join(' ');
}

function overlapAndVolume({ rows }: ReportInput): string {
  if (rows.length === 0) return '';
  return [
    'Masks were compared voxel by voxel on the grid of their case, structure by structure.',
    'Overlap is given as Dice and Jaccard; volume as the difference in millilitres (signed and absolute).',
    `Cohen’s kappa is given over the whole image and over the box around both masks grown by ${KAPPA_MARGIN_MM} mm, because the first depends on how much background the image happens to hold.`,
    'A figure of two empty masks is undefined: such values are left out of means and counted beside them, never replaced by 0 or 1. Where one mask is empty, overlap is 0 and surface distances are undefined.',
  ].join(' ');
}

function surfaces({ rows, settings }: ReportInput): string {
  if (rows.length === 0) return '';
  const p = settings.percentile;
  return [
    'Surface distances are exact Euclidean distances between the centres of surface voxels (foreground with one of its six neighbours in the background or outside the grid), in millimetres and in both directions.',
    `The ${p}th percentile of the Hausdorff distance is given in its three usual forms, since tools differ: of both directed sets pooled, the larger of the two directed percentiles, and their mean; percentiles interpolate linearly.`,
    `Surface Dice counts surface voxels within ${settings.nsdToleranceMm} mm.`,
  ].join(' ');
}

function statistics(input: ReportInput): string {
  const { rows, run, software } = input;
  if (rows.length === 0) return '';
  const several = KINDS.some((kind) => {
    const ofKind = rows.filter(
      (row) => row.comparison === kind && row.structureLabel === rows[0].structureLabel,
    );
    return ofKind.length > caseMeans(ofKind, 'dice').length;
  });
  return [
    several
      ? 'Where a case holds several pairs, their mean enters a summary once, so that n counts cases.'
      : 'n counts cases.',
    'Summaries are mean, sample standard deviation and median; intervals are 95 % confidence intervals of the mean from Student’s t distribution over cases, not cut off at the limits of a figure’s range.',
    input.analysis.lines.some((line) => line.bootstrap !== null)
      ? `Means also have bootstrap intervals (bias-corrected and accelerated, ${input.bootstrap.replicates.toLocaleString('en-GB')} replicates, seed ${input.bootstrap.seed}), for which whole cases were drawn with all their pairs.`
      : '',
    input.analysis.reliability.length > 0
      ? 'Volumes are also treated as measurements: intraclass correlations (Shrout and Fleiss 1979) over the cases that every rater sealed, the standard error of measurement, the repeatability coefficient of each reader, and variance components by restricted maximum likelihood with case, reader and, where reads were repeated, reader by case as random effects.'
      : '',
    'Bland–Altman limits of agreement of volumes are bias ± 1.96 SD; intervals of bias and limits use the t distribution, with standard error √(3/n)·SD for the limits. They are given for one pair and round at a time, so that every case enters once, and for all pairs together with those of one case as repeated measurements (Bland and Altman 2007; intervals by MOVER, Zou 2013); where the absolute residuals regressed on the mean have a slope with p < 0.05, limits by regression (Bland and Altman 1999) are given too. Cases in which neither mask holds the structure do not enter.',
    `Computed with ${software}, metric definitions version ${run.metricVersion} (listed below).`,
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}
