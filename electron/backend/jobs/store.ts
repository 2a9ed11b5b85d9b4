// Jobs at rest: started and ended ones, so that a restart can say what became of them.
import type { Selectable } from 'kysely';
import type { Job } from '../../contract/jobs.ts';
import type { Readable, Writable } from '../../database/open.ts';
import type { Tables } from '../../database/tables.ts';

type JobRow = Selectable<Tables['job']>;

export async function insertJob(
  db: Writable,
  job: Job,
  createdBy: string | null,
  process: string,
): Promise<void> {
  await db
    .insertInto('job')
    .values({
      id: job.id,
      kind: job.kind,
      title: job.title,
      state: 'queued',
      read_id: job.readId,
      created_by: createdBy,
      created_at: job.createdAt,
      ended_at: null,
      code: null,
      reason: null,
      notes: null,
      result: null,
      process,
    })
    .execute();
}

export async function endJob(db: Writable, job: Job): Promise<void> {
  const ended = 'endedAt' in job ? job.endedAt : null;
  await db
    .updateTable('job')
    .set({
      state: job.state,
      ended_at: ended,
      code: job.state === 'failed' ? job.code : null,
      reason: job.state === 'failed' ? job.reason : null,
      notes: job.state === 'done' ? JSON.stringify(job.notes) : null,
      result: job.state === 'done' ? JSON.stringify(job.result ?? null) : null,
    })
    .where('id', '=', job.id)
    .execute();
}

/** Jobs that a former process left unfinished are failed with their reason; those of one that lives go on. */
export async function failOrphans(
  db: Writable,
  at: string,
  lives: (job: { id: string; process: string | null }) => boolean,
): Promise<void> {
  const unfinished = await db
    .selectFrom('job')
    .select(['id', 'process'])
    .where('state', 'in', ['queued', 'running'])
    .execute();
  for (const job of unfinished) {
    if (lives(job)) continue;
    await db
      .updateTable('job')
      .set({
        state: 'failed',
        ended_at: at,
        code: 'concord-stopped',
        reason: 'Concord stopped while this job ran. Start it again: what is missing is done then.',
      })
      .where('id', '=', job.id)
      .execute();
  }
}

export async function listJobs(db: Readable, createdBy: string | null, limit = 50): Promise<Job[]> {
  let query = db.selectFrom('job').selectAll().orderBy('created_at', 'desc').limit(limit);
  if (createdBy !== null) query = query.where('created_by', '=', createdBy);
  return (await query.execute()).map(toJob);
}

export async function findJob(
  db: Readable,
  id: string,
): Promise<{ job: Job; createdBy: string | null } | null> {
  const row = await db.selectFrom('job').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? { job: toJob(row), createdBy: row.created_by } : null;
}

function toJob(row: JobRow): Job {
  const common = {
    id: row.id,
    kind: row.kind,
    title: row.title,
    createdAt: row.created_at,
    readId: row.read_id,
  };
  const endedAt = row.ended_at ?? row.created_at;
  switch (row.state) {
    case 'done':
      return {
        ...common,
        state: 'done',
        endedAt,
        notes: JSON.parse(row.notes ?? '[]') as string[],
        result: JSON.parse(row.result ?? 'null') as unknown,
      };
    case 'failed':
      return { ...common, state: 'failed', endedAt, code: row.code ?? 'failed', reason: row.reason ?? '' };
    case 'cancelled':
      return { ...common, state: 'cancelled', endedAt };
    case 'queued':
    case 'running':
      return { ...common, state: 'queued' };
  }
}
