// How a consensus came about, from its journal: what was taken over from whom, and how much was drawn by hand.
import { isTakeName } from '../../electron/contract/adjudication.ts';
import type { PatchEntry } from '../../electron/contract/reads.ts';
import { stacksOf } from '../editing/journal.svelte.ts';

/** Steps that stand, in order: what was undone is left out. */
export function standing(entries: readonly PatchEntry[]): { taken: PatchEntry[]; byHand: number } {
  const kept = new Set(stacksOf(entries).undo);
  const edits = entries.filter((entry) => entry.kind === 'edit' && kept.has(entry.seq));
  const taken = edits.filter(({ tool }) => isTakeName(tool));
  return { taken, byHand: edits.length - taken.length };
}
