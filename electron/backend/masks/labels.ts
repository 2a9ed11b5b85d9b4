// Which labels a mask of a study may hold.
import { Problem } from '../../contract/problem.ts';

/**
 * Passes when every label but 0 is a structure of the study. Throws Problem `label-unknown`, naming the labels;
 * `what` is the subject of its sentence.
 */
export function requireLabels(
  labels: Iterable<number>,
  known: ReadonlySet<number>,
  what = 'This change',
): void {
  const unknown = [...new Set(labels)].filter((label) => label !== 0 && !known.has(label));
  if (unknown.length === 0) return;
  const list = unknown.sort((a, b) => a - b).join(', ');
  const have = [...known].sort((a, b) => a - b).join(', ');
  throw new Problem(
    'label-unknown',
    `${what} holds ${unknown.length === 1 ? 'label' : 'labels'} ${list}, and the study's structures are ${have}. Nothing was stored.`,
    { status: 422 },
  );
}

/** The labels of a packed mask's counts. */
export function labelsIn(counts: Record<string, number>): number[] {
  return Object.keys(counts).map(Number);
}
