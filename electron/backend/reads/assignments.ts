// Assignments: who reads which case in which round and arm by the study's design, each round in an order of its own.
import type { Insertable } from 'kysely';
import type { Arm, Design } from '../../contract/design.ts';
import type { Readable, Writable } from '../../database/open.ts';
import type { Tables } from '../../database/tables.ts';
import { newId } from '../identity.ts';
import { armOf, groupReaders, isInRound, Meetings } from './allocation.ts';
import { storedDesign } from './design.ts';
import { extendOrder } from './order.ts';

interface Assigned {
  id: string;
  caseId: string;
  position: number;
  opened: boolean;
}
interface Round {
  id: string;
  number: number;
  arm: Arm;
  share: number;
}
interface StudyCase {
  id: string;
  position: number;
  purpose: 'study' | 'qualification';
}

/**
 * Creates what is missing of the design; call it in the transaction that added cases, readers or rounds. Idempotent.
 * A round in which the reader has opened something keeps its positions and takes new cases at its end, shuffled; a
 * round not begun is shuffled as a whole again, so that cases imported one by one do not end up in the same order in
 * every round. Arms are given with the assignment and stay.
 */
export async function ensureAssignments(tx: Writable): Promise<void> {
  const { seed } = await tx.selectFrom('study').select('seed').executeTakeFirstOrThrow();
  const { design } = await storedDesign(tx);
  const readers = await tx
    .selectFrom('reader')
    .where('role', '=', 'reader')
    .select(['id', 'position'])
    .orderBy('position')
    .execute();
  const rounds = await tx
    .selectFrom('session')
    .select(['id', 'number', 'arm', 'share'])
    .orderBy('number')
    .execute();
  const cases = await tx
    .selectFrom('case')
    .select(['id', 'position', 'purpose'])
    .orderBy('position')
    .orderBy('id')
    .execute();
  const present = await assigned(tx);
  const readersOf = allocate({ design, seed, readers, cases, present });
  for (const [index, reader] of readers.entries()) {
    const earlier: string[][] = []; // this reader's orders, the round directly before first
    for (const round of rounds) {
      const have = present.get(`${reader.id}/${round.id}`) ?? [];
      const known = new Set(have.map((a) => a.caseId));
      const wanted = cases.filter((c) => isWanted(c, round, seed) && readersOf(c, index));
      const missing = wanted.filter((c) => !known.has(c.id));
      let order = have.map((a) => a.caseId);
      if (missing.length > 0) {
        const begun = have.some((a) => a.opened);
        const kept = begun ? order : [];
        const added = begun
          ? missing.map((c) => c.id)
          : [...new Set([...order, ...missing.map((c) => c.id)])];
        const orderSeed = { studySeed: seed, readerPosition: reader.position, round: round.number };
        order = extendOrder(kept, inImportOrder(added, cases), orderSeed, earlier);
        const armOfCase = (c: StudyCase) =>
          round.number === 0
            ? round.arm
            : armOf(design, { studySeed: seed, casePosition: c.position, reader: index, round });
        await place(tx, { sessionId: round.id, readerId: reader.id, cases, armOfCase }, order, have);
      }
      earlier.unshift(order);
    }
  }
}

/** Under so many cases, every single one is given out at once. */
const FEW_CASES = 24;
/** Otherwise they wait until they are this share of all: each shuffle is of all cases, and a long import stays linear. */
const WAITING_SHARE = 1 / 4;

/**
 * As `ensureAssignments`, for cases that come in one by one: some wait until there are enough of them. Whoever calls it
 * calls `ensureAssignments` when no more will come; a study that is opened does so, too.
 */
export async function ensureAssignmentsInTime(tx: Writable): Promise<void> {
  const count = await tx
    .selectFrom('case')
    .select((e) => [e.fn.countAll<number>().as('all')])
    .executeTakeFirstOrThrow();
  const waiting = await countUnassigned(tx);
  const all = Number(count.all);
  if (all <= FEW_CASES || waiting >= all * WAITING_SHARE) await ensureAssignments(tx);
}

