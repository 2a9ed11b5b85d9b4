// The read in which a consensus is drawn: no assignment and no round, and any coordinator may go on with it.
import type { Person } from '../../contract/study.ts';
import { Problem } from '../../contract/problem.ts';
import type { Writable } from '../../database/open.ts';
import { newId } from '../identity.ts';
import { leaseIsLive, newLease, openElsewhere } from './lease.ts';
import { consensusSealed, notFound } from './refusals.ts';
import { findConsensusRead, findRead, insertRead, updateRead, type ReadRecord } from './store.ts';

/** Whether `person` may draw on `record`: their own read, or as a coordinator a consensus. */
export function mayWrite(record: ReadRecord, person: Person): boolean {
  if (record.consensusId !== null) return person.role === 'coordinator';
  return record.personId === person.id;
}

export async function startConsensus(
  tx: Writable,
  { consensusId, base }: { consensusId: string; base: string },
  now: number,
): Promise<ReadRecord> {
  const id = newId();
  await insertRead(tx, {
    id,
    assignment_id: null,
    consensus_id: consensusId,
    version: 1,
    state: 'draft',
    base_revision_id: base,
    opened_at: new Date(now).toISOString(),
  });
  const started = await findRead(tx, id);
  if (!started) throw notFound();
  return started;
}

/** Takes the lease. A draft begun before consensus was drawn as a read gets its read now. */
export async function openConsensusIn(tx: Writable, consensusId: string, now: number): Promise<ReadRecord> {
  const row = await tx
    .selectFrom('consensus')
    .select(['state', 'revision_id'])
    .where('id', '=', consensusId)
    .executeTakeFirst();
  if (!row) {
    throw new Problem('consensus-not-found', 'There is no such consensus in this study.', { status: 404 });
  }
  if (row.state === 'sealed') throw consensusSealed();
  const present =
    (await findConsensusRead(tx, consensusId)) ??
    (await startConsensus(tx, { consensusId, base: row.revision_id }, now));
  if (leaseIsLive(present, now)) throw openElsewhere(present, now);
  await updateRead(tx, present.id, newLease(now));
  const opened = await findRead(tx, present.id);
  if (!opened) throw notFound();
  return opened;
}
