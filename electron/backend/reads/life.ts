// The turns of a read's life that others bring about: sealed, reopened, taken in from a file.
import type { Person } from '../../contract/study.ts';
import { Problem } from '../../contract/problem.ts';
import { appendAudit, studyTime } from '../../database/audit.ts';
import type { Writable } from '../../database/open.ts';
import type { OpenStudy } from '../context.ts';
import { newId } from '../identity.ts';
import { copyAnswers } from './questions.ts';
import { copyMeasurements } from './measurements.ts';
import { consensusSealed, notFound } from './refusals.ts';
import type { AssignmentKey, ReadService, Seal } from './service.ts';
import { currentRead, findRead, insertRead, listAssignments, updateRead, type ReadRecord } from './store.ts';

type Life = Pick<ReadService, 'reopen' | 'markSealed' | 'markFirstDraft' | 'setBase' | 'startImported'>;

export function createReadLife(now: () => number): Life {
  return {
    markSealed,
    markFirstDraft,
    setBase,
    startImported: (tx, of) => startImported(tx, of, now),
    reopen,
  };

  async function reopen(study: OpenStudy, readId: string, reason: string, by: Person) {
    const reopened = await study.database.write(async (tx) => {
      const sealed = await findRead(tx, readId);
      if (!sealed) throw notFound();
      if (sealed.consensusId !== null) throw consensusSealed();
      await requireReopenable(tx, sealed);
      const at = new Date(now()).toISOString();
      const newRead = newId();
      await updateRead(tx, readId, { state: 'superseded' });
      await insertRead(tx, {
        id: newRead,
        assignment_id: sealed.assignmentId,
        version: sealed.version + 1,
        state: 'draft',
        opened_at: at,
        base_revision_id: sealed.sealedRevisionId,
        reopen_reason: reason,
        first_draft_at: sealed.firstDraftAt,
        first_draft_revision_id: sealed.firstDraftRevisionId,
      });
      await copyAnswers(tx, readId, newRead, at);
      await copyMeasurements(tx, readId, newRead);
      const details = { reason, from: readId, version: sealed.version + 1, sha256: sealed.sealedSha256 };
      await appendAudit(tx, { actor: by.name, action: 'read.reopened', subject: newRead, details }, at);
      return { readId: newRead, personId: sealed.personId };
    });
    const onlyFor = { personId: reopened.personId };
    study.events.publish({ type: 'read', readId: reopened.readId, change: 'reopened' }, onlyFor);
    return { readId: reopened.readId };
  }
}

/** Reopening would show the reader the earlier mask: not while they read the case again. */
async function requireReopenable(tx: Writable, read: ReadRecord): Promise<void> {
  if (read.state !== 'sealed') {
    throw new Problem(
      'read-not-sealed',
      read.state === 'draft'
        ? 'This read is a draft: there is nothing to reopen.'
        : 'This read was reopened before; reopen its newest version.',
      { status: 409 },
    );
  }
  const turns = await listAssignments(tx, read.personId, read.caseId);
  const later = turns.find(
    (turn) =>
      turn.caseId === read.caseId && turn.roundNumber > read.round.number && turn.read?.state === 'draft',
  );
  if (!later) return;
  throw new Problem(
    'later-round-started',
    `${read.personName} is reading this case again in round ${later.roundNumber}, and reopening would show them their earlier mask. Reopen it once that read is sealed.`,
    { status: 409 },
  );
}

async function markSealed(tx: Writable, readId: string, seal: Seal): Promise<void> {
  const consensus = (await findRead(tx, readId))?.consensusId ?? null;
  if (consensus !== null) {
    const change = { state: 'sealed' as const, revision_id: seal.revisionId, sealed_at: seal.at };
    await tx.updateTable('consensus').set(change).where('id', '=', consensus).execute();
  }
  await updateRead(tx, readId, {
    state: 'sealed',
    // Never before what happened already, whatever the clock says: the washout counts from here.
    sealed_at: await studyTime(tx, seal.at),
    sealed_revision_id: seal.revisionId,
    sealed_sha256: seal.sha256,
    lease_token: null,
    lease_expires_at: null,
    lease_process: null,
  });
}

async function markFirstDraft(
  tx: Writable,
  readId: string,
  draft: { at: string; revisionId: string },
): Promise<void> {
  await updateRead(tx, readId, {
    first_draft_at: draft.at,
    first_draft_revision_id: draft.revisionId,
  });
}

async function setBase(tx: Writable, readId: string, revisionId: string): Promise<void> {
  await updateRead(tx, readId, { base_revision_id: revisionId });
}

async function startImported(tx: Writable, of: AssignmentKey, now: () => number): Promise<ReadRecord> {
  const turns = await listAssignments(tx, of.personId, of.caseId);
  const turn = turns.find((t) => t.caseId === of.caseId && t.roundNumber === of.round);
  if (!turn) {
    throw new Problem(
      'assignment-not-found',
      `This reader has no such case in round ${of.round}. Nothing was taken in; check reader, case and round.`,
      { status: 404 },
    );
  }
  const present = await currentRead(tx, turn.assignmentId);
  if (present) {
    throw new Problem(
      'read-exists',
      `${present.personName} has a ${present.state === 'draft' ? 'draft' : 'sealed read'} of ${present.caseName} in round ${of.round} already. Nothing was taken in.`,
      { status: 409 },
    );
  }
  const id = newId();
  await insertRead(tx, {
    id,
    assignment_id: turn.assignmentId,
    version: 1,
    state: 'draft',
    source: 'import',
    opened_at: new Date(now()).toISOString(),
  });
  const started = await findRead(tx, id);
  if (!started) throw notFound();
  return started;
}
