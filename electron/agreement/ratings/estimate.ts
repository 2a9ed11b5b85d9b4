// What an agreement coefficient comes with: its standard error, an interval, a test, and a reason where it has none.

export type Interval = [number, number];

/** A number that may be undefined (null), never NaN; `reason` then says why in one sentence. */
export interface Estimate {
  estimate: number | null;
  se: number | null;
  ci95: Interval | null;
  reason: string | null;
}

/** An estimate that cannot be had. */
export function undefinedEstimate(reason: string): Estimate {
  return { estimate: null, se: null, ci95: null, reason };
}

/** How far a sum of rounded numbers may be from zero and still mean zero, relative to 1. */
export const ROUNDING = 1e-12;
