// Reads that are out in a bundle are opened there and not here: nobody draws the same read on two machines.
import { Problem } from '../../contract/problem.ts';
import type { Readable } from '../../database/open.ts';

/** Throws Problem `read-handed-out` while a bundle of the reader is out of which nothing came back. */
export async function refuseHandedOut(db: Readable, readerId: string): Promise<void> {
  const out = await db
    .selectFrom('bundle')
    .leftJoin('bundle_merge', 'bundle_merge.bundle_id', 'bundle.id')
    .where('bundle.reader_id', '=', readerId)
    .where('bundle_merge.sha256', 'is', null)
    .select('bundle.made_at')
    .executeTakeFirst();
  if (!out) return;
  throw new Problem(
    'read-handed-out',
    `Your reads were handed out to another machine on ${out.made_at.slice(0, 10)}. Go on there; they open here again when what you sealed came back.`,
    { status: 409 },
  );
}

/** Everybody whose bundle is out. */
export async function handedOutReaders(db: Readable): Promise<Set<string>> {
  const rows = await db
    .selectFrom('bundle')
    .leftJoin('bundle_merge', 'bundle_merge.bundle_id', 'bundle.id')
    .where('bundle_merge.sha256', 'is', null)
    .select('bundle.reader_id')
    .execute();
  return new Set(rows.map((row) => row.reader_id));
}
