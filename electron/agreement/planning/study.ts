// Cases × readers × rounds → the intervals to expect, for whoever designs a study.
import { kappaWidth } from './kappa.ts';
import { iccWidth, limitWidth, meanWidth } from './measurements.ts';

export interface StudyPlan {
  readonly cases: number;
  readonly readers: number;
  readonly rounds: number;
  /** What is expected: only what is given is planned for. */
  readonly kappa?: { readonly inter: number; readonly intra: number; readonly shares: readonly number[] };
  readonly icc?: { readonly inter: number; readonly intra: number };
  /** Standard deviation over cases of a figure of pairs such as Dice. */
  readonly figureSd?: number;
}
export interface ExpectedWidths {
  /** Between readers within a round; null with one reader. */
  inter: { kappa: number | null; icc: number | null; figure: number | null; limit: number | null } | null;
  /** Between rounds of one reader, for each reader alone; null with one round. */
  intra: { kappa: number | null; icc: number | null; figure: number | null; limit: number | null } | null;
  notes: string[];
}

/**
 * Expected widths of 95 % intervals; `limit` in standard deviations of the differences of two readings. Readers' rounds
 * are planned reader by reader: readings of one case by several readers are not independent, so pooling them does not
 * multiply cases. Throws RangeError for a plan that makes no sense.
 */
export function expectedWidths(plan: StudyPlan): ExpectedWidths {
  const { cases, readers, rounds, kappa, icc, figureSd } = plan;
  for (const [name, count] of Object.entries({ cases, readers, rounds })) {
    if (!Number.isInteger(count) || count < 1)
      throw new RangeError(`${count} ${name}: a whole number of 1 or more is needed`);
  }
  if (cases < 2) throw new RangeError('one case gives no interval');
  const widths = (raters: number, kind: 'inter' | 'intra') => ({
    kappa: kappa ? kappaWidth({ kappa: kappa[kind], shares: kappa.shares, raters }, cases) : null,
    icc: icc ? iccWidth({ icc: icc[kind], raters }, cases) : null,
    figure: figureSd === undefined ? null : meanWidth(figureSd, cases),
    limit: limitWidth(cases),
  });
  const notes = [
    'Kappa: common correlation model (Bloch and Kraemer 1989), large sample. ICC: Bonett 2002. Limits of agreement: Bland and Altman 1986.',
  ];
  if (readers < 2) notes.push('One reader: nothing between readers can be said.');
  if (rounds < 2) notes.push('One round: nothing within a reader can be said.');
  return {
    inter: readers < 2 ? null : widths(readers, 'inter'),
    intra: rounds < 2 ? null : widths(rounds, 'intra'),
    notes,
  };
}
