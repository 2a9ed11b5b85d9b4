// Studies: which are open, which were, who signs in, and how a set-up grows.
import { existsSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Host } from '../../contract/host.ts';
import { IDLE_LOCK_MINUTES } from '../../contract/design.ts';
import { AUDITOR_COLOUR, READER_COLOURS } from '../../contract/identity.ts';
import type * as z from 'zod';
import type {
  NewRoundSchema,
  Person,
  Protocol,
  Round,
  StudyFace,
  StudyOverview,
  StudySummary,
} from '../../contract/study.ts';
import { Problem } from '../../contract/problem.ts';
import { appendAudit, verifyAudit, type AuditVerdict } from '../../database/audit.ts';
import type { Readable } from '../../database/open.ts';
import { clearParts } from '../../workers/part-files.ts';
import type { AuditFilter, AuditPage } from '../../contract/audit.ts';
import type { BackendOptions, OpenStudy } from '../context.ts';
import { SignIns } from '../http/access.ts';
import { newId } from '../identity.ts';
import type { JobService } from '../jobs/service.ts';
import { countUnassigned, ensureAssignments } from '../reads/assignments.ts';
import { storedDesign } from '../reads/design.ts';
import { listQuestions } from '../reads/questions.ts';
import { auditCsv, auditPage } from './audit.ts';
import { accounts, changePassphrase, unlockPerson, type NewPassphrase } from './accounts.ts';
import { hashPassphrase } from './passphrase.ts';
import { Recents } from './recents.ts';
import { createStudyFolder, openStudyFolder, STUDY_FILE } from './registry.ts';
import { signInPerson } from './sign-in.ts';
import { insertPerson, insertRound, people, rounds, structures, studyRow } from './store.ts';

export { pictureFiles } from './instructions.ts';

export interface StudyService {
  host(): Promise<Host>;
  /** Makes and opens a study; in `folder` (NAME.concord), or in the studies folder under the study's name. */
  create(
    protocol: Protocol,
    folder?: string,
    /** Not remembered: one that is about to move, and is not offered until it has. */
    options?: { isDemo?: boolean; remembered?: boolean; pictureBytes?: (file: string) => Promise<Buffer> },
  ): Promise<OpenStudy>;
  open(folder: string): Promise<OpenStudy>;
  /** An open study. Throws Problem `study-not-open`. */
  get(id: string): OpenStudy;
  face(study: OpenStudy, person: Person | null): Promise<StudyFace>;
  overview(study: OpenStudy, person: Person): Promise<StudyOverview>;
  signIn(study: OpenStudy, personId: string, passphrase: string): Promise<{ token: string; you: Person }>;
  signOut(token: string): void;
  /** Who a token belongs to. The study's idle lock without `touch` ends it; the work stays, and they sign in again. */
  personOf(study: OpenStudy, token: string | null, touch: boolean): Person | null;
  /** Minutes after which the idle lock ended a sign-in; null where it holds, or ended in another way. */
  idleMinutes(study: OpenStudy, token: string | null): number | null;
  touch(token: string | null): void;
  addReader(study: OpenStudy, reader: { name: string; passphrase: string }, actor: Person): Promise<Person>;
  addAuditor(study: OpenStudy, auditor: { name: string; passphrase: string }, actor: Person): Promise<Person>;
  /** Another passphrase for somebody, which also ends their waiting. Coordinators for all, others for themselves. */
  changePassphrase(study: OpenStudy, personId: string, wish: NewPassphrase, actor: Person): Promise<void>;
  /** Ends somebody's waiting after wrong passphrases. Throws Problem `person-not-found`. */
  unlock(study: OpenStudy, personId: string, actor: Person): Promise<void>;
  setIdleLock(study: OpenStudy, minutes: number, actor: Person): Promise<void>;
  addRound(study: OpenStudy, round: z.infer<typeof NewRoundSchema>, actor: Person): Promise<Round>;
  audit(study: OpenStudy, filter: AuditFilter): Promise<AuditPage>;
  auditCsv(study: OpenStudy, filter: AuditFilter): Promise<string>;
  verifyAudit(study: OpenStudy): Promise<AuditVerdict>;
  /** Throws Problem `one-study-host` where this host serves one study only. */
  refuseOthers(): void;
  studiesFolder: string;
  /** Where a study of that name goes unless told otherwise. */
  folderFor(name: string): string;
  /** Closes one study in this process. */
  leave(study: OpenStudy): Promise<void>;
  close(): Promise<void>;
}

