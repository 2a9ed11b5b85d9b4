// Reads from the worklist to the lease: who may open what, when, and which window holds it.
import type { Activity } from '../../contract/activity.ts';
import type { Form, GivenAnswer } from '../../contract/forms.ts';
import type { BoardEntry, Read, WorklistItem } from '../../contract/reads.ts';
import type { Person } from '../../contract/study.ts';
import { Problem } from '../../contract/problem.ts';
import { appendAudit } from '../../database/audit.ts';
import type { Readable, Writable } from '../../database/open.ts';
import type { OpenStudy } from '../context.ts';
import { newId } from '../identity.ts';
import { THIS_PROCESS } from '../process.ts';
import { activityOf } from './activity.ts';
import { aiRefusal, awaitsLaterRound, lockOf, mayView, turnsByCase } from './blinding.ts';
import { requireClock } from './clock.ts';
import { handedOutReaders, refuseHandedOut } from './handed-out.ts';
import { gateOf, gates } from './gate.ts';
import { LEASE_MS, leaseIsLive, newLease, openElsewhere, requireLease } from './lease.ts';
import { createReadLife } from './life.ts';
import { mayWrite, openConsensusIn, startConsensus } from './consensus.ts';
import { formOf, keepAnswers, requireAnswers } from './questions.ts';
import { blinded, consensusSealed, firstDraftMissing, notFound, sealedAlready } from './refusals.ts';
import { showRead } from './show.ts';
import { requireTime } from './time-limit.ts';
import { flagEntries, toBoardEntry, toWorklistItem } from './worklist.ts';
import {
  addActiveSeconds,
  currentRead,
  findAssignment,
  findConsensusRead,
  findRead,
  insertRead,
  listAllAssignments,
  listAssignments,
  updateRead,
  type ReadRecord,
} from './store.ts';

export type { ReadRecord } from './store.ts';
export { sealOfMeasurements } from './measurements.ts';
export { gateOf, gates } from './gate.ts';

/** Who writes, and through which window: the lease goes with every write as `x-concord-lease`. */
export interface Editor {
  person: Person;
  lease: string | null;
}

export interface ReadService {
  worklist(study: OpenStudy, person: Person): Promise<WorklistItem[]>;
  board(study: OpenStudy): Promise<BoardEntry[]>;
  /**
   * Opens an assignment: makes the draft on first opening and takes the lease. A sealed read comes back without one.
   * Throws Problem `assignment-not-found`, `read-locked`, `read-open-elsewhere`, `read-blinded`, `clock-set-back`,
   * `read-handed-out`.
   */
  open(study: OpenStudy, assignmentId: string, person: Person): Promise<Read>;
  /** The read without a lease. Throws Problem `read-not-found` as `viewable` does. */
  show(study: OpenStudy, readId: string, person: Person): Promise<Read>;
  /** What the reader is told right after sealing, when the blinding rule may already hide the read itself. */
  afterSeal(study: OpenStudy, readId: string, person: Person): Promise<Read>;
  /**
   * The read, when `person` may look at its images and mask by the blinding rule. Throws Problem `read-not-found`
   * (404) for everything else, so that not even its existence is told.
   */
  viewable(study: OpenStudy, readId: string, person: Person): Promise<ReadRecord>;
  /**
   * The draft, when `editor` owns it and holds its lease; call it inside the transaction that writes. Throws Problem
   * `read-not-found`, `read-sealed`, `lease-lost`.
   */
  editable(db: Readable, readId: string, editor: Editor): Promise<ReadRecord>;
  /**
   * Passes when AI masks may enter `record` now. Throws Problem `ai-not-allowed` (arm without AI), `ai-not-yet` (first
   * draft not kept).
   */
  requireAi(record: ReadRecord): void;
  /**
   * Throws Problem `answers-missing` before the first stroke while what is asked before the mask has no answer, and
   * `time-is-up` where the protocol enforces its time.
   */
  requireDrawable(db: Readable, record: ReadRecord): Promise<void>;
  /** Throws Problem `answers-missing` while a required question has none, `first-draft-missing` by the arm. */
  requireSealable(db: Readable, record: ReadRecord): Promise<void>;
  /** Time on task by structure, of a read that `person` may see. */
  activity(study: OpenStudy, readId: string, person: Person): Promise<Activity>;
  /** Questions, answers and what is missing, of a read that `person` may see. */
  form(study: OpenStudy, readId: string, person: Person): Promise<Form>;
  /** Keeps answers of a draft; see questions.ts for its refusals. */
  answer(study: OpenStudy, readId: string, editor: Editor, answers: readonly GivenAnswer[]): Promise<Form>;
  /** Renews the lease inside the transaction of a write. */
  renew(tx: Writable, readId: string): Promise<void>;
  /** Renews the lease and adds to the time on task. */
  heartbeat(study: OpenStudy, readId: string, editor: Editor, activeSeconds: number): Promise<void>;
  /** Gives the lease back. A lease that is lost already is no error: leaving must always work. */
  release(study: OpenStudy, readId: string, editor: Editor): Promise<void>;
  /**
   * Coordinators only: a sealed read becomes superseded, and a new draft goes on from its mask; both are kept.
   * Throws Problem `read-not-found`, `read-not-sealed`, `later-round-started`.
   */
  reopen(study: OpenStudy, readId: string, reason: string, by: Person): Promise<{ readId: string }>;
  /** The draft in which a consensus is drawn, from `base` on; call it where the consensus is made. */
  startConsensus(tx: Writable, of: { consensusId: string; base: string }): Promise<ReadRecord>;
  /**
   * Opens the read of a consensus with a lease, for any coordinator. Throws Problem `consensus-not-found`,
   * `consensus-sealed`, `read-open-elsewhere`.
   */
  openConsensus(study: OpenStudy, consensusId: string): Promise<Read>;
  /** The read of a consensus; null for one that was sealed before consensus was drawn as a read. */
  consensusRead(db: Readable, consensusId: string): Promise<ReadRecord | null>;
  /** The read by itself, with no question who asks: for other services, never for a route. */
  record(db: Readable, readId: string): Promise<ReadRecord | null>;
  markSealed(tx: Writable, readId: string, seal: Seal): Promise<void>;
  /** Once, and never again. */
  markFirstDraft(tx: Writable, readId: string, draft: { at: string; revisionId: string }): Promise<void>;
  setBase(tx: Writable, readId: string, revisionId: string): Promise<void>;
  /**
   * A draft for a mask drawn elsewhere, to be sealed in the same transaction. Throws Problem `assignment-not-found`,
   * `read-exists`.
   */
  startImported(tx: Writable, of: AssignmentKey): Promise<ReadRecord>;
  now(): number;
}

