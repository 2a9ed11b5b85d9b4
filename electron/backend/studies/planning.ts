// What a design costs and buys, before anybody reads.
import type { Plan, PlanRequest } from '../../contract/planning.ts';
import { expectedWidths, type ExpectedWidths } from '../../workers/planning-client.ts';

const CURVE_POINTS = 24;

export function planOf(request: PlanRequest): Plan {
  const { cases, readers, design, shares, minutesPerRead } = request;
  const readersPerCase =
    design.reading === 'balanced'
      ? Math.min(design.readersPerCase ?? 2, readers)
      : design.reading === 'split-plot'
        ? Math.max(1, Math.floor(readers / (design.groups ?? 2)))
        : readers;
  const rounds = shares.reduce((sum, share) => sum + share, 0);
  const reads = cases * readersPerCase * rounds;
  const repeats = shares.slice(1);
  const repeatedCases = Math.round(cases * Math.max(0, ...repeats));
  // Crossed arms fill the rounds with different conditions: reads of the same arm come again only in later rounds.
  const conditions = design.armsBy === 'crossed' ? Math.max(1, design.arms.length) : 1;
  const sameAgain = shares.length > conditions;
  const between = widths(request, cases, readersPerCase, 1);
  const within = repeatedCases >= 2 ? widths(request, repeatedCases, 1, 2) : null;
  const notes = [...(between?.notes ?? []).filter((note) => !/^One (reader|round)/.test(note))];
  if (readersPerCase < 2) notes.push('A case has one reader: nothing between readers can be said.');
  if (repeats.length === 0) notes.push('No case is read again: nothing within a reader can be said.');
  else if (!sameAgain) {
    notes.push(
      'Rounds differ in their arm: what is said within a reader is between arms, not of repeated reads.',
    );
  }
  if (repeats.length > 0 && repeatedCases < 2) notes.push('Fewer than two cases are repeated.');
  const most = Math.max(20, cases * 2);
  const step = (most - 4) / (CURVE_POINTS - 1);
  const curve = Array.from({ length: CURVE_POINTS }, (_, n) => {
    const count = Math.round(4 + n * step);
    const at = widths(request, count, readersPerCase, 1)?.inter;
    return { cases: count, kappa: at?.kappa ?? null, icc: at?.icc ?? null };
  });
  return {
    readsPerReader: reads / readers,
    hoursPerReader: ((reads / readers) * minutesPerRead) / 60,
    reads,
    readersPerCase,
    repeatedCases,
    inter: pick(between?.inter ?? null),
    intra: pick(within?.intra ?? null),
    curve,
    notes: [...new Set(notes)],
  };
}

function widths(
  { inter, intra, prevalence }: PlanRequest,
  cases: number,
  readers: number,
  rounds: number,
): ExpectedWidths | null {
  if (cases < 2) return null;
  const shares = [1 - prevalence, prevalence];
  return expectedWidths({ cases, readers, rounds, kappa: { inter, intra, shares }, icc: { inter, intra } });
}

function pick(width: { kappa: number | null; icc: number | null } | null) {
  return width ? { kappa: width.kappa, icc: width.icc } : null;
}
