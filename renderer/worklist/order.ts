// The order of the reader's worklist, and which read comes next.
import type { WorklistItem } from '../../electron/contract/reads.ts';

export interface WorklistGroups {
  /** To be read now: started ones first, then in the reader's own order. */
  due: WorklistItem[];
  locked: WorklistItem[];
  sealed: WorklistItem[];
}

const byPosition = (a: WorklistItem, b: WorklistItem) =>
  a.round.number - b.round.number || a.position - b.position;

export function groupWorklist(items: readonly WorklistItem[]): WorklistGroups {
  const sorted = [...items].sort(byPosition);
  const drafts = sorted.filter((item) => item.state === 'draft');
  return {
    due: [...drafts, ...sorted.filter((item) => item.state === 'due')],
    locked: sorted
      .filter((item) => item.state === 'locked')
      .sort((a, b) => (a.unlocksAt ?? '9').localeCompare(b.unlocksAt ?? '9') || byPosition(a, b)),
    sealed: sorted
      .filter((item) => item.state === 'sealed')
      .sort((a, b) => (b.sealedAt ?? '').localeCompare(a.sealedAt ?? '')),
  };
}

/** The read to open next: a started one before a new one, never the one that is open. */
export function nextItem(items: readonly WorklistItem[], except: string | null): WorklistItem | null {
  return groupWorklist(items).due.find((item) => item.assignmentId !== except) ?? null;
}
