// What agreement reads (sealed reads and their AI baselines) and what it keeps (runs and rows).
import type { AgreementRow } from '../../contract/agreement.ts';
import type { Arm } from '../../contract/design.ts';
import type { Grid } from '../../contract/geometry.ts';
import type { Readable, Writable } from '../../database/open.ts';

/** A sealed read, pinned to the revision that its seal names. */
export interface SealedRead {
  readId: string;
  revisionId: string;
  /** The AI mask that lay under the read, when there was one. */
  baselineRevisionId: string | null;
  personId: string;
  personName: string;
  round: number;
  arm: Arm;
  caseId: string;
  caseName: string;
  source: 'concord' | 'import';
  grid: Grid;
  counts: Record<string, number>;
  activeSeconds: number;
  sealedAt: string;
}

export async function sealedReads(db: Readable): Promise<SealedRead[]> {
  const rows = await db
    .selectFrom('read')
    .innerJoin('assignment', 'assignment.id', 'read.assignment_id')
    .innerJoin('session', 'session.id', 'assignment.session_id')
    .innerJoin('reader', 'reader.id', 'assignment.reader_id')
    .innerJoin('case', 'case.id', 'assignment.case_id')
    .innerJoin('volume', 'volume.id', 'case.volume_id')
    .innerJoin('mask_revision', 'mask_revision.id', 'read.sealed_revision_id')
    .where('read.state', '=', 'sealed')
    // Round 0 is the qualification: no part of the study's agreement.
    .where('session.number', '>', 0)
    .select([
      'read.id as readId',
      'read.assignment_id as assignmentId',
      'mask_revision.id as revisionId',
      'mask_revision.counts',
      'reader.id as personId',
      'reader.name as personName',
      'session.number as round',
      'assignment.arm',
      'case.id as caseId',
      'case.name as caseName',
      'read.source',
      'volume.grid',
      'read.active_seconds as activeSeconds',
      'read.sealed_at as sealedAt',
    ])
    .orderBy('case.position')
    .orderBy('session.number')
    .orderBy('reader.position')
    .execute();
  const proposals = await db
    .selectFrom('mask_revision')
    .innerJoin('read', 'read.id', 'mask_revision.read_id')
    .where('mask_revision.kind', '=', 'proposal')
    .select(['mask_revision.id', 'read.assignment_id as assignmentId'])
    .orderBy('mask_revision.created_at')
    .execute();
  // The first proposal is the one the reader was anchored by; a reopened read keeps that of its first version.
  const baseline = new Map<string, string>();
  for (const { id, assignmentId } of proposals)
    if (!baseline.has(assignmentId)) baseline.set(assignmentId, id);
  return rows.map((row) => ({
    ...row,
    sealedAt: row.sealedAt ?? '',
    baselineRevisionId: baseline.get(row.assignmentId) ?? null,
    grid: JSON.parse(row.grid) as Grid,
    counts: JSON.parse(row.counts) as Record<string, number>,
  }));
}

/** Reads that agreement cannot use yet, counted by why. */
export async function unfinished(
  db: Readable,
): Promise<{ drafts: number; notStarted: number; assigned: number }> {
  const count = async (state: 'draft' | null) => {
    const query = db.selectFrom('assignment').select((e) => e.fn.countAll<number>().as('n'));
    const row = await (
      state === null
        ? query.where((e) =>
            e.not(
              e.exists(
                e.selectFrom('read').whereRef('read.assignment_id', '=', 'assignment.id').select('read.id'),
              ),
            ),
          )
        : query.where((e) =>
            e.exists(
              e
                .selectFrom('read')
                .whereRef('read.assignment_id', '=', 'assignment.id')
                .where('read.state', '=', state)
                .select('read.id'),
            ),
          )
    ).executeTakeFirstOrThrow();
    return Number(row.n);
  };
  const all = await db
    .selectFrom('assignment')
    .select((e) => e.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow();
  return { drafts: await count('draft'), notStarted: await count(null), assigned: Number(all.n) };
}

export interface StoredRun {
  id: string;
  metricVersion: string;
  inputs: RunInputs;
  exclusions: string[];
  computedAt: string;
}
/** What a run was computed from: enough to tell whether it is still true. */
export interface RunInputs {
  revisions: string[];
  structures: { label: number; name: string }[];
  readsSealed: number;
}

export async function insertRun(db: Writable, run: StoredRun, rows: readonly AgreementRow[]): Promise<void> {
  await db
    .insertInto('agreement_run')
    .values({
      id: run.id,
      metric_version: run.metricVersion,
      inputs: JSON.stringify(run.inputs),
      exclusions: JSON.stringify(run.exclusions),
      computed_at: run.computedAt,
    })
    .execute();
  for (const [position, row] of rows.entries()) {
    await db
      .insertInto('agreement_result')
      .values({
        run_id: run.id,
        position,
        comparison: row.comparison,
        case_id: row.caseId,
        structure_label: row.structureLabel,
        a_revision_id: row.a.revisionId,
        b_revision_id: row.b.revisionId,
        result: JSON.stringify(row),
      })
      .execute();
  }
}

export async function latestRun(db: Readable): Promise<{ run: StoredRun; rows: AgreementRow[] } | null> {
  const run = await db
    .selectFrom('agreement_run')
    .selectAll()
    .orderBy('computed_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!run) return null;
  const rows = await db
    .selectFrom('agreement_result')
    .where('run_id', '=', run.id)
    .select('result')
    .orderBy('position')
    .execute();
  return {
    run: {
      id: run.id,
      metricVersion: run.metric_version,
      inputs: JSON.parse(run.inputs) as RunInputs,
      exclusions: JSON.parse(run.exclusions) as string[],
      computedAt: run.computed_at,
    },
    rows: rows.map((row) => JSON.parse(row.result) as AgreementRow),
  };
}
