// Assignments: every reader reads every case in every round, each round in an order of its own.
import type { Writable } from '../../database/open.ts';
import { newId } from '../identity.ts';
import { extendOrder } from './order.ts';

interface Assigned {
  id: string;
  caseId: string;
  position: number;
  opened: boolean;
}

/**
 * Creates what is missing of reader × case × round; call it in the transaction that added cases, readers or rounds.
 * Idempotent. A round in which the reader has opened something keeps its positions and takes new cases at its end,
 * shuffled; a round not begun is shuffled as a whole again, so that cases imported one by one do not end up in the
 * same order in every round.
 */
export async function ensureAssignments(tx: Writable): Promise<void> {
  const study = await tx.selectFrom('study').select('seed').executeTakeFirstOrThrow();
  const readers = await tx
    .selectFrom('reader')
    .where('role', '=', 'reader')
    .select(['id', 'position'])
    .orderBy('position')
    .execute();
  const rounds = await tx.selectFrom('session').select(['id', 'number']).orderBy('number').execute();
  const cases = await tx.selectFrom('case').select('id').orderBy('position').orderBy('id').execute();
  const present = await assigned(tx);
  for (const reader of readers) {
    const earlier: string[][] = []; // this reader's orders, the round directly before first
    for (const round of rounds) {
      const have = present.get(`${reader.id}/${round.id}`) ?? [];
      const missing = cases.filter((c) => !have.some((a) => a.caseId === c.id));
      let order = have.map((a) => a.caseId);
      if (missing.length > 0) {
        const begun = have.some((a) => a.opened);
        const kept = begun ? order : [];
        const added = begun ? missing.map((c) => c.id) : cases.map((c) => c.id);
        const seed = { studySeed: study.seed, readerPosition: reader.position, round: round.number };
        order = extendOrder(kept, added, seed, earlier);
        await place(tx, { sessionId: round.id, readerId: reader.id }, order, have);
      }
      earlier.unshift(order);
    }
  }
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
  of: { sessionId: string; readerId: string },
  order: readonly string[],
  have: readonly Assigned[],
): Promise<void> {
  for (const [index, caseId] of order.entries()) {
    const position = index + 1;
    const known = have.find((a) => a.caseId === caseId);
    if (known?.position === position) continue;
    if (known) {
      await tx.updateTable('assignment').set({ position }).where('id', '=', known.id).execute();
      continue;
    }
    await tx
      .insertInto('assignment')
      .values({
        id: newId(),
        session_id: of.sessionId,
        reader_id: of.readerId,
        case_id: caseId,
        position,
      })
      .execute();
  }
}
