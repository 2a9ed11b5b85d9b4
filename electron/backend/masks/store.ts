// The journal of strokes and the whole masks in the study database.
import type { PatchEntry } from '../../contract/reads.ts';
import type { Grid } from '../../contract/geometry.ts';
import { voxelCount } from '../../contract/geometry.ts';
import type { Readable, Writable } from '../../database/open.ts';
import type { Tables } from '../../database/tables.ts';
import { newId } from '../identity.ts';

type PatchRow = Tables['mask_patch'];
type RevisionRow = Tables['mask_revision'];
export type RevisionKind = RevisionRow['kind'];

export async function insertPatch(db: Writable, row: PatchRow): Promise<void> {
  await db.insertInto('mask_patch').values(row).execute();
  await db.updateTable('read').set({ last_seq: row.seq }).where('id', '=', row.read_id).execute();
}

export async function findPatch(db: Readable, readId: string, seq: number): Promise<PatchRow | null> {
  const row = await db
    .selectFrom('mask_patch')
    .selectAll()
    .where('read_id', '=', readId)
    .where('seq', '=', seq)
    .executeTakeFirst();
  return row ?? null;
}

/** The bytes (zstd of patch bytes) behind a row: its own, or those of the edit that it is about. */
export async function patchBytes(db: Readable, readId: string, seq: number): Promise<Uint8Array | null> {
  const row = await findPatch(db, readId, seq);
  if (row?.target != null) return (await findPatch(db, readId, row.target))?.bytes ?? null;
  return row?.bytes ?? null;
}

export async function listPatches(db: Readable, readId: string): Promise<PatchEntry[]> {
  return db
    .selectFrom('mask_patch')
    .select(['seq', 'kind', 'target', 'tool', 'label', 'voxels', 'at'])
    .where('read_id', '=', readId)
    .orderBy('seq')
    .execute();
}

/** Rows after `after` up to `upTo`, each with the bytes that it applies or takes back. */
export async function stepsBetween(db: Readable, readId: string, after: number, upTo: number) {
  return db
    .selectFrom('mask_patch as step')
    .leftJoin('mask_patch as edit', (join) =>
      join.onRef('edit.read_id', '=', 'step.read_id').onRef('edit.seq', '=', 'step.target'),
    )
    .select((e) => ['step.seq', 'step.kind', e.fn.coalesce('step.bytes', 'edit.bytes').as('bytes')])
    .where('step.read_id', '=', readId)
    .where('step.seq', '>', after)
    .where('step.seq', '<=', upTo)
    .orderBy('step.seq')
    .execute();
}

export interface NewRevision {
  readId: string;
  caseId: string;
  kind: RevisionKind;
  patchSeq: number;
  mask: { zipped: Uint8Array; sha256: string; counts: Record<string, number> };
  provenance?: unknown;
  at: string;
}

/** Keeps a whole mask; answers with its id. */
export async function insertRevision(db: Writable, revision: NewRevision): Promise<string> {
  const id = newId();
  await db
    .insertInto('mask_revision')
    .values({
      id,
      read_id: revision.readId,
      case_id: revision.caseId,
      kind: revision.kind,
      patch_seq: revision.patchSeq,
      bytes: revision.mask.zipped,
      sha256: revision.mask.sha256,
      counts: JSON.stringify(revision.mask.counts),
      provenance: revision.provenance === undefined ? null : JSON.stringify(revision.provenance),
      created_at: revision.at,
    })
    .execute();
  return id;
}

export async function findRevision(db: Readable, id: string): Promise<RevisionRow | null> {
  const row = await db.selectFrom('mask_revision').selectAll().where('id', '=', id).executeTakeFirst();
  return row ?? null;
}

/** The newest snapshot of a read at or before `upTo`. */
export async function latestSnapshot(
  db: Readable,
  readId: string,
  upTo: number,
): Promise<RevisionRow | null> {
  const row = await db
    .selectFrom('mask_revision')
    .selectAll()
    .where('read_id', '=', readId)
    .where('kind', '=', 'snapshot')
    .where('patch_seq', '<=', upTo)
    .orderBy('patch_seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ?? null;
}

/** Drops all snapshots of a read but the newest `keep`: the strokes hold everything. */
export async function dropSnapshots(db: Writable, readId: string, keep: number): Promise<void> {
  const rows = await db
    .selectFrom('mask_revision')
    .select('id')
    .where('read_id', '=', readId)
    .where('kind', '=', 'snapshot')
    .orderBy('patch_seq', 'desc')
    .execute();
  const old = rows.slice(keep).map((row) => row.id);
  if (old.length > 0) await db.deleteFrom('mask_revision').where('id', 'in', old).execute();
}

export interface CaseGrids {
  /** From the file's grid, on which masks come and leave, to the canonical one, on which they live. */
  reorientation: unknown;
  voxels: number;
}

export async function gridsOfCase(db: Readable, caseId: string): Promise<CaseGrids | null> {
  const row = await db
    .selectFrom('case')
    .innerJoin('volume', 'volume.id', 'case.volume_id')
    .select(['volume.grid', 'volume.reorientation'])
    .where('case.id', '=', caseId)
    .executeTakeFirst();
  if (!row) return null;
  return {
    reorientation: JSON.parse(row.reorientation) as unknown,
    voxels: voxelCount(JSON.parse(row.grid) as Grid),
  };
}

/** The labels that a mask of this study may hold, without the background. */
export async function labelsOfStudy(db: Readable): Promise<Set<number>> {
  const rows = await db.selectFrom('structure').select('label').execute();
  return new Set(rows.map((row) => row.label));
}

/** Every read that was ever sealed, superseded ones included, oldest seal first. */
export async function sealedReadIds(db: Readable): Promise<string[]> {
  const rows = await db
    .selectFrom('read')
    .where('state', '<>', 'draft')
    .select('id')
    .orderBy('sealed_at')
    .orderBy('id')
    .execute();
  return rows.map((row) => row.id);
}

/** The revision and checksum that a read's seal names. */
export async function sealedRevisionOf(db: Readable, readId: string) {
  return db
    .selectFrom('read')
    .where('id', '=', readId)
    .select(['sealed_revision_id as revisionId', 'sealed_sha256 as sha256'])
    .executeTakeFirst();
}

/** A seal as the audit trail has it. */
export interface AuditedSeal {
  sha256: string;
  /** SHA-256 over the measurements; null for what was sealed before they were part of it, or carried along. */
  measurements: string | null;
}

/** What the audit chain says of seals: the SHA-256 by read. */
export async function sealsInAudit(db: Readable): Promise<Map<string, AuditedSeal>> {
  const rows = await db
    .selectFrom('audit_event')
    .select(['subject', 'details'])
    .where('action', 'in', ['read.sealed', 'read.imported', 'read.merged'])
    .orderBy('seq')
    .execute();
  return new Map(
    rows.map((row) => {
      const details = JSON.parse(row.details) as Record<string, unknown>;
      const measured = details['measurementsSha256'];
      return [
        row.subject,
        {
          sha256: String(details['sha256'] ?? ''),
          measurements: typeof measured === 'string' ? measured : null,
        },
      ];
    }),
  );
}