/** Cases that nobody was given: an import that was cut off leaves them. */
export async function countUnassigned(db: Readable): Promise<number> {
  const { count } = await db
    .selectFrom('case')
    .where((e) =>
      e.not(
        e.exists(
          e.selectFrom('assignment').select('assignment.id').whereRef('assignment.case_id', '=', 'case.id'),
        ),
      ),
    )
    .select((e) => e.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Round 0 is for qualification cases, the others for the study's; a share takes some of them. */
function isWanted(one: StudyCase, round: Round, seed: number): boolean {
  if (round.number === 0) return one.purpose === 'qualification';
  return one.purpose === 'study' && isInRound(round.share, one.position, seed);
}

/** Which readers have which case. Who has it already keeps it, whatever the design says of newcomers. */
function allocate(of: {
  design: Design;
  seed: number;
  readers: { id: string }[];
  cases: StudyCase[];
  present: Map<string, Assigned[]>;
}): (one: StudyCase, reader: number) => boolean {
  const { design, seed, readers, cases } = of;
  if (design.reading === 'all') return () => true;
  const chosen = new Map<string, Set<number>>();
  if (design.reading === 'split-plot') {
    for (const { id, position } of cases) {
      const group = groupReaders(design.groups ?? 2, readers.length, {
        studySeed: seed,
        casePosition: position,
      });
      chosen.set(id, new Set(group));
    }
  } else {
    const holders = holdersOf(readers, of.present);
    const meetings = new Meetings(readers.length);
    for (const [caseId, set] of holders) {
      chosen.set(caseId, set);
      meetings.add([...set]);
    }
    const size = design.readersPerCase ?? 2;
    for (const { id, position, purpose } of cases) {
      const already = [...(chosen.get(id) ?? [])];
      if (purpose !== 'study' || already.length >= Math.min(size, readers.length)) continue;
      const set = meetings.next(size, already, { studySeed: seed, casePosition: position });
      chosen.set(id, new Set(set));
      meetings.add(set);
    }
  }
  return (one, reader) => one.purpose === 'qualification' || (chosen.get(one.id)?.has(reader) ?? false);
}

function holdersOf(
  readers: readonly { id: string }[],
  present: ReadonlyMap<string, readonly Assigned[]>,
): Map<string, Set<number>> {
  const place = new Map(readers.map(({ id }, index) => [id, index]));
  const holders = new Map<string, Set<number>>();
  for (const [key, list] of present) {
    const reader = place.get(key.split('/')[0]);
    if (reader === undefined) continue;
    for (const { caseId } of list) {
      const set = holders.get(caseId) ?? new Set<number>();
      holders.set(caseId, set.add(reader));
    }
  }
  return holders;
}

/** The start of every shuffle, so that the same seed gives the same order however the cases came in. */
function inImportOrder(ids: readonly string[], cases: readonly StudyCase[]): string[] {
  const wanted = new Set(ids);
  return cases.filter((c) => wanted.has(c.id)).map((c) => c.id);
}

async function assigned(tx: Writable): Promise<Map<string, Assigned[]>> {
  const rows = await tx
    .selectFrom('assignment')
    .leftJoin('read', (join) => join.onRef('read.assignment_id', '=', 'assignment.id').on('version', '=', 1))
    .select([
      'assignment.id',
      'assignment.reader_id',
      'assignment.session_id',
      'assignment.case_id',
      'assignment.position',
      'read.id as readId',
    ])
    .orderBy('assignment.position')
    .execute();
  const byRound = new Map<string, Assigned[]>();
  for (const row of rows) {
    const key = `${row.reader_id}/${row.session_id}`;
    const list = byRound.get(key) ?? [];
    list.push({ id: row.id, caseId: row.case_id, position: row.position, opened: row.readId !== null });
    byRound.set(key, list);
  }
  return byRound;
}

/** Writes positions 1…n of one reader's round. */
async function place(
  tx: Writable,
  of: { sessionId: string; readerId: string; cases: StudyCase[]; armOfCase: (one: StudyCase) => Arm },
  order: readonly string[],
  have: readonly Assigned[],
): Promise<void> {
  const known = new Map(have.map((a) => [a.caseId, a]));
  const added: Insertable<Tables['assignment']>[] = [];
  const cases = new Map(of.cases.map((one) => [one.id, one]));
  for (const [index, caseId] of order.entries()) {
    const position = index + 1;
    const present = known.get(caseId);
    if (present?.position === position) continue;
    if (present) {
      await tx.updateTable('assignment').set({ position }).where('id', '=', present.id).execute();
      continue;
    }
    const row = { session_id: of.sessionId, reader_id: of.readerId, case_id: caseId, position };
    const arm = of.armOfCase(cases.get(caseId)!); // the order is made of these cases
    added.push({ id: newId(), ...row, arm });
  }
  for (let from = 0; from < added.length; from += ROWS_AT_ONCE) {
    await tx
      .insertInto('assignment')
      .values(added.slice(from, from + ROWS_AT_ONCE))
      .execute();
  }
}

/** A statement takes so many values at most. */
const ROWS_AT_ONCE = 500;
