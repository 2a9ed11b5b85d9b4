// The undo stack that follows from the journal's rows. An undo names its edit, so nothing else has to be kept.
import { Problem } from '../../contract/problem.ts';

export interface JournalRow {
  seq: number;
  kind: 'edit' | 'undo' | 'redo';
  target: number | null;
}

/** Edits that can be taken back (last on top), and those taken back that can be done again. */
export class UndoStacks {
  private readonly undo: number[] = [];
  private readonly redo: number[] = [];

  static of(rows: Iterable<JournalRow>): UndoStacks {
    const stacks = new UndoStacks();
    for (const row of rows) stacks.add(row);
    return stacks;
  }

  /** Takes in the next row of the journal. A new edit forgets what could be done again. */
  add(row: JournalRow): void {
    if (row.kind === 'edit') {
      this.undo.push(row.seq);
      this.redo.length = 0;
    } else if (row.kind === 'undo') {
      this.undo.pop();
      if (row.target !== null) this.redo.push(row.target);
    } else {
      this.redo.pop();
      if (row.target !== null) this.undo.push(row.target);
    }
  }

  /** Throws Problem `not-the-last-step` unless `target` is what undo or redo would take now. */
  require(kind: 'undo' | 'redo', target: number): void {
    const top = (kind === 'undo' ? this.undo : this.redo).at(-1);
    if (top === target) return;
    const offer = top === undefined ? `there is nothing to ${kind}` : `step ${top} is next`;
    throw new Problem(
      'not-the-last-step',
      `Step ${target} cannot be ${kind === 'undo' ? 'undone' : 'redone'} now: ${offer}. Nothing was changed; reload the read to see where it stands.`,
      { status: 409 },
    );
  }
}

/** The edits that stand, in order: what was undone and not done again is left out. */
export function standingEdits<
  T extends { seq: number; kind: 'edit' | 'undo' | 'redo'; target: number | null },
>(rows: readonly T[]): T[] {
  const undone = new Set<number>();
  for (const { kind, target } of rows) {
    if (kind === 'undo') undone.add(target!); // undo and redo always have one
    if (kind === 'redo') undone.delete(target!);
  }
  return rows.filter((row) => row.kind === 'edit' && !undone.has(row.seq));
}
