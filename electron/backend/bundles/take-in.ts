// What came back, read by read: into its place where that is free, named as a conflict where it is not.
import type { MergeReport } from '../../contract/bundles.ts';
import { appendAudit } from '../../database/audit.ts';
import type { Readable, Writable } from '../../database/open.ts';
import { sealsInAudit } from '../masks/service.ts';
import { sealOfMeasurements } from '../reads/service.ts';

interface Place {
  assignmentId: string;
  words: string;
}

/** The sealed reads of the returned copy. */
export async function returnedReads(copy: Readable) {
  return copy
    .selectFrom('read')
    .selectAll()
    .where('state', '=', 'sealed')
    .where('source', '=', 'concord')
    .orderBy('sealed_at')
    .execute();
}
type ReturnedRead = Awaited<ReturnType<typeof returnedReads>>[number];

/** Takes one read in, or says why not. Nothing that is there is ever changed. */
export async function takeIn(
  tx: Writable,
  copy: Readable,
  read: ReturnedRead,
  of: { readerId: string; bundleId: string; madeAt: string; at: string; actor: string },
  report: MergeReport,
): Promise<string | null> {
  const place = await placeOf(tx, read.assignment_id ?? '', of.readerId);
  if (!place) {
    report.conflicts.push({ read: read.id, reason: 'It is of no assignment of this reader.' });
    return null;
  }
  const present = await tx.selectFrom('read').selectAll().where('id', '=', read.id).executeTakeFirst();
  if (present) {
    const what = await differs(tx, copy, present, read);
    if (what === null) report.present++;
    else report.conflicts.push({ read: place.words, reason: `The same read is here with ${what}.` });
    return null;
  }
  const rival = await tx
    .selectFrom('read')
    .select(['state', 'sealed_at'])
    .where('assignment_id', '=', read.assignment_id)
    .where('state', '<>', 'superseded')
    .executeTakeFirst();
  if (rival) {
    const state =
      rival.state === 'sealed' ? `sealed here on ${rival.sealed_at?.slice(0, 10)}` : 'a draft here';
    report.conflicts.push({ read: place.words, reason: `It is ${state} already; that one stays.` });
    return null;
  }
  if ((read.sealed_at ?? '') < of.madeAt) {
    report.conflicts.push({ read: place.words, reason: 'It was sealed before the bundle was made.' });
    return null;
  }
  await insertWhole(tx, copy, read);
  const details = {
    sha256: read.sealed_sha256,
    sealedAt: read.sealed_at,
    bundleId: of.bundleId,
    ...(await sealOfMeasurements(tx, read.id)),
  };
  await appendAudit(tx, { actor: of.actor, action: 'read.merged', subject: read.id, details }, of.at);
  report.taken.push(place.words);
  return read.id;
}

/** What a read here has otherwise than the same one that came back; null where they are alike. */
async function differs(
  tx: Writable,
  copy: Readable,
  here: Pick<ReturnedRead, 'id' | 'sealed_sha256' | 'sealed_at'>,
  back: ReturnedRead,
): Promise<string | null> {
  if (here.sealed_sha256 !== back.sealed_sha256) return 'another mask';
  const time = here.sealed_at === back.sealed_at ? null : 'another time of sealing';
  // A read that only went along has none there: its measurements stayed here.
  const sealedThere = (await sealsInAudit(copy)).get(back.id)?.measurements ?? null;
  if (sealedThere === null) return time;
  const { measurementsSha256 } = await sealOfMeasurements(tx, here.id);
  return measurementsSha256 === sealedThere ? time : 'other measurements';
}

async function placeOf(tx: Writable, assignmentId: string, readerId: string): Promise<Place | null> {
  const row = await tx
    .selectFrom('assignment')
    .innerJoin('session', 'session.id', 'assignment.session_id')
    .innerJoin('case', 'case.id', 'assignment.case_id')
    .where('assignment.id', '=', assignmentId)
    .where('assignment.reader_id', '=', readerId)
    .select(['case.name', 'session.name as round'])
    .executeTakeFirst();
  return row ? { assignmentId, words: `${row.name}, ${row.round}` } : null;
}

/** The read with its masks, strokes, answers and measurements; sealed last, since only drafts take any of them. */
async function insertWhole(tx: Writable, copy: Readable, read: ReturnedRead): Promise<void> {
  const sealed = {
    base_revision_id: read.base_revision_id,
    first_draft_revision_id: read.first_draft_revision_id,
    first_draft_at: read.first_draft_at,
  };
  await tx
    .insertInto('read')
    .values({
      ...read,
      state: 'draft',
      base_revision_id: null,
      first_draft_revision_id: null,
      first_draft_at: null,
      sealed_at: null,
      sealed_revision_id: null,
      sealed_sha256: null,
      lease_token: null,
      lease_expires_at: null,
      lease_process: null,
    })
    .execute();
  const revisions = await copy
    .selectFrom('mask_revision')
    .selectAll()
    .where('read_id', '=', read.id)
    .where('kind', '<>', 'snapshot')
    .execute();
  for (const revision of revisions) await tx.insertInto('mask_revision').values(revision).execute();
  const patches = await copy
    .selectFrom('mask_patch')
    .selectAll()
    .where('read_id', '=', read.id)
    .orderBy('seq')
    .execute();
  for (const patch of patches) await tx.insertInto('mask_patch').values(patch).execute();
  const answers = await copy.selectFrom('form_answer').selectAll().where('read_id', '=', read.id).execute();
  for (const answer of answers) await tx.insertInto('form_answer').values(answer).execute();
  const drawn = await copy.selectFrom('annotation').selectAll().where('read_id', '=', read.id).execute();
  for (const annotation of drawn) await tx.insertInto('annotation').values(annotation).execute();
  await tx.updateTable('read').set(sealed).where('id', '=', read.id).execute();
  const { sealed_at, sealed_revision_id, sealed_sha256 } = read;
  await tx
    .updateTable('read')
    .set({ state: 'sealed', sealed_at, sealed_revision_id, sealed_sha256 })
    .where('id', '=', read.id)
    .execute();
}
