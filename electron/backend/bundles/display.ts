// How the reader likes to see things, along with their bundle and back: theirs alone, and never over what is newer.
import type { Readable, Writable } from '../../database/open.ts';

/** A look that a copy gives back is no larger than this; what pages keep is a few kilobytes. */
const MOST_BYTES = 64 << 10;

/**
 * Puts the reader's own display of the study, and what they keep of `caseIds`, into their copy. Nobody else's goes
 * along, and the study has no hanging of its own: colours and the order of structures travel with its structures.
 * Where they looked in single reads stays behind: those are drafts that go on here, or sealed, and a later round is
 * blind to the earlier one.
 */
export async function carryDisplay(
  db: Readable,
  tx: Writable,
  of: { readerId: string; caseIds: readonly string[] },
): Promise<void> {
  for (const row of await rowsOf(db, of.readerId, of.caseIds))
    await tx.insertInto('display').values(row).execute();
}

/**
 * Takes the reader's display back from what they gave back: of the study, of their cases, and of `readIds`, the reads
 * that came along. What was changed here later stays. A copy's clock may be ahead; nothing counts as newer than `at`.
 */
export async function takeDisplayIn(
  tx: Writable,
  copy: Readable,
  of: { readerId: string; readIds: readonly string[]; at: string },
): Promise<void> {
  const assigned = await tx
    .selectFrom('assignment')
    .select('case_id')
    .where('reader_id', '=', of.readerId)
    .execute();
  const ids = [...assigned.map((row) => row.case_id), ...of.readIds];
  for (const row of await rowsOf(copy, of.readerId, ids)) {
    if (!isLook(row.value)) continue;
    const at = row.at < of.at ? row.at : of.at;
    await tx
      .insertInto('display')
      .values({ ...row, at })
      .onConflict((conflict) =>
        conflict
          .columns(['reader_id', 'scope'])
          .doUpdateSet({ value: row.value, at })
          .where('display.at', '<', at),
      )
      .execute();
  }
}

/** A scope is empty for the whole study, or names one of `ids`. */
async function rowsOf(db: Readable, readerId: string, ids: readonly string[]) {
  const rows = await db.selectFrom('display').selectAll().where('reader_id', '=', readerId).execute();
  return rows.filter(({ scope }) => scope === '' || ids.some((id) => scope.endsWith(id)));
}

/** Whoever shows it checks it against its schema and falls back on the defaults; this only keeps rubbish out. */
function isLook(value: string): boolean {
  if (value.length > MOST_BYTES) return false;
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === 'object' && parsed !== null;
  } catch {
    return false;
  }
}
