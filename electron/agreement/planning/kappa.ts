// How wide an interval of kappa to expect from a study of so many cases and readers.
import { Z95 } from '../distributions/index.ts';

export interface KappaPlan {
  /** The kappa expected, 0 … 1. */
  readonly kappa: number;
  /** Share of each level among all ratings; adds up to 1. Two levels: [1 − prevalence, prevalence]. */
  readonly shares: readonly number[];
  /** Ratings a case: readers (inter-reader kappa), or rounds of one reader (intra-reader kappa). */
  readonly raters: number;
}

/** Above this many combinations of levels among raters the sum over them is refused. */
const MOST_COMBINATIONS = 200_000;

/**
 * Large-sample variance of Fleiss' kappa times the number of cases, when with probability kappa all raters of a case
 * agree by the case's nature and otherwise each rates by the shares: the common correlation model (Mak 1988, J R Stat
 * Soc C 37:344–352; Bloch and Kraemer 1989, Biometrics 45:269–287, whose formula for two raters and two levels this
 * equals), with the linearised variance of Gwet 2008. Throws RangeError for a plan that makes no sense.
 */
export function kappaUnitVariance({ kappa, shares, raters }: KappaPlan): number {
  checkPlan({ kappa, shares, raters });
  const chance = shares.reduce((sum, p) => sum + p * p, 0);
  let variance = 0;
  forEachCombination(raters, shares.length, (counts) => {
    const agreeing = counts.reduce((sum, c) => sum + c * (c - 1), 0) / (raters * (raters - 1));
    const byChance = counts.reduce((sum, c, k) => sum + (c / raters) * shares[k], 0);
    const own = (agreeing - chance - 2 * (1 - kappa) * (byChance - chance)) / (1 - chance);
    const all = counts.indexOf(raters);
    const probability = (1 - kappa) * multinomial(counts, shares) + (all >= 0 ? kappa * shares[all] : 0);
    variance += probability * (own - kappa) ** 2;
  });
  return variance;
}

/** Expected width of the 95 % interval of kappa from `cases` cases: 2 · 1.96 standard errors. */
export function kappaWidth(plan: KappaPlan, cases: number): number {
  if (!(cases >= 2)) throw new RangeError(`${cases} cases are too few`);
  return 2 * Z95 * Math.sqrt(kappaUnitVariance(plan) / cases);
}

/** The fewest cases for which the 95 % interval is expected to be no wider than `width`. */
export function kappaCases(plan: KappaPlan, width: number): number {
  if (!(width > 0)) throw new RangeError(`a width of ${width} cannot be had`);
  return Math.max(2, Math.ceil(kappaUnitVariance(plan) * ((2 * Z95) / width) ** 2 - 1e-9));
}

function checkPlan({ kappa, shares, raters }: KappaPlan): void {
  if (!(kappa >= 0 && kappa <= 1)) throw new RangeError(`a kappa of ${kappa} is not between 0 and 1`);
  if (!Number.isInteger(raters) || raters < 2)
    throw new RangeError(`${raters} ratings a case: it takes two or more`);
  const total = shares.reduce((sum, p) => sum + p, 0);
  if (shares.length < 2 || shares.some((p) => !(p > 0)) || Math.abs(total - 1) > 1e-9) {
    throw new RangeError('the shares must be two or more, all positive, and add up to 1');
  }
  let combinations = 1;
  for (let k = 1; k < shares.length; k++) combinations *= (raters + k) / k;
  if (combinations > MOST_COMBINATIONS) {
    throw new RangeError(`${raters} raters and ${shares.length} levels are too many to sum over`);
  }
}

function forEachCombination(total: number, levels: number, visit: (counts: readonly number[]) => void): void {
  const counts = new Array<number>(levels).fill(0);
  const fill = (level: number, left: number) => {
    if (level === levels - 1) {
      counts[level] = left;
      visit(counts);
      return;
    }
    for (let count = 0; count <= left; count++) {
      counts[level] = count;
      fill(level + 1, left - count);
    }
  };
  fill(0, total);
}

function multinomial(counts: readonly number[], shares: readonly number[]): number {
  let probability = 1;
  let seen = 0;
  counts.forEach((count, k) => {
    for (let n = 1; n <= count; n++) probability *= (++seen * shares[k]) / n;
  });
  return probability;
}
