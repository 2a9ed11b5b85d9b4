// A table of ratings → every coefficient that its scale allows, by pairs of raters and over all raters.
import { blandAltman, type BlandAltman } from '../bland-altman.ts';
import {
  linConcordance,
  pairedT,
  pearson,
  wilcoxon,
  type Concordance,
  type Correlation,
  type PairedT,
  type Wilcoxon,
} from '../volumes/index.ts';
import { observedAgreement, pabak, type Kappa } from './cohen.ts';
import type { Estimate } from './estimate.ts';
import { fleissKappa, type FleissKappa } from './fleiss.ts';
import { gwet } from './gwet.ts';
import { intraclass, type Icc, type IccForm } from './icc.ts';
import {
  ALPHA_LEVELS,
  krippendorffAlpha,
  krippendorffAlphaOfCounts,
  type AlphaLevel,
} from './krippendorff.ts';
import { pairKappas, pairTable } from './pair-kappas.ts';
import { completeRows, countLevels, ratedPairs, type Ratings } from './rating-table.ts';
import type { WeightKind } from './weights.ts';

/** Each scale has what the weaker ones before it have. */
export type Scale = AlphaLevel;
export const SCALES: readonly Scale[] = ALPHA_LEVELS;
/** Above this many levels numbers are measurements, and coefficients of levels say nothing. */
export const MOST_LEVELS = 300;

export interface RatingTable {
  readonly raters: readonly string[];
  readonly scale: Scale;
  /** Every level in order, used or not. */
  readonly levels: readonly (number | string)[];
  /** subjects × raters: the level's place, or null where it is missing. */
  readonly places: Ratings;
  /** The numbers themselves; needed from the interval scale on. */
  readonly values: Ratings | null;
}

export interface PairAgreement {
  a: string;
  b: string;
  n: number;
  kappa: Record<WeightKind, Kappa | null>;
  percentAgreement: number | null;
  pabak: number | null;
  blandAltman: BlandAltman | null;
  pearson: Correlation | null;
  lin: Concordance | null;
  pairedT: PairedT | null;
  wilcoxon: Wilcoxon | null;
}
export interface GroupAgreement {
  fleiss: FleissKappa | null;
  krippendorff: Record<AlphaLevel, number | null>;
  gwet: { ac1: Estimate | null; ac2: { linear: Estimate | null; quadratic: Estimate | null } };
  icc: Record<IccForm, Icc> | null;
}
export interface RatingAgreement extends GroupAgreement {
  pairs: PairAgreement[];
  /** Why something is null, what was left out and which way differences go; one sentence each. */
  notes: string[];
}

const has = (scale: Scale, needed: Scale) => SCALES.indexOf(scale) >= SCALES.indexOf(needed);

/**
 * All coefficients of a table of at least two raters. What the scale does not allow is null and named in `notes`, as is
 * every number that the data leave undefined. Pairs take the subjects that both rated; Fleiss and ICC those that all
 * rated; Krippendorff and Gwet take every rating they can use.
 */
export function ratingAgreement(table: RatingTable): RatingAgreement {
  const { raters, scale, levels, places, values } = table;
  const notes = scaleNotes(scale);
  const asLevels = levels.length <= MOST_LEVELS;
  if (!asLevels) {
    notes.push(
      `There are ${levels.length} different values: kappa, Fleiss, Gwet and the share of agreement are for levels and are null here (more than ${MOST_LEVELS}).`,
    );
  }
  const pairs: PairAgreement[] = [];
  for (let a = 0; a < raters.length; a++) {
    for (let b = a + 1; b < raters.length; b++) pairs.push(pairAgreement(table, a, b, asLevels, notes));
  }
  const left = places.length - completeRows(places).length;
  if (left > 0) {
    const which = has(scale, 'interval') ? 'Fleiss and ICC leave' : 'Fleiss leaves';
    notes.push(`${which} out ${left} of ${places.length} subjects, which not every rater rated.`);
  }
  if (has(scale, 'interval')) {
    notes.push(
      'Differences (Bland–Altman, t, Wilcoxon) are b − a; v is the rank sum of the positive ones.',
      'The interval of icc2 is Satterthwaite’s; that of icc2k is its Spearman–Brown step-up, as in R psych.',
    );
  }
  const ofCounts = asLevels
    ? levelCoefficients(countLevels(places, levels.length), completeRows(places), table, notes)
    : null;
  const icc = has(scale, 'interval') && values ? intraclass(completeRows(values)) : null;
  if (icc)
    noteAll(
      notes,
      'ICC',
      Object.values(icc).map((form) => form.reason),
    );
  return {
    pairs,
    fleiss: ofCounts?.fleiss ?? null,
    krippendorff: alphas(
      scale,
      (level) => {
        const numbers = level === 'nominal' || level === 'ordinal' ? places : values!;
        return krippendorffAlpha(numbers, level);
      },
      notes,
    ),
    gwet: ofCounts?.gwet ?? { ac1: null, ac2: { linear: null, quadratic: null } },
    icc,
    notes: [...new Set(notes)],
  };
}

/**
 * The coefficients that need no named raters, from counts (one row a subject, one column a level). `numbers`: the
 * levels as numbers, for alpha from the interval scale on.
 */
