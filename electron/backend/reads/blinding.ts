// The rules of blinding and washout, without a database: what is locked, what a person may look at.
import type { Person } from '../../contract/study.ts';
import { Problem } from '../../contract/problem.ts';
import type { ReadRecord } from './store.ts';

const DAY_MS = 86_400_000;

/** An assignment with its current read (draft or sealed, never a superseded one), as far as the rules need it. */
export interface Turn {
  assignmentId: string;
  caseId: string;
  personId: string;
  roundNumber: number;
  washoutDays: number;
  read: { id: string; state: 'draft' | 'sealed'; sealedAt: string | null } | null;
}

export type Lock = { locked: false } | { locked: true; unlocksAt: number | null; because: string };

/** Why a reader may not start the study yet (the qualification), in a sentence; null when they may. */
export type Gate = string | null;

/** When `turn` opens: `now` or earlier is open; null when that hangs on the gate or on a read that is not sealed. */
export function opensAt(turn: Turn, turns: readonly Turn[], gate: Gate): number | null {
  if (gate !== null && turn.roundNumber > 0) return null;
  const before = roundBefore(turn, turns);
  if (!before) return -Infinity;
  if (before.read?.state !== 'sealed' || !before.read.sealedAt) return null;
  return Date.parse(before.read.sealedAt) + turn.washoutDays * DAY_MS;
}

/** The same reader's turn with the same case in the latest earlier round. */
function roundBefore(turn: Turn, turns: readonly Turn[]): Turn | null {
  let latest: Turn | null = null;
  for (const other of turns) {
    if (other.roundNumber >= turn.roundNumber || other.caseId !== turn.caseId) continue;
    if (other.personId !== turn.personId || (latest && latest.roundNumber > other.roundNumber)) continue;
    latest = other;
  }
  return latest;
}

/**
 * Whether `turn` is open yet. `gate` holds every round but the qualification (round 0). Round n of a case opens
 * `washoutDays` after the same reader sealed it in the round before. The sentence tells neither which earlier item is
 * meant nor, to the hour, when that was sealed: the date shown is the first midnight (UTC) by which the washout is over.
 */
export function lockOf(turn: Turn, turns: readonly Turn[], now: number, gate: Gate): Lock {
  const opens = opensAt(turn, turns, gate);
  if (opens !== null && opens <= now) return { locked: false };
  const because =
    opens !== null
      ? `Opens on ${dayOf(opens)}, when the washout of ${days(turn.washoutDays)} is over.`
      : gate !== null && turn.roundNumber > 0
        ? gate
        : `Opens ${washoutWords(turn.washoutDays)}your read of this case in the round before is sealed.`;
  return { locked: true, unlocksAt: opens, because };
}

/** The first midnight (UTC) at or after `time`: all that a reader is told of the end of a washout. */
export function coarseTime(time: number): number {
  return Math.ceil(time / DAY_MS) * DAY_MS;
}

const DAY_WORDS = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
});

/** Of thousands of reads many open on the same day, and putting a day into words is slow. */
const dayWords = new Map<number, string>();

function dayOf(time: number): string {
  const day = coarseTime(time);
  let words = dayWords.get(day);
  if (words === undefined) {
    if (dayWords.size > 10_000) dayWords.clear();
    words = DAY_WORDS.format(day);
    dayWords.set(day, words);
  }
  return words;
}

function days(count: number): string {
  return `${count} ${count === 1 ? 'day' : 'days'}`;
}

function washoutWords(count: number): string {
  return count > 0 ? `${days(count)} after ` : 'when ';
}

function turnsOfCase(turn: Turn, turns: readonly Turn[]): Turn[] {
  return turns.filter((other) => other.caseId === turn.caseId && other.personId === turn.personId);
}

/** Turns by reader and case, so that a long list is gone through once. */
export function turnsByCase<T extends Turn>(turns: readonly T[]): (turn: Turn) => readonly T[] {
  const byPerson = new Map<string, Map<string, T[]>>();
  for (const turn of turns) {
    let byCase = byPerson.get(turn.personId);
    if (!byCase) byPerson.set(turn.personId, (byCase = new Map()));
    const group = byCase.get(turn.caseId);
    if (group) group.push(turn);
    else byCase.set(turn.caseId, [turn]);
  }
  return (turn) => byPerson.get(turn.personId)?.get(turn.caseId) ?? [];
}

/** True while the reader still has to read the case again: until then an earlier read stays out of sight. */
export function awaitsLaterRound(turn: Turn, turns: readonly Turn[]): boolean {
  return turnsOfCase(turn, turns).some(
    (other) => other.roundNumber > turn.roundNumber && other.read?.state !== 'sealed',
  );
}

/**
 * Whether `person` may look at a read's images and mask. A reader: their own draft, and their own sealed read once
 * no later round of the case is unsealed. A coordinator: what is sealed or was, and every consensus. An auditor: nothing.
 */
export function mayView(
  record: ReadRecord,
  person: Person,
  turns: readonly Turn[],
  now: number,
  gate: Gate,
): boolean {
  if (person.role === 'coordinator') return record.state !== 'draft' || record.consensusId !== null;
  if (person.role !== 'reader') return false;
  if (record.personId !== person.id || record.state === 'superseded') return false;
  const turn = turns.find((t) => t.assignmentId === record.assignmentId);
  if (!turn) return false;
  if (record.state === 'draft') return !lockOf(turn, turns, now, gate).locked;
  return !awaitsLaterRound(turn, turns);
}

/** Why no AI mask may enter or be shown in a draft: its arm is without, or its first draft is not kept yet. */
export function aiRefusal(record: Pick<ReadRecord, 'round' | 'firstDraftAt'>): Problem | null {
  if (record.round.arm === 'unassisted') {
    return new Problem('ai-not-allowed', 'This read is without AI masks. Nothing was changed.', {
      status: 403,
    });
  }
  if (record.round.arm === 'after-draft' && record.firstDraftAt === null) {
    return new Problem(
      'ai-not-yet',
      'In this read the AI mask comes after your own first draft. Draw it, keep it as your first draft, and ask again.',
      { status: 403 },
    );
  }
  return null;
}
