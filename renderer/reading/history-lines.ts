// The journal as a person reads it: one line an edit, in order, told apart whether it holds or was taken back.
import type { PatchEntry } from '../../electron/contract/reads.ts';

export interface HistoryLine {
  seq: number;
  tool: string;
  label: number;
  voxels: number;
  at: string;
  /** What undo would take back now. */
  current: boolean;
  /** Taken back, and redo can bring it again. */
  undone: boolean;
}

/** Edits that hold, then those that redo could bring again. What a later edit made unreachable is left out. */
export function historyLines(
  entries: readonly PatchEntry[],
  stacks: { undo: readonly number[]; redo: readonly number[] },
): HistoryLine[] {
  const bySeq = new Map(entries.map((entry) => [entry.seq, entry]));
  const line = (seq: number, more: { current: boolean; undone: boolean }): HistoryLine[] => {
    const entry = bySeq.get(seq);
    if (!entry) return [];
    const { tool, label, voxels, at } = entry;
    return [{ seq, tool, label, voxels, at, ...more }];
  };
  const top = stacks.undo.at(-1);
  return [
    ...stacks.undo.flatMap((seq) => line(seq, { current: seq === top, undone: false })),
    ...stacks.redo.toReversed().flatMap((seq) => line(seq, { current: false, undone: true })),
  ];
}