export function createStudyService(options: BackendOptions, needs: { jobs: JobService }): StudyService {
  const studiesFolder = join(options.home, 'studies');
  const recents = new Recents(options.home);
  const signIns = new SignIns(options.monotonic ?? (() => performance.now()));
  const now = options.now ?? Date.now;
  const opened = new Map<string, OpenStudy>();
  const idleMs = new Map<string, number>();
  const opening = new Map<string, Promise<OpenStudy>>();

  function refuseOthers(): void {
    if (options.study === undefined) return;
    throw new Problem(
      'one-study-host',
      'This Concord serves one study only. Start it without a study to open others.',
      {
        status: 403,
      },
    );
  }

  async function openOnce(folder: string, remembered: boolean): Promise<OpenStudy> {
    const present = [...opened.values()].find((study) => study.folder === folder);
    if (present) return present;
    const study = await openStudyFolder(folder, now);
    const twin = opened.get(study.id);
    if (twin) {
      await study.database.close();
      throw new Problem(
        'study-copy',
        `${folder} is a copy of ${twin.folder}, which is open. Close that one first, or work in one of them only.`,
        { status: 409 },
      );
    }
    try {
      await needs.jobs.adopt(study);
    } catch (cause) {
      await study.database.close();
      throw cause;
    }
    for (const part of ['volumes', 'cache']) await clearParts(join(folder, part));
    await giveOutWaiting(study);
    opened.set(study.id, study);
    // A design that cannot be understood keeps nobody out: whatever gives out reads refuses by itself.
    const minutes = await storedDesign(study.database.read).then((d) => d.idleLockMinutes, () => null); // prettier-ignore
    idleMs.set(study.id, (minutes ?? IDLE_LOCK_MINUTES) * 60_000);
    const { id, name, modality, isDemo } = study;
    const lastOpenedAt = new Date().toISOString();
    if (remembered) recents.remember({ id, name, folder, modality, isDemo, lastOpenedAt });
    return study;
  }

  function open(folder: string, remembered = true): Promise<OpenStudy> {
    const target = realPath(folder);
    if (options.study !== undefined && realPath(options.study) !== target) refuseOthers();
    let promise = opening.get(target);
    if (!promise) {
      promise = openOnce(target, remembered).finally(() => opening.delete(target));
      opening.set(target, promise);
    }
    return promise;
  }

  async function face(study: OpenStudy, person: Person | null): Promise<StudyFace> {
    const { id, name, modality, isDemo } = study;
    const isCopy = (await studyRow(study.database.read))?.bundle != null;
    return { id, name, modality, isDemo, isCopy, people: await people(study.database.read), you: person };
  }

  async function summaries(): Promise<StudySummary[]> {
    const only = options.study === undefined ? null : realPath(options.study);
    return recents
      .list()
      .filter((recent) => only === null || recent.folder === only)
      .map((recent) => {
        const available = existsSync(join(recent.folder, STUDY_FILE));
        return {
          ...recent,
          available,
          problem: available
            ? null
            : `${recent.folder} is not there any more. It may have been moved or renamed.`,
        };
      });
  }

  const folderFor = (name: string) => resolve(join(studiesFolder, `${safeName(name)}.concord`));
  return {
    studiesFolder,
    folderFor,
    refuseOthers,
    open,
    face,
    async host() {
      return {
        name: 'Concord',
        version: options.version,
        host: options.host,
        oneStudy: options.study !== undefined,
        studiesFolder,
        studies: await summaries(),
      };
    },
    async create(protocol, folder, { isDemo = false, remembered = true, pictureBytes } = {}) {
      refuseOthers();
      const target = folder === undefined ? folderFor(protocol.name) : resolve(folder);
      await createStudyFolder(target, protocol, { isDemo, now, pictureBytes });
      return open(target, remembered);
    },
    get(id) {
      const study = opened.get(id);
      if (study) return study;
      throw new Problem('study-not-open', 'This study is not open. Open it from the start screen.', {
        status: 404,
      });
    },
    async overview(study, person) {
      const row = (await studyRow(study.database.read))!; // opening has seen it
      return {
        ...(await face(study, person)),
        folder: study.folder,
        createdAt: row.created_at,
        structures: await structures(study.database.read),
        rounds: await rounds(study.database.read),
        ...(await storedDesign(study.database.read)),
        questions: await listQuestions(study.database.read),
        accounts: person.role === 'coordinator' ? await accounts(study) : [],
        cases: await study.database.read
          .selectFrom('case')
          .select(['id', 'name', 'purpose'])
          .orderBy('position')
          .execute(),
      };
    },
    async signIn(study, personId, passphrase) {
      const you = await signInPerson(study, personId, passphrase);
      return { token: signIns.start(study.id, you), you };
    },
    signOut: (token) => signIns.end(token),
    personOf: (study, token, touch) =>
      signIns.find(study.id, token, touch, idleMs.get(study.id) ?? IDLE_LOCK_MINUTES * 60_000),
    idleMinutes(study, token) {
      const ended = signIns.idledOutMs(study.id, token);
      return ended === null ? null : ended / 60_000;
    },
    touch: (token) => signIns.touch(token),
    addReader: (study, reader, actor) => addPerson(study, reader, 'reader', actor),
    addAuditor: (study, auditor, actor) => addPerson(study, auditor, 'auditor', actor),
    async changePassphrase(study, personId, wish, actor) {
      await changePassphrase(study, personId, wish, actor);
      if (actor.id !== personId) signIns.endAllOf(personId);
    },
    unlock: unlockPerson,
    async setIdleLock(study, minutes, actor) {
      await study.database.write(async (tx) => {
        const before = await storedDesign(tx);
        const design = JSON.stringify({ ...before, idleLockMinutes: minutes });
        await tx.updateTable('study').set({ design }).execute();
        const details = { from: before.idleLockMinutes, to: minutes };
        const entry = { actor: actor.name, action: 'study.idle-lock-changed', subject: study.id, details };
        await appendAudit(tx, entry, new Date(study.now()).toISOString());
      });
      idleMs.set(study.id, minutes * 60_000);
    },
    addRound: (study, round, actor) =>
      study.database.write(async (tx) => {
        const number = Math.max(0, ...(await rounds(tx)).map((present) => present.number)) + 1;
        const at = new Date(study.now()).toISOString();
        const added: Round = { id: newId(), number, ...round };
        await insertRound(tx, added);
        await ensureAssignments(tx);
        const details = { ...round, number };
        await appendAudit(tx, { actor: actor.name, action: 'round.added', subject: added.id, details }, at);
        return added;
      }),
    audit: (study, filter) => auditPage(study.database.read, filter),
    auditCsv: (study, filter) => auditCsv(study.database.read, filter),
    async leave(study) {
      opened.delete(study.id);
      recents.forget(study.folder);
      await study.database.close();
    },
    verifyAudit: (study) => verifyAudit(study.database.read),
    async close() {
      for (const study of opened.values()) await study.database.close();
      opened.clear();
    },
  };
}

