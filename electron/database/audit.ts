// The audit chain: each event holds the hash of the one before, so that a changed or missing row shows.
import { createHash } from 'node:crypto';
import type { Readable, Writable } from './open.ts';

const GENESIS = '0'.repeat(64);

export interface AuditEntry {
  /** Who: a person's name, or `Concord`. */
  actor: string;
  /** What, as `thing.done`: read.sealed, case.imported … */
  action: string;
  subject: string;
  details?: Record<string, unknown>;
}

/** SHA-256 over the event's fields and the previous hash, as one JSON array (so that no two events read alike). */
function hashEvent(
  seq: number,
  at: string,
  actor: string,
  action: string,
  subject: string,
  details: string,
  previous: string,
): string {
  return createHash('sha256')
    .update(JSON.stringify([seq, at, actor, action, subject, details, previous]))
    .digest('hex');
}

/** The latest time in the chain; null in a study without events. */
export async function latestAuditTime(db: Readable): Promise<string | null> {
  const row = await db
    .selectFrom('audit_event')
    .select('at')
    .orderBy('at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.at ?? null;
}

/**
 * `at`, or the chain's latest time where that is later: with a clock set back, the study's time stands still and does
 * not run backwards.
 */
export async function studyTime(db: Readable, at: string): Promise<string> {
  const latest = await latestAuditTime(db);
  return latest !== null && latest > at ? latest : at;
}

/** Appends an event inside the transaction of the change that it is about; never before the event before it. */
export async function appendAudit(
  db: Writable,
  entry: AuditEntry,
  wanted = new Date().toISOString(),
): Promise<void> {
  const at = await studyTime(db, wanted);
  const last = await db
    .selectFrom('audit_event')
    .select(['seq', 'hash'])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  const seq = (last?.seq ?? 0) + 1;
  const previous = last?.hash ?? GENESIS;
  const details = JSON.stringify(entry.details ?? {});
  await db
    .insertInto('audit_event')
    .values({
      seq,
      at,
      actor: entry.actor,
      action: entry.action,
      subject: entry.subject,
      details,
      previous_hash: previous,
      hash: hashEvent(seq, at, entry.actor, entry.action, entry.subject, details, previous),
    })
    .execute();
}

export interface AuditVerdict {
  intact: boolean;
  events: number;
  firstBroken: { seq: number; reason: string } | null;
}

/** Walks the whole chain and names the first link that does not hold. */
export async function verifyAudit(db: Readable): Promise<AuditVerdict> {
  const rows = await db.selectFrom('audit_event').selectAll().orderBy('seq').execute();
  let previous = GENESIS;
  let expected = 1;
  for (const row of rows) {
    let reason: string | null = null;
    if (row.seq !== expected) reason = `event ${expected} is missing`;
    else if (row.previous_hash !== previous)
      reason = `event ${row.seq} does not continue the event before it`;
    else if (
      hashEvent(row.seq, row.at, row.actor, row.action, row.subject, row.details, previous) !== row.hash
    ) {
      reason = `event ${row.seq} (${row.action}) was changed after it was written`;
    }
    if (reason) return { intact: false, events: rows.length, firstBroken: { seq: expected, reason } };
    previous = row.hash;
    expected++;
  }
  return { intact: true, events: rows.length, firstBroken: null };
}
