// The study inside a bundle: one reader, their assignments, blind volumes; nobody else and no names.
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '../../contract/problem.ts';
import { appendAudit } from '../../database/audit.ts';
import { createDatabase, type Readable, type Writable } from '../../database/open.ts';
import type { VolumeClient } from '../../workers/volume-client.ts';
import type { VolumeStore } from '../cases/volumes.ts';
import type { OpenStudy } from '../context.ts';
import { storedDesign } from '../reads/design.ts';
import { pictureFiles } from '../studies/service.ts';
import { carryDisplay } from './display.ts';

/** How far it is, and whether somebody stopped it. */
export interface WorkControl {
  readonly signal: AbortSignal;
  progress(step: string, fraction: number | null): void;
}

/** What a copy knows of where it comes from and how it goes back; kept in its `study.bundle`. */
export interface Origin {
  bundleId: string;
  studyId: string;
  studyName: string;
  readerId: string;
  /** Signs what goes back: Ed25519, PKCS #8 PEM. */
  signingKey: string;
  /** What goes back is encrypted to this: an age recipient. */
  returnRecipient: string;
}

/**
 * Assignments of a reader that go into a bundle: all but those of cases with a draft. A draft goes on where it was
 * begun, and a later round of its case must not open without it.
 */
export async function assignmentsToHandOut(db: Readable, readerId: string) {
  const rows = await db
    .selectFrom('assignment')
    .leftJoin('read', (join) =>
      join.onRef('read.assignment_id', '=', 'assignment.id').on('read.state', '<>', 'superseded'),
    )
    .innerJoin('session', 'session.id', 'assignment.session_id')
    .where('assignment.reader_id', '=', readerId)
    .where('session.number', '>', 0)
    .select(['assignment.id', 'assignment.case_id', 'read.id as readId', 'read.state'])
    .execute();
  const drafts = rows.filter((row) => row.state === 'draft');
  const begun = new Set(drafts.map((row) => row.case_id));
  const out = rows.filter((row) => !begun.has(row.case_id));
  return { out, open: out.filter((row) => row.state === null).length, drafts: drafts.length };
}

/** Makes study.sqlite and volumes/ in `folder`; answers with the names of its files. */
export async function makeCopy(
  study: OpenStudy,
  needs: { client: VolumeClient; volumes: VolumeStore },
  of: { folder: string; origin: Origin; at: string; control?: WorkControl },
): Promise<string[]> {
  const { origin, folder } = of;
  const { out } = await assignmentsToHandOut(study.database.read, origin.readerId);
  await mkdir(join(folder, 'volumes'), { recursive: true });
  const copy = createDatabase(join(folder, 'study.sqlite'));
  const names: string[] = [];
  try {
    const db = study.database.read;
    const caseIds = [...new Set(out.map((row) => row.case_id))];
    const volumes = await blindVolumes(study, needs, caseIds, {
      folder: join(folder, 'volumes'),
      control: of.control,
    });
    names.push(...volumes.map((volume) => `volumes/${volume.row.stored_path}`));
    names.push(...(await copyPictures(study, folder)));
    await copy.write(async (tx) => {
      await copySetUp(db, tx, origin);
      await carryDisplay(db, tx, { readerId: origin.readerId, caseIds });
      for (const { row } of volumes) await tx.insertInto('volume').values(row).execute();
      const cases = await db.selectFrom('case').selectAll().where('id', 'in', caseIds).execute();
      for (const one of cases) {
        // No name of the case leaves the study.
        const row = { ...one, name: one.id, reference_revision_id: null };
        await tx.insertInto('case').values(row).execute();
      }
      for (const row of await db
        .selectFrom('linked_volume')
        .selectAll()
        .where('case_id', 'in', caseIds)
        .execute())
        await tx.insertInto('linked_volume').values(row).execute();
      const ids = out.map((row) => row.id);
      const assignments = await db.selectFrom('assignment').selectAll().where('id', 'in', ids).execute();
      for (const assignment of assignments) await tx.insertInto('assignment').values(assignment).execute();
      const details = { bundleId: origin.bundleId, assignments: ids.length };
      await appendAudit(
        tx,
        { actor: 'Concord', action: 'bundle.made', subject: origin.bundleId, details },
        of.at,
      );
      for (const { readId } of out) if (readId !== null) await carryRead(db, tx, readId, of.at);
    });
  } finally {
    await copy.close();
  }
  return ['study.sqlite', ...names];
}

