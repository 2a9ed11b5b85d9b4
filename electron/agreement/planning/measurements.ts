// How wide intervals of ICC, limits of agreement and means to expect from a study of so many cases.
import { tQuantile, Z95 } from '../distributions/index.ts';

export interface IccPlan {
  /** The intraclass correlation expected, 0 … 1. */
  readonly icc: number;
  /** Ratings a case: readers, or rounds of one reader. */
  readonly raters: number;
}

/**
 * Expected width of the 95 % interval of a single-rating ICC: 2z·√(2(1−ρ)²(1+(k−1)ρ)² / (k(k−1)(n−1))) (Bonett 2002,
 * Stat Med 21:1331–1335). Throws RangeError for a plan that makes no sense.
 */
export function iccWidth({ icc, raters }: IccPlan, cases: number): number {
  checkIcc({ icc, raters });
  if (!(cases >= 2)) throw new RangeError(`${cases} cases are too few`);
  const spread = 2 * (1 - icc) ** 2 * (1 + (raters - 1) * icc) ** 2;
  return 2 * Z95 * Math.sqrt(spread / (raters * (raters - 1) * (cases - 1)));
}

/**
 * The fewest cases for an interval no wider than `width`: 8z²(1−ρ)²(1+(k−1)ρ)²/(k(k−1)w²) + 1, and 5ρ more for two
 * raters and ρ ≥ 0.7, as Bonett 2002 advises.
 */
export function iccCases({ icc, raters }: IccPlan, width: number): number {
  checkIcc({ icc, raters });
  if (!(width > 0)) throw new RangeError(`a width of ${width} cannot be had`);
  const spread = 8 * Z95 ** 2 * (1 - icc) ** 2 * (1 + (raters - 1) * icc) ** 2;
  const cases = spread / (raters * (raters - 1) * width ** 2) + 1;
  return Math.max(2, Math.ceil(cases + (raters === 2 && icc >= 0.7 ? 5 * icc : 0) - 1e-9));
}

function checkIcc({ icc, raters }: IccPlan): void {
  if (!(icc >= 0 && icc <= 1)) throw new RangeError(`an ICC of ${icc} is not between 0 and 1`);
  if (!Number.isInteger(raters) || raters < 2)
    throw new RangeError(`${raters} ratings a case: it takes two or more`);
}

/**
 * Expected width of the 95 % interval of a limit of agreement, in units of the differences' standard deviation:
 * 2·t(n−1)·√(3/n) (Bland and Altman 1986, Lancet i:307–310).
 */
export function limitWidth(cases: number): number {
  if (!(Number.isInteger(cases) && cases >= 2)) throw new RangeError(`${cases} cases are too few`);
  return 2 * tQuantile(0.975, cases - 1) * Math.sqrt(3 / cases);
}

/** Expected width of the 95 % interval of a mean (of Dice, of HD95) over cases with standard deviation `sd`. */
export function meanWidth(sd: number, cases: number): number {
  if (!(sd >= 0)) throw new RangeError(`a standard deviation of ${sd} is not one`);
  if (!(Number.isInteger(cases) && cases >= 2)) throw new RangeError(`${cases} cases are too few`);
  return (2 * tQuantile(0.975, cases - 1) * sd) / Math.sqrt(cases);
}

/** The fewest cases for which `widthOf(cases)` is at most `width`; null when a million are not enough. */
export function casesFor(widthOf: (cases: number) => number, width: number): number | null {
  let [low, high] = [2, 2];
  while (widthOf(high) > width) {
    if (high >= 1_000_000) return null;
    [low, high] = [high, Math.min(1_000_000, high * 2)];
  }
  while (low < high) {
    const middle = (low + high) >> 1;
    if (widthOf(middle) > width) low = middle + 1;
    else high = middle;
  }
  return low;
}
