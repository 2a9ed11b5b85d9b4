// Qualification: references behind cases, reads judged by them, and another try for whoever did not pass.
import type { Qualification } from '../../contract/design.ts';
import type { Grid } from '../../contract/geometry.ts';
import type { Person } from '../../contract/study.ts';
import type { QualificationResult } from '../../contract/qualification.ts';
import { Problem } from '../../contract/problem.ts';
import { appendAudit } from '../../database/audit.ts';
import type { Readable, Writable } from '../../database/open.ts';
import { comparePair } from '../../workers/agreement-client.ts';
import type { MaskClient } from '../../workers/mask-client.ts';
import type { OpenStudy } from '../context.ts';
import { newId } from '../identity.ts';
import type { MaskService } from '../masks/service.ts';
import { ensureAssignments } from '../reads/assignments.ts';
import { storedDesign } from '../reads/design.ts';

export interface QualificationService {
  /** Sets the pass mark, or (null) lets every reader start. Makes round 0 where it is missing. */
  set(study: OpenStudy, qualification: Qualification | null, by: Person): Promise<void>;
  /**
   * Makes a case that nobody has read a qualification case with the mask file at `path` as its reference. Throws Problem
   * `case-not-found`, `case-in-use`, `qualification-not-set`, `reference-empty`, and whatever reading the mask throws.
   */
  addCase(study: OpenStudy, caseId: string, path: string, by: Person): Promise<void>;
  /** Judges a sealed read of round 0; nothing for any other. */
  judge(study: OpenStudy, readId: string): Promise<void>;
  /** A reader's own results, everybody's for the coordinator. */
  results(study: OpenStudy, person: Person): Promise<QualificationResult[]>;
  /** A blank version of one's own failed read. Throws Problem `read-not-found`, `try-not-due`. */
  tryAgain(study: OpenStudy, readId: string, person: Person): Promise<{ readId: string }>;
}

export function createQualificationService(needs: {
  masks: Pick<MaskService, 'revisionBytes'>;
  client: MaskClient;
}): QualificationService {
  const { masks, client } = needs;

  async function addCase(study: OpenStudy, caseId: string, path: string, by: Person): Promise<void> {
    const db = study.database.read;
    const present = await caseWithGrid(db, caseId);
    const { mask, source } = await client.readFile(path, JSON.parse(present.reorientation));
    if (Object.keys(mask.counts).length === 0) {
      throw new Problem('reference-empty', `${source.fileName} holds no structure. Nothing was changed.`, {
        status: 422,
      });
    }
    await study.database.write(async (tx) => {
      await requireUnread(tx, caseId, present.name);
      if (!(await storedDesign(tx)).qualification) {
        throw new Problem('qualification-not-set', 'Set the pass mark of the qualification first.', {
          status: 409,
        });
      }
      const at = new Date(study.now()).toISOString();
      const revisionId = newId();
      await tx
        .insertInto('mask_revision')
        .values({
          id: revisionId,
          read_id: null,
          case_id: caseId,
          kind: 'imported',
          patch_seq: 0,
          bytes: mask.zipped,
          sha256: mask.sha256,
          counts: JSON.stringify(mask.counts),
          provenance: JSON.stringify({ reference: true, ...source }),
          created_at: at,
        })
        .execute();
      await tx.deleteFrom('assignment').where('case_id', '=', caseId).execute();
      const change = { purpose: 'qualification' as const, reference_revision_id: revisionId };
      await tx.updateTable('case').set(change).where('id', '=', caseId).execute();
      await ensureAssignments(tx);
      const details = { reference: mask.sha256, file: source.fileName };
      await appendAudit(tx, { actor: by.name, action: 'case.qualification', subject: caseId, details }, at);
    });
    study.events.publish({ type: 'cases' });
  }

  async function judge(study: OpenStudy, readId: string): Promise<void> {
    const db = study.database.read;
    const read = await sealedTry(db, readId);
    const { qualification } = await storedDesign(db);
    if (!read || !read.reference || !read.revision || !qualification) return;
    const counts = JSON.parse(read.referenceCounts) as Record<string, number>;
    const [a, b] = await Promise.all([
      masks.revisionBytes(study, read.reference),
      masks.revisionBytes(study, read.revision),
    ]);
    const labels = Object.keys(counts).map(Number);
    const metrics = await comparePair({ grid: JSON.parse(read.grid) as Grid, a, b, labels });
    const dice = Object.fromEntries(metrics.map((metric) => [metric.label, metric.dice]));
    const passed = metrics.every((metric) => (metric.dice ?? 0) >= qualification.passMark);
    await study.database.write(async (tx) => {
      const twice = await tx
        .selectFrom('qualification_result')
        .select('passed')
        .where('read_id', '=', readId)
        .executeTakeFirst();
      if (twice) return;
      const at = new Date(study.now()).toISOString();
      await tx
        .insertInto('qualification_result')
        .values({
          read_id: readId,
          reference_revision_id: read.reference!,
          pass_mark: qualification.passMark,
          dice: JSON.stringify(dice),
          passed: passed ? 1 : 0,
          at,
        })
        .execute();
      const details = { passed, passMark: qualification.passMark, dice };
      await appendAudit(tx, { actor: 'Concord', action: 'read.qualified', subject: readId, details }, at);
    });
  }

  async function results(study: OpenStudy, person: Person): Promise<QualificationResult[]> {
    const db = study.database.read;
    // A Concord that was killed between seal and judgement left some behind.
    for (const { id } of await unjudged(db)) await judge(study, id);
    if (person.role === 'auditor') return [];
    let query = resultRows(db);
    if (person.role === 'reader') query = query.where('assignment.reader_id', '=', person.id);
    const names = await db.selectFrom('structure').select(['label', 'name']).execute();
    return (await query.execute()).map((row) => ({
      readId: row.readId,
      personId: row.personId,
      title: `Case ${row.position}`,
      passMark: row.pass_mark,
      structures: Object.entries(JSON.parse(row.dice) as Record<string, number | null>).map(
        ([label, dice]) => ({
          label: Number(label),
          name: names.find((one) => one.label === Number(label))?.name ?? `Label ${label}`,
          dice,
        }),
      ),
      passed: row.passed === 1,
      at: row.at,
    }));
  }

  return {
    addCase,
    judge,
    results,
    async set(study, qualification, by) {
      await study.database.write(async (tx) => {
        const stored = { ...(await storedDesign(tx)), qualification };
        await tx
          .updateTable('study')
          .set({ design: JSON.stringify(stored) })
          .execute();
        const round = await tx.selectFrom('session').select('id').where('number', '=', 0).executeTakeFirst();
        if (!round && qualification) {
          const added = { id: newId(), number: 0, name: 'Qualification', arm: 'unassisted' as const };
          await tx
            .insertInto('session')
            .values({ ...added, washout_days: 0 })
            .execute();
        }
        await ensureAssignments(tx);
        const entry = { actor: by.name, action: 'study.qualification', subject: study.id };
        await appendAudit(tx, { ...entry, details: { qualification } }, new Date(study.now()).toISOString());
      });
    },
    async tryAgain(study, readId, person) {
      return study.database.write(async (tx) => {
        const row = await resultRows(tx)
          .where('read.id', '=', readId)
          .where('assignment.reader_id', '=', person.id)
          .executeTakeFirst();
        if (!row) {
          throw new Problem('read-not-found', 'There is no such read for you in this study.', {
            status: 404,
          });
        }
        if (row.passed === 1 || row.state !== 'sealed') {
          throw new Problem('try-not-due', 'This qualification read needs no other try.', { status: 409 });
        }
        const at = new Date(study.now()).toISOString();
        const next = newId();
        await tx.updateTable('read').set({ state: 'superseded' }).where('id', '=', readId).execute();
        await tx
          .insertInto('read')
          .values({
            id: next,
            assignment_id: row.assignment_id,
            version: row.version + 1,
            state: 'draft',
            source: 'concord',
            base_revision_id: null,
            last_seq: 0,
            active_seconds: 0,
            opened_at: at,
            sealed_at: null,
            sealed_revision_id: null,
            sealed_sha256: null,
            reopen_reason: null,
            lease_token: null,
            lease_expires_at: null,
            lease_process: null,
          })
          .execute();
        const details = { from: readId, version: row.version + 1 };
        await appendAudit(tx, { actor: person.name, action: 'read.tried-again', subject: next, details }, at);
        return { readId: next };
      });
    },
  };
}

