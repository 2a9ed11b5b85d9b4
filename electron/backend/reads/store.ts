// Reads, assignments and leases in the study database.
import type { Selectable } from 'kysely';
import type { Arm, Structure } from '../../contract/study.ts';
import type { Readable, Writable } from '../../database/open.ts';
import type { Tables } from '../../database/tables.ts';
import type { LeaseColumns } from './lease.ts';

type ReadRow = Selectable<Tables['read']>;

/** A read with all that the rules ask about it. */
export interface ReadRecord extends LeaseColumns {
  id: string;
  /** Null for the read in which a consensus is drawn; that has `consensusId`. */
  assignmentId: string | null;
  consensusId: string | null;
  version: number;
  state: ReadRow['state'];
  source: ReadRow['source'];
  baseRevisionId: string | null;
  lastSeq: number;
  activeSeconds: number;
  openedAt: string;
  sealedAt: string | null;
  sealedRevisionId: string | null;
  sealedSha256: string | null;
  position: number;
  personId: string;
  personName: string;
  caseId: string;
  caseName: string;
  volumeId: string;
  /** When the reader's first draft was kept; in the arm that shows AI masks after it. */
  firstDraftAt: string | null;
  firstDraftRevisionId: string | null;
  beatAt: string | null;
  round: { number: number; name: string; arm: Arm };
}

function reads(db: Readable) {
  return db
    .selectFrom('read')
    .leftJoin('assignment', 'assignment.id', 'read.assignment_id')
    .leftJoin('session', 'session.id', 'assignment.session_id')
    .leftJoin('consensus', 'consensus.id', 'read.consensus_id')
    .innerJoin('reader', (join) =>
      join.on('reader.id', '=', (e) => e.fn.coalesce('assignment.reader_id', 'consensus.created_by')),
    )
    .innerJoin('case', (join) =>
      join.on('case.id', '=', (e) => e.fn.coalesce('assignment.case_id', 'consensus.case_id')),
    )
    .select([
      'read.id',
      'read.assignment_id',
      'read.consensus_id',
      'read.version',
      'read.state',
      'read.source',
      'read.base_revision_id',
      'read.last_seq',
      'read.active_seconds',
      'read.opened_at',
      'read.sealed_at',
      'read.sealed_revision_id',
      'read.sealed_sha256',
      'read.lease_token',
      'read.lease_expires_at',
      'read.lease_process',
      'read.first_draft_at',
      'read.first_draft_revision_id',
      'read.beat_at',
      'assignment.position',
      'reader.id as personId',
      'reader.name as personName',
      'case.id as caseId',
      'case.name as caseName',
      'case.volume_id',
      'session.number as roundNumber',
      'session.name as roundName',
      'assignment.arm',
    ]);
}

type JoinedRow = Awaited<ReturnType<ReturnType<typeof reads>['execute']>>[number];

function toRecord(row: JoinedRow): ReadRecord {
  return {
    id: row.id,
    assignmentId: row.assignment_id,
    consensusId: row.consensus_id,
    version: row.version,
    state: row.state,
    source: row.source,
    baseRevisionId: row.base_revision_id,
    lastSeq: row.last_seq,
    activeSeconds: row.active_seconds,
    openedAt: row.opened_at,
    sealedAt: row.sealed_at,
    sealedRevisionId: row.sealed_revision_id,
    sealedSha256: row.sealed_sha256,
    lease_token: row.lease_token,
    lease_expires_at: row.lease_expires_at,
    lease_process: row.lease_process,
    position: row.position ?? 0,
    personId: row.personId,
    personName: row.personName,
    caseId: row.caseId,
    caseName: row.caseName,
    volumeId: row.volume_id,
    firstDraftAt: row.first_draft_at,
    firstDraftRevisionId: row.first_draft_revision_id,
    beatAt: row.beat_at,
    round: {
      number: row.roundNumber ?? 0,
      name: row.roundName ?? 'Consensus',
      arm: row.arm ?? 'unassisted',
    },
  };
}

/** The read in which a consensus is drawn; null where it was made before there were any. */
export async function findConsensusRead(db: Readable, consensusId: string): Promise<ReadRecord | null> {
  const row = await reads(db).where('read.consensus_id', '=', consensusId).executeTakeFirst();
  return row ? toRecord(row) : null;
}

export async function findRead(db: Readable, readId: string): Promise<ReadRecord | null> {
  const row = await reads(db).where('read.id', '=', readId).executeTakeFirst();
  return row ? toRecord(row) : null;
}

/** The read of an assignment that counts now: its draft or its seal; null before it was opened. */
export async function currentRead(db: Readable, assignmentId: string): Promise<ReadRecord | null> {
  const row = await reads(db)
    .where('read.assignment_id', '=', assignmentId)
    .where('read.state', '<>', 'superseded')
    .executeTakeFirst();
  return row ? toRecord(row) : null;
}

/** One assignment with its current read, for worklist, board and the rules. */
export interface AssignmentRow {
  assignmentId: string;
  caseId: string;
  personId: string;
  position: number;
  roundNumber: number;
  roundName: string;
  arm: Arm;
  washoutDays: number;
  read: {
    id: string;
    state: 'draft' | 'sealed';
    version: number;
    source: ReadRow['source'];
    sealedAt: string | null;
    activeSeconds: number;
  } | null;
}

