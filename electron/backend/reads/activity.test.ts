// Gaps go to the stroke that ends them, and a coffee break counts for a minute.
import { expect, it } from 'vitest';
import { timeByLabel } from './activity.ts';

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();

it('splits the journal’s time by structure', () => {
  const times = timeByLabel(at(0), [
    { kind: 'edit', label: 1, at: at(10) },
    { kind: 'edit', label: 2, at: at(14) },
    { kind: 'undo', label: 2, at: at(15) },
    { kind: 'edit', label: 1, at: at(1000) }, // back from a break
    { kind: 'edit', label: 1, at: at(999) }, // the clock went back a little
  ]);
  expect(Object.fromEntries(times)).toEqual({
    1: { seconds: 70, strokes: 3, undone: 0 },
    2: { seconds: 5, strokes: 1, undone: 1 },
  });
});