export function countAgreement(
  counts: readonly (readonly number[])[],
  scale: Scale,
  numbers: readonly number[] | null,
): RatingAgreement {
  const notes = scaleNotes(scale);
  notes.push('Counts do not say who rated what: pairs of raters and ICC need the ratings themselves.');
  const fleiss = fleissKappa(counts);
  noteAll(notes, 'Fleiss', [fleiss.reason]);
  const alpha = (level: AlphaLevel) =>
    krippendorffAlphaOfCounts(
      counts,
      level,
      level === 'interval' || level === 'ratio' ? numbers! : undefined,
    );
  return {
    pairs: [],
    fleiss,
    krippendorff: alphas(scale, alpha, notes),
    gwet: gwetOf(counts, scale, notes),
    icc: null,
    notes: [...new Set(notes)],
  };
}

function scaleNotes(scale: Scale): string[] {
  const absent: [Scale, string][] = [
    ['ordinal', 'weighted kappa, AC2 and ordinal alpha'],
    ['interval', 'Bland–Altman, Pearson, Lin, t, Wilcoxon, ICC and interval alpha'],
    ['ratio', 'ratio alpha'],
  ];
  return absent
    .filter(([needed]) => !has(scale, needed))
    .map(
      ([needed, what]) =>
        `The scale is ${scale}: ${what} need${needed === 'ratio' ? 's' : ''} ${needed} data and ${needed === 'ratio' ? 'is' : 'are'} null.`,
    );
}

function noteAll(notes: string[], what: string, reasons: readonly (string | null)[]): void {
  for (const reason of new Set(reasons)) if (reason) notes.push(`${what}: ${reason}.`);
}

function pairAgreement(
  table: RatingTable,
  a: number,
  b: number,
  asLevels: boolean,
  notes: string[],
): PairAgreement {
  const { raters, scale, levels, places, values } = table;
  const name = `${raters[a]} and ${raters[b]}`;
  const chosen = ratedPairs(places, a, b);
  const crossed = asLevels ? pairTable(chosen) : null;
  const kappas = crossed && pairKappas(crossed, levels.length);
  const kappa = {
    unweighted: kappas?.unweighted ?? null,
    linear: has(scale, 'ordinal') ? (kappas?.linear ?? null) : null,
    quadratic: has(scale, 'ordinal') ? (kappas?.quadratic ?? null) : null,
  };
  noteAll(
    notes,
    `Kappa of ${name}`,
    Object.values(kappa).map((k) => k?.reason ?? null),
  );
  const shared = {
    a: raters[a],
    b: raters[b],
    n: chosen.length,
    kappa,
    percentAgreement: crossed && observedAgreement(crossed.table),
    pabak: crossed && pabak(crossed.table, levels.length),
  };
  if (crossed && shared.pabak === null) {
    noteAll(notes, `PABAK of ${name}`, [
      chosen.length === 0 ? 'no subject was rated by both' : 'there is only one level',
    ]);
  }
  if (!has(scale, 'interval') || values === null) {
    return { ...shared, blandAltman: null, pearson: null, lin: null, pairedT: null, wilcoxon: null };
  }
  const pairs = ratedPairs(values, a, b);
  const differences = pairs.map(([x, y]) => y - x);
  const limits = blandAltman(pairs);
  const figures = {
    pearson: pearson(pairs),
    lin: linConcordance(pairs),
    pairedT: pairedT(differences),
    wilcoxon: wilcoxon(differences),
  };
  if (limits === null) notes.push(`Bland–Altman of ${name}: it needs two pairs.`);
  noteAll(notes, `Pearson of ${name}`, [figures.pearson.reason]);
  noteAll(notes, `Lin of ${name}`, [figures.lin.reason]);
  noteAll(notes, `Paired t of ${name}`, [figures.pairedT.reason]);
  noteAll(notes, `Wilcoxon of ${name}`, [figures.wilcoxon.reason]);
  return { ...shared, blandAltman: limits, ...figures };
}

function levelCoefficients(
  counts: number[][],
  complete: number[][],
  { levels, scale }: RatingTable,
  notes: string[],
): Pick<GroupAgreement, 'fleiss' | 'gwet'> {
  const fleiss = fleissKappa(countLevels(complete, levels.length));
  const named = fleiss.categories.length === 0 ? levels.map(() => ({ kappa: null, z: null, p: null })) : null;
  noteAll(notes, 'Fleiss', [fleiss.reason]);
  return { fleiss: named ? { ...fleiss, categories: named } : fleiss, gwet: gwetOf(counts, scale, notes) };
}

function gwetOf(
  counts: readonly (readonly number[])[],
  scale: Scale,
  notes: string[],
): GroupAgreement['gwet'] {
  const ordered = has(scale, 'ordinal');
  const ac1 = gwet(counts, 'unweighted');
  noteAll(notes, 'Gwet', [ac1.reason]);
  return {
    ac1,
    ac2: {
      linear: ordered ? gwet(counts, 'linear') : null,
      quadratic: ordered ? gwet(counts, 'quadratic') : null,
    },
  };
}

function alphas(
  scale: Scale,
  alphaOf: (level: AlphaLevel) => { estimate: number | null; reason: string | null },
  notes: string[],
): Record<AlphaLevel, number | null> {
  const entries = ALPHA_LEVELS.map((level) => {
    if (!has(scale, level)) return [level, null] as const;
    const { estimate, reason } = alphaOf(level);
    noteAll(notes, `Krippendorff ${level}`, [reason]);
    return [level, estimate] as const;
  });
  return Object.fromEntries(entries) as Record<AlphaLevel, number | null>;
}
