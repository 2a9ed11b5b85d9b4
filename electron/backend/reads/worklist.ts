// Lines of the reader's worklist and of the coordinator's board: the same assignments, told differently.
import type { BoardEntry, WorklistItem } from '../../contract/reads.ts';
import { coarseTime, lockOf, opensAt, type Gate, type Lock } from './blinding.ts';
import type { AssignmentRow } from './store.ts';

/** What was begun is never locked again. */
function lockOfLine(turn: AssignmentRow, turns: readonly AssignmentRow[], now: number, gate: Gate): Lock {
  return turn.read ? { locked: false } : lockOf(turn, turns, now, gate);
}

/** Blinded: a place in the round for a title, a day for the end of a washout. */
export function toWorklistItem(
  turn: AssignmentRow,
  turns: readonly AssignmentRow[],
  now: number,
  gate: Gate,
): WorklistItem {
  const lock = lockOfLine(turn, turns, now, gate);
  const opens = lock.locked ? lock.unlocksAt : null;
  return {
    assignmentId: turn.assignmentId,
    title: titleOf(turn.position),
    round: { number: turn.roundNumber, name: turn.roundName, arm: turn.arm },
    position: turn.position,
    state: turn.read?.state ?? (lock.locked ? 'locked' : 'due'),
    unlocksAt: opens === null ? null : new Date(coarseTime(opens)).toISOString(),
    lockedBecause: lock.locked ? lock.because : null,
    readId: turn.read?.id ?? null,
    sealedAt: turn.read?.sealedAt ?? null,
    activeSeconds: turn.read?.activeSeconds ?? 0,
  };
}

/** For coordinators: case and reader by id, the washout's end to the millisecond. */
export function toBoardEntry(
  turn: AssignmentRow,
  turns: readonly AssignmentRow[],
  now: number,
  gate: Gate,
): BoardEntry {
  // Told without words: of thousands of reads nobody reads a sentence.
  const opens = turn.read ? -Infinity : opensAt(turn, turns, gate);
  const locked = opens === null || opens > now;
  return {
    assignmentId: turn.assignmentId,
    personId: turn.personId,
    caseId: turn.caseId,
    roundNumber: turn.roundNumber,
    arm: turn.arm,
    readId: turn.read?.id ?? null,
    state: turn.read?.state ?? (locked ? 'locked' : 'due'),
    unlocksAt: locked && opens !== null ? new Date(opens).toISOString() : null,
    sealedAt: turn.read?.sealedAt ?? null,
    activeSeconds: turn.read?.activeSeconds ?? 0,
    imported: turn.read?.source === 'import',
    version: turn.read?.version ?? null,
    flags: [],
  };
}

/** All that a reader is told of which case it is: its place in this round. */
export function titleOf(position: number): string {
  return `Case ${position}`;
}

/** Fewer sealed reads give no median worth comparing with. */
const ENOUGH = 5;

/** Flags the entries in place: what was reopened, what took far less or more time than this reader's other reads. */
export function flagEntries(entries: readonly BoardEntry[], handedOut: ReadonlySet<string>): void {
  const medians = new Map<string, number>();
  const isTimed = (entry: BoardEntry) =>
    entry.state === 'sealed' && !entry.imported && entry.activeSeconds > 0;
  for (const [personId, theirs] of Map.groupBy(entries.filter(isTimed), (entry) => entry.personId)) {
    if (theirs.length < ENOUGH) continue;
    const seconds = theirs.map((entry) => entry.activeSeconds).sort((a, b) => a - b);
    medians.set(personId, seconds[seconds.length >> 1]);
  }
  for (const entry of entries) {
    if (entry.version !== null && entry.version > 1) entry.flags.push('reopened');
    const median = medians.get(entry.personId);
    if (median !== undefined && isTimed(entry)) {
      if (entry.activeSeconds < median / 3) entry.flags.push('quick');
      else if (entry.activeSeconds > median * 3) entry.flags.push('slow');
    }
    if (entry.readId === null && handedOut.has(entry.personId)) entry.flags.push('out');
  }
}
