// Due on top with started reads first, locked by date, sealed last; next is never the open one.
import { describe, expect, it } from 'vitest';
import type { WorklistItem } from '../../electron/contract/reads.ts';
import { groupWorklist, nextItem } from './order.ts';

function item(id: string, state: WorklistItem['state'], position: number, more: Partial<WorklistItem> = {}) {
  return {
    assignmentId: id,
    title: id,
    round: { number: 1, name: 'Round 1', arm: 'assisted' as const },
    position,
    state,
    unlocksAt: null,
    lockedBecause: null,
    readId: null,
    sealedAt: null,
    activeSeconds: 0,
    ...more,
  };
}
const round2 = { number: 2, name: 'Round 2', arm: 'assisted' as const };
const items = [
  item('later', 'locked', 1, { round: round2, unlocksAt: '2026-12-07T00:00:00Z' }),
  item('never', 'locked', 2, { round: round2 }),
  item('soon', 'locked', 3, { round: round2, unlocksAt: '2026-12-01T00:00:00Z' }),
  item('b', 'due', 2),
  item('started', 'draft', 3),
  item('a', 'due', 1),
  item('old', 'sealed', 4, { sealedAt: '2026-11-01T00:00:00Z' }),
  item('new', 'sealed', 5, { sealedAt: '2026-11-02T00:00:00Z' }),
];

describe('worklist', () => {
  it('groups and orders', () => {
    const groups = groupWorklist(items);
    expect(groups.due.map((one) => one.title)).toEqual(['started', 'a', 'b']);
    expect(groups.locked.map((one) => one.title)).toEqual(['soon', 'later', 'never']);
    expect(groups.sealed.map((one) => one.title)).toEqual(['new', 'old']);
  });

  it('finds the next read, and none when all is done', () => {
    expect(nextItem(items, null)?.title).toBe('started');
    expect(nextItem(items, 'started')?.title).toBe('a');
    expect(nextItem(items.slice(6), null)).toBeNull();
    expect(nextItem([item('only', 'draft', 1)], 'only')).toBeNull();
  });
});