/** Assignments in worklist order: by round, then position. All readers' when `personId` is null; of one case if asked. */
export async function listAssignments(
  db: Readable,
  personId: string | null,
  caseId?: string,
): Promise<AssignmentRow[]> {
  let query = db
    .selectFrom('assignment')
    .innerJoin('session', 'session.id', 'assignment.session_id')
    .innerJoin('reader', 'reader.id', 'assignment.reader_id')
    .leftJoin('read', (join) =>
      join.onRef('read.assignment_id', '=', 'assignment.id').on('read.state', '<>', 'superseded'),
    )
    .select([
      'assignment.id as assignmentId',
      'assignment.case_id as caseId',
      'assignment.reader_id as personId',
      'assignment.position',
      'session.number as roundNumber',
      'session.name as roundName',
      'assignment.arm',
      'session.washout_days as washoutDays',
      'read.id as readId',
      'read.state',
      'read.version',
      'read.source',
      'read.sealed_at',
      'read.active_seconds',
    ])
    .orderBy('session.number')
    .orderBy('reader.position')
    .orderBy('assignment.position');
  if (personId !== null) query = query.where('assignment.reader_id', '=', personId);
  if (caseId !== undefined) query = query.where('assignment.case_id', '=', caseId);
  return (await query.execute()).map((row) => ({
    assignmentId: row.assignmentId,
    caseId: row.caseId,
    personId: row.personId,
    position: row.position,
    roundNumber: row.roundNumber,
    roundName: row.roundName,
    arm: row.arm,
    washoutDays: row.washoutDays,
    read:
      row.readId === null
        ? null
        : {
            id: row.readId,
            state: row.state === 'sealed' ? 'sealed' : 'draft',
            version: row.version ?? 1,
            source: row.source ?? 'concord',
            sealedAt: row.sealed_at,
            activeSeconds: row.active_seconds ?? 0,
          },
  }));
}

/**
 * Every assignment of every reader, as `listAssignments(db, null)` but in no order: three plain queries put together
 * here take a third of the time of the join, which counts with tens of thousands of them.
 */
export async function listAllAssignments(db: Readable): Promise<AssignmentRow[]> {
  const sessions = await db.selectFrom('session').select(['id', 'number', 'name', 'washout_days']).execute();
  const reads = await db
    .selectFrom('read')
    .select(['id', 'assignment_id', 'state', 'version', 'source', 'sealed_at', 'active_seconds'])
    .where('state', '<>', 'superseded')
    .execute();
  const assignments = await db
    .selectFrom('assignment')
    .select(['id', 'session_id', 'reader_id', 'case_id', 'position', 'arm'])
    .execute();
  const sessionOf = new Map(sessions.map((session) => [session.id, session]));
  const readOf = new Map(reads.map((read) => [read.assignment_id, read]));
  return assignments.map((row) => {
    const session = sessionOf.get(row.session_id)!; // a foreign key
    const read = readOf.get(row.id);
    return {
      assignmentId: row.id,
      caseId: row.case_id,
      personId: row.reader_id,
      position: row.position,
      roundNumber: session.number,
      roundName: session.name,
      arm: row.arm,
      washoutDays: session.washout_days,
      read: read
        ? {
            id: read.id,
            state: read.state === 'sealed' ? ('sealed' as const) : ('draft' as const),
            version: read.version,
            source: read.source,
            sealedAt: read.sealed_at,
            activeSeconds: read.active_seconds,
          }
        : null,
    };
  });
}

/** One assignment by its id, with its case and reader; null when there is none. */
export async function findAssignment(
  db: Readable,
  assignmentId: string,
): Promise<{ personId: string; caseId: string } | null> {
  const row = await db
    .selectFrom('assignment')
    .select(['reader_id', 'case_id'])
    .where('id', '=', assignmentId)
    .executeTakeFirst();
  return row ? { personId: row.reader_id, caseId: row.case_id } : null;
}

export async function insertRead(db: Writable, read: Partial<ReadRow> & NewRead): Promise<void> {
  await db
    .insertInto('read')
    .values({
      source: 'concord',
      consensus_id: null,
      base_revision_id: null,
      last_seq: 0,
      active_seconds: 0,
      sealed_at: null,
      sealed_revision_id: null,
      sealed_sha256: null,
      reopen_reason: null,
      lease_token: null,
      lease_expires_at: null,
      lease_process: null,
      ...read,
    })
    .execute();
}
export type NewRead = Pick<ReadRow, 'id' | 'assignment_id' | 'version' | 'state' | 'opened_at'>;

export async function updateRead(db: Writable, readId: string, change: Partial<ReadRow>): Promise<void> {
  await db.updateTable('read').set(change).where('id', '=', readId).execute();
}

export async function addActiveSeconds(
  db: Writable,
  readId: string,
  seconds: number,
  at: string,
): Promise<void> {
  await db
    .updateTable('read')
    .set((e) => ({ active_seconds: e('active_seconds', '+', seconds), beat_at: at }))
    .where('id', '=', readId)
    .execute();
}

export async function listStructures(db: Readable): Promise<Structure[]> {
  return db.selectFrom('structure').select(['id', 'label', 'name', 'colour']).orderBy('position').execute();
}

export async function findVolume(db: Readable, volumeId: string) {
  return db
    .selectFrom('volume')
    .select([
      'grid',
      'original_grid',
      'reorientation',
      'voxel_type',
      'minimum',
      'maximum',
      'modality',
      'sequence',
      'window_width',
      'window_level',
    ])
    .where('id', '=', volumeId)
    .executeTakeFirstOrThrow();
}

/** Of what kind a read's base is, and what is known of how it came about. */
export async function findBase(db: Readable, revisionId: string) {
  return db
    .selectFrom('mask_revision')
    .select(['kind', 'provenance'])
    .where('id', '=', revisionId)
    .executeTakeFirst();
}