/** An import that was cut off by a crash left cases that nobody was given. */
async function giveOutWaiting(study: OpenStudy): Promise<void> {
  const { read } = study.database;
  const reader = await read.selectFrom('reader').select('id').where('role', '=', 'reader').executeTakeFirst();
  if (!reader || (await countUnassigned(read)) === 0) return;
  try {
    await study.database.write((tx) => ensureAssignments(tx));
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause; // a damaged design is said by whatever needs it
  }
}

async function addPerson(
  study: OpenStudy,
  wish: { name: string; passphrase: string },
  role: 'reader' | 'auditor',
  actor: Person,
): Promise<Person> {
  await refuseName(study.database.read, wish.name);
  const hash = await hashPassphrase(wish.passphrase);
  return study.database.write(async (tx) => {
    const present = await refuseName(tx, wish.name);
    const readers = present.filter((person) => person.role === 'reader').length;
    const colour = role === 'reader' ? READER_COLOURS[readers % READER_COLOURS.length] : AUDITOR_COLOUR;
    const person: Person = { id: newId(), name: wish.name, role, colour };
    const at = new Date(study.now()).toISOString();
    await insertPerson(tx, { ...person, passphraseHash: hash, position: present.length, at });
    if (role === 'reader') await ensureAssignments(tx);
    const details = { name: person.name };
    await appendAudit(tx, { actor: actor.name, action: `${role}.added`, subject: person.id, details }, at);
    return person;
  });
}

/** Throws Problem `name-taken`; answers with the people there are. */
async function refuseName(db: Readable, name: string): Promise<Person[]> {
  const present = await people(db);
  if (!present.some((person) => person.name.toLowerCase() === name.toLowerCase())) return present;
  throw new Problem('name-taken', `There is somebody called ${name} already. Choose another name.`, {
    status: 409,
  });
}

/** The one path of a folder, however it was reached; of one that is not there, the path as given. */
function realPath(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return resolve(folder);
  }
}

/** A file name out of a study's name: what every system allows and has room for, never empty. */
function safeName(name: string): string {
  let safe = name
    .normalize('NFC')
    .replaceAll(/[\\/:*?"<>|\p{Cc}]/gu, '-')
    .replaceAll(/^[.\s]+|[.\s]+$/g, '');
  // Names may be 255 bytes long, and the suffix needs some of them.
  while (Buffer.byteLength(safe) > 200) safe = [...safe].slice(0, -1).join('');
  // Devices of Windows, whatever follows the first dot.
  if (/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(safe)) safe = `Study ${safe}`;
  return safe.trim() || 'Study';
}
