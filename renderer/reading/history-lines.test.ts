// The history shows what holds, then what redo would bring, in the order it would.
import { describe, expect, it } from 'vitest';
import type { PatchEntry } from '../../electron/contract/reads.ts';
import { historyLines } from './history-lines.ts';

const edit = (seq: number): PatchEntry => ({
  seq,
  kind: 'edit',
  target: null,
  tool: `T${seq}`,
  label: 1,
  voxels: 5,
  at: '2026-11-23T08:00:00.000Z',
});
const back = (seq: number, target: number): PatchEntry => ({ ...edit(seq), kind: 'undo', target });

describe('history', () => {
  it('marks the step that undo takes back, and dims the undone in redo order', () => {
    const entries = [edit(1), edit(2), edit(3), back(4, 3), back(5, 2)];
    const lines = historyLines(entries, { undo: [1], redo: [3, 2] });
    expect(lines.map(({ seq, current, undone }) => [seq, current, undone])).toEqual([
      [1, true, false],
      [2, false, true],
      [3, false, true],
    ]);
  });

  it('leaves out what a later edit made unreachable', () => {
    const entries = [edit(1), edit(2), back(3, 2), edit(4)];
    expect(historyLines(entries, { undo: [1, 4], redo: [] }).map(({ seq }) => seq)).toEqual([1, 4]);
  });
});