export interface Seal {
  at: string;
  revisionId: string;
  sha256: string;
}
export interface AssignmentKey {
  caseId: string;
  personId: string;
  round: number;
}

export function createReadService(options: { now?: () => number } = {}): ReadService {
  const now = options.now ?? Date.now;

  async function viewable(study: OpenStudy, readId: string, person: Person): Promise<ReadRecord> {
    const record = await findRead(study.database.read, readId);
    if (!record) throw notFound();
    const turns = await listAssignments(study.database.read, record.personId, record.caseId);
    const gate = await gateOf(study.database.read, record.personId);
    if (!mayView(record, person, turns, now(), gate)) throw notFound();
    return record;
  }

  async function editable(db: Readable, readId: string, editor: Editor): Promise<ReadRecord> {
    const record = await findRead(db, readId);
    if (!record || !mayWrite(record, editor.person)) throw notFound();
    if (record.state !== 'draft') throw record.consensusId === null ? sealedAlready() : consensusSealed();
    requireLease(record, editor.lease);
    return record;
  }

  /** The row to show after opening, and the lease if there is one. */
  async function openIn(tx: Writable, assignmentId: string, person: Person): Promise<ReadRecord> {
    const assignment = await findAssignment(tx, assignmentId);
    const theirs = assignment?.personId === person.id && person.role === 'reader';
    const turns = theirs ? await listAssignments(tx, person.id, assignment.caseId) : [];
    const turn = turns.find((t) => t.assignmentId === assignmentId);
    if (!turn) {
      throw new Problem('assignment-not-found', 'This is not on your worklist.', { status: 404 });
    }
    if (turn.read?.state !== 'sealed') await requireClock(tx, now());
    const lock = lockOf(turn, turns, now(), await gateOf(tx, person.id));
    if (lock.locked && turn.read?.state !== 'sealed') {
      throw new Problem('read-locked', `This read is not open yet. ${lock.because}`, { status: 409 });
    }
    const present = await currentRead(tx, assignmentId);
    if (present?.state === 'sealed') {
      if (awaitsLaterRound(turn, turns)) throw blinded();
      return { ...present, lease_token: null };
    }
    if (present && leaseIsLive(present, now())) throw openElsewhere(present, now());
    if (!present) await refuseHandedOut(tx, person.id);
    const at = new Date(now()).toISOString();
    const readId = present?.id ?? newId();
    if (!present) {
      await insertRead(tx, {
        id: readId,
        assignment_id: assignmentId,
        version: 1,
        state: 'draft',
        opened_at: at,
      });
      const details = { assignmentId, caseId: turn.caseId, round: turn.roundNumber, version: 1 };
      await appendAudit(tx, { actor: person.name, action: 'read.opened', subject: readId, details }, at);
    }
    await updateRead(tx, readId, newLease(now()));
    const opened = await findRead(tx, readId);
    if (!opened) throw notFound();
    return opened;
  }

  async function renew(tx: Writable, readId: string): Promise<void> {
    const lease_expires_at = new Date(now() + LEASE_MS).toISOString();
    await updateRead(tx, readId, { lease_expires_at, lease_process: THIS_PROCESS });
  }

  const life = createReadLife(now);
  return {
    now,
    ...life,
    record: findRead,
    viewable,
    editable,
    renew,
    async requireDrawable(db, record) {
      if (record.consensusId !== null) return;
      if (record.lastSeq === 0) await requireAnswers(db, record.id, ['before']);
      await requireTime(db, record);
    },
    async requireSealable(db, record) {
      if (record.consensusId !== null) return;
      if (record.round.arm === 'after-draft' && record.firstDraftAt === null) throw firstDraftMissing();
      await requireAnswers(db, record.id, ['before', 'after']);
    },
    async activity(study, readId, person) {
      return activityOf(study.database.read, await viewable(study, readId, person));
    },
    async form(study, readId, person) {
      const record = await viewable(study, readId, person);
      // The protocol asks readers; a consensus answers nothing.
      if (record.consensusId !== null) return { questions: [], answers: [], missing: [] };
      return formOf(study.database.read, record.id);
    },
    answer: (study, readId, editor, answers) =>
      study.database.write(async (tx) => {
        const record = await editable(tx, readId, editor);
        await keepAnswers(tx, record, answers, new Date(now()).toISOString());
        await renew(tx, readId);
        return formOf(tx, readId);
      }),
    requireAi(record) {
      const refusal = aiRefusal(record);
      if (refusal) throw refusal;
    },
    async worklist(study, person) {
      const turns = await listAssignments(study.database.read, person.id);
      const gate = await gateOf(study.database.read, person.id);
      const [ofCase, at] = [turnsByCase(turns), now()];
      return turns.map((turn) => toWorklistItem(turn, ofCase(turn), at, gate));
    },
    async board(study) {
      const turns = await listAllAssignments(study.database.read);
      const gate = await gates(study.database.read);
      const [ofCase, at] = [turnsByCase(turns), now()];
      const entries = turns.map((turn) => toBoardEntry(turn, ofCase(turn), at, gate(turn.personId)));
      flagEntries(entries, await handedOutReaders(study.database.read));
      return entries;
    },
    async open(study, assignmentId, person) {
      const record = await study.database.write((tx) => openIn(tx, assignmentId, person));
      return showRead(study.database.read, record, record.lease_token);
    },
    startConsensus: (tx, of) => startConsensus(tx, of, now()),
    consensusRead: findConsensusRead,
    async openConsensus(study, consensusId) {
      const record = await study.database.write((tx) => openConsensusIn(tx, consensusId, now()));
      return showRead(study.database.read, record, record.lease_token);
    },
    async show(study, readId, person) {
      return showRead(study.database.read, await viewable(study, readId, person), null);
    },
    async afterSeal(study, readId, person) {
      const record = await findRead(study.database.read, readId);
      if (!record || !mayWrite(record, person)) throw notFound();
      return showRead(study.database.read, record, null);
    },
    async heartbeat(study, readId, editor, activeSeconds) {
      await study.database.write(async (tx) => {
        await editable(tx, readId, editor);
        const record = await findRead(tx, readId);
        const at = new Date(now()).toISOString();
        await addActiveSeconds(tx, readId, countable(record, activeSeconds, now()), at);
        await renew(tx, readId);
      });
    },
    async release(study, readId, editor) {
      await study.database.write(async (tx) => {
        const record = await findRead(tx, readId);
        if (!record || !mayWrite(record, editor.person)) throw notFound();
        if (!editor.lease || record.lease_token !== editor.lease) return;
        await updateRead(tx, readId, { lease_token: null, lease_expires_at: null, lease_process: null });
      });
    },
  };
}

/** More than a minute of activity cannot have gone by without a sign of it: a page that slept tells no more. */
const SLACK_SECONDS = 2;

/** Of the seconds that a page tells, as many as went by since its last sign (or since opening). */
function countable(record: ReadRecord | null, seconds: number, now: number): number {
  if (!record) return 0;
  const since = Date.parse(record.beatAt ?? record.openedAt);
  const passed = Math.max(0, (now - since) / 1000) + SLACK_SECONDS;
  return Math.min(seconds, passed);
}