async function caseWithGrid(db: Readable, caseId: string) {
  const row = await db
    .selectFrom('case')
    .innerJoin('volume', 'volume.id', 'case.volume_id')
    .where('case.id', '=', caseId)
    .select(['case.name', 'volume.reorientation'])
    .executeTakeFirst();
  if (row) return row;
  throw new Problem('case-not-found', 'There is no such case in this study.', { status: 404 });
}

async function requireUnread(tx: Writable, caseId: string, name: string): Promise<void> {
  const read = await tx
    .selectFrom('read')
    .innerJoin('assignment', 'assignment.id', 'read.assignment_id')
    .where('assignment.case_id', '=', caseId)
    .select('read.id')
    .executeTakeFirst();
  if (!read) return;
  throw new Problem(
    'case-in-use',
    `${name} has been opened by a reader and cannot become a qualification case. Nothing was changed; take another.`,
    { status: 409 },
  );
}

function sealedTry(db: Readable, readId: string) {
  return db
    .selectFrom('read')
    .innerJoin('assignment', 'assignment.id', 'read.assignment_id')
    .innerJoin('session', 'session.id', 'assignment.session_id')
    .innerJoin('case', 'case.id', 'assignment.case_id')
    .innerJoin('volume', 'volume.id', 'case.volume_id')
    .innerJoin('mask_revision', 'mask_revision.id', 'case.reference_revision_id')
    .where('read.id', '=', readId)
    .where('read.state', '=', 'sealed')
    .where('session.number', '=', 0)
    .select(['case.reference_revision_id as reference', 'mask_revision.counts as referenceCounts'])
    .select(['read.sealed_revision_id as revision', 'volume.grid'])
    .executeTakeFirst();
}

function unjudged(db: Readable) {
  return db
    .selectFrom('read')
    .innerJoin('assignment', 'assignment.id', 'read.assignment_id')
    .innerJoin('session', 'session.id', 'assignment.session_id')
    .leftJoin('qualification_result', 'qualification_result.read_id', 'read.id')
    .where('session.number', '=', 0)
    .where('read.state', '=', 'sealed')
    .where('qualification_result.read_id', 'is', null)
    .select('read.id')
    .execute();
}

function resultRows(db: Readable) {
  return db
    .selectFrom('qualification_result')
    .innerJoin('read', 'read.id', 'qualification_result.read_id')
    .innerJoin('assignment', 'assignment.id', 'read.assignment_id')
    .select(['read.id as readId', 'read.state', 'read.version', 'read.assignment_id'])
    .select(['assignment.reader_id as personId', 'assignment.position'])
    .select(['qualification_result.pass_mark', 'qualification_result.dice', 'qualification_result.passed'])
    .select('qualification_result.at')
    .orderBy('qualification_result.at');
}