/** The instructions' pictures, which tell nothing of a case; answers with their names. */
async function copyPictures(study: OpenStudy, folder: string): Promise<string[]> {
  const names = await pictureFiles(study.database.read);
  if (names.length > 0) await mkdir(join(folder, 'pictures'), { recursive: true });
  for (const name of names) {
    try {
      await copyFile(join(study.folder, name), join(folder, name));
    } catch (cause) {
      throw new Problem(
        'picture-lost',
        `${name} of the instructions is missing from the study folder. Nothing was written; add the picture again on the protocol page.`,
        { status: 422, cause },
      );
    }
  }
  return names;
}

async function copySetUp(db: Readable, tx: Writable, origin: Origin): Promise<void> {
  const study = await db.selectFrom('study').selectAll().executeTakeFirstOrThrow();
  const design = JSON.stringify({ ...(await storedDesign(db)), qualification: null });
  const bundle = JSON.stringify(origin);
  const name = `${study.name} (handed out)`;
  const row = { ...study, id: origin.bundleId, name, design, bundle, signing_key: null };
  await tx.insertInto('study').values(row).execute();
  for (const one of await db.selectFrom('structure').selectAll().execute())
    await tx.insertInto('structure').values(one).execute();
  for (const one of await db.selectFrom('session').selectAll().where('number', '>', 0).execute())
    await tx.insertInto('session').values(one).execute();
  for (const one of await db.selectFrom('form_question').selectAll().execute())
    await tx.insertInto('form_question').values(one).execute();
  for (const one of await db.selectFrom('instruction_picture').selectAll().execute())
    await tx.insertInto('instruction_picture').values(one).execute();
  const reader = await db
    .selectFrom('reader')
    .selectAll()
    .where('id', '=', origin.readerId)
    .executeTakeFirstOrThrow();
  const fresh = { ...reader, failed_tries: 0, locked_until: null };
  await tx.insertInto('reader').values(fresh).execute();
}

/** The volumes behind cases as files that tell nothing, and their rows. */
async function blindVolumes(
  study: OpenStudy,
  needs: { client: VolumeClient; volumes: VolumeStore },
  caseIds: string[],
  { folder, control }: { folder: string; control?: WorkControl },
) {
  const db = study.database.read;
  const own = db.selectFrom('case').select('volume_id').where('id', 'in', caseIds);
  const linked = db.selectFrom('linked_volume').select('volume_id').where('case_id', 'in', caseIds);
  const rows = await db
    .selectFrom('volume')
    .where((e) => e.or([e('id', 'in', own), e('id', 'in', linked)]))
    .selectAll()
    .execute();
  const blind = [];
  for (const [index, row] of rows.entries()) {
    control?.signal.throwIfAborted();
    control?.progress(`Volume ${index + 1} of ${rows.length}`, index / rows.length);
    const { path, grid, facts } = await needs.volumes.canonicalFile(study, row.id);
    const stored_path = `${row.id}.nii.gz`;
    const made = await needs.client.blind(
      path,
      { grid, voxelType: facts.voxelType },
      join(folder, stored_path),
    );
    blind.push({
      row: {
        ...row,
        stored_path,
        sha256: made.sha256,
        byte_length: made.byteLength,
        file_name: 'volume.nii.gz',
        format: 'nifti' as const,
        series: null,
        original_grid: row.grid,
        reorientation: JSON.stringify(made.reorientation),
        frame_of_reference: null,
        warnings: '[]',
        thumbnail: null,
      },
    });
  }
  return blind;
}

/** A sealed read goes along, so that its washout counts and its later round opens; its strokes stay behind. */
async function carryRead(db: Readable, tx: Writable, readId: string, at: string): Promise<void> {
  const read = await db.selectFrom('read').selectAll().where('id', '=', readId).executeTakeFirstOrThrow();
  const mask = await db
    .selectFrom('mask_revision')
    .selectAll()
    .where('id', '=', read.sealed_revision_id ?? '')
    .executeTakeFirstOrThrow();
  const draft = { state: 'draft' as const, sealed_at: null, sealed_revision_id: null, sealed_sha256: null };
  const without = { base_revision_id: null, first_draft_revision_id: null, first_draft_at: null };
  await tx
    .insertInto('read')
    .values({ ...read, ...draft, ...without, last_seq: 0 })
    .execute();
  await tx
    .insertInto('mask_revision')
    .values({ ...mask, patch_seq: 0, provenance: null })
    .execute();
  const { sealed_at, sealed_revision_id, sealed_sha256 } = read;
  await tx
    .updateTable('read')
    .set({ state: 'sealed', sealed_at, sealed_revision_id, sealed_sha256 })
    .where('id', '=', readId)
    .execute();
  const details = { sha256: sealed_sha256, sealedAt: sealed_at };
  await appendAudit(tx, { actor: 'Concord', action: 'read.merged', subject: readId, details }, at);
}
