// What agreement reads (sealed reads and their AI baselines) and what it keeps (runs and rows).
import type { AgreementRow, PairMetrics } from '../../contract/agreement.ts';
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
  const baseline = new Map<string | null, string>();
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

/** The revisions that sealed reads stand for now. */
export async function sealedRevisions(db: Readable): Promise<string[]> {
  const rows = await db
    .selectFrom('read')
    .innerJoin('assignment', 'assignment.id', 'read.assignment_id')
    .innerJoin('session', 'session.id', 'assignment.session_id')
    .where('read.state', '=', 'sealed')
    .where('session.number', '>', 0)
    .select('read.sealed_revision_id as id')
    .execute();
  return rows.flatMap(({ id }) => (id === null ? [] : [id]));
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
/** A read as a run saw it: names and rounds as they were then. */
export type RunRead = Omit<SealedRead, 'grid' | 'counts'>;
/** What a run was computed from: enough to tell whether it is still true, and to find its pairs. */
export interface RunInputs {
  revisions: string[];
  structures: { label: number; name: string }[];
  readsSealed: number;
  /** Missing in runs that kept whole rows of their own. */
  reads?: RunRead[];
}

export async function insertRun(db: Writable, run: StoredRun): Promise<void> {
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
}

export async function latestRun(db: Readable): Promise<StoredRun | null> {
  const run = await db
    .selectFrom('agreement_run')
    .selectAll()
    .orderBy('computed_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!run) return null;
  return {
    id: run.id,
    metricVersion: run.metric_version,
    inputs: JSON.parse(run.inputs) as RunInputs,
    exclusions: JSON.parse(run.exclusions) as string[],
    computedAt: run.computed_at,
  };
}

/** The rows of a run that kept them itself (study format 3 and before). */
export async function ownRows(db: Readable, runId: string): Promise<AgreementRow[]> {
  const rows = await db
    .selectFrom('agreement_result')
    .where('run_id', '=', runId)
    .select('result')
    .orderBy('position')
    .execute();
  return rows.map((row) => JSON.parse(row.result) as AgreementRow);
}

export interface StoredPair {
  a: string;
  b: string;
  label: number;
  metrics: PairMetrics;
}

/** The key of a stored pair. */
export const pairKey = (a: string, b: string, label: number) => `${a}/${b}/${label}`;

/** Which pairs have been compared under a version of the definitions. */
export async function comparedPairs(db: Readable, version: string): Promise<Set<string>> {
  const rows = await db
    .selectFrom('agreement_pair')
    .where('metric_version', '=', version)
    .select(['a_revision_id', 'b_revision_id', 'structure_label'])
    .execute();
  return new Set(rows.map((row) => pairKey(row.a_revision_id, row.b_revision_id, row.structure_label)));
}

/** The results of all compared pairs as they were stored (JSON), by `pairKey`. */
export async function storedResults(db: Readable, version: string): Promise<Map<string, string>> {
  const rows = await db
    .selectFrom('agreement_pair')
    .where('metric_version', '=', version)
    .select(['a_revision_id', 'b_revision_id', 'structure_label', 'result'])
    .execute();
  return new Map(
    rows.map((row) => [pairKey(row.a_revision_id, row.b_revision_id, row.structure_label), row.result]),
  );
}

/** Keeps compared pairs; one that is there already (from a run beside this one) stays as it is. */
export async function keepPairs(db: Writable, version: string, pairs: readonly StoredPair[]): Promise<void> {
  // SQLite takes so many values in one statement and no more.
  for (let at = 0; at < pairs.length; at += 500) {
    await db
      .insertInto('agreement_pair')
      .values(
        pairs.slice(at, at + 500).map(({ a, b, label, metrics }) => ({
          a_revision_id: a,
          b_revision_id: b,
          structure_label: label,
          metric_version: version,
          result: JSON.stringify(metrics),
        })),
      )
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

/** Masks as they rest: bytes under zstd and the SHA-256 of what is inside, in the order of `ids`. */
export async function packedMasks(
  db: Readable,
  ids: readonly string[],
): Promise<{ zipped: Uint8Array; sha256: string }[]> {
  const rows = await db
    .selectFrom('mask_revision')
    .where('id', 'in', ids)
    .select(['id', 'bytes', 'sha256'])
    .execute();
  const byId = new Map(rows.map((row) => [row.id, { zipped: row.bytes, sha256: row.sha256 }]));
  return ids.map((id) => byId.get(id)!);
}
