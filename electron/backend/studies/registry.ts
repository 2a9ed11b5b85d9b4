// Study folders: making them whole or not at all, opening them, and the ones open in this process.
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { Problem } from '../../contract/problem.ts';
import { AUDITOR_COLOUR, READER_COLOURS } from '../../contract/identity.ts';
import { InstructionsSchema, type StoredDesign } from '../../contract/design.ts';
import type { Protocol } from '../../contract/study.ts';
import { appendAudit } from '../../database/audit.ts';
import { createDatabase, explainSqlite, openDatabase, type StudyDatabase } from '../../database/open.ts';
import type { OpenStudy } from '../context.ts';
import { createEventHub } from '../events.ts';
import { newId } from '../identity.ts';
import { insertPicture, storePicture } from './instructions.ts';
import { hashPassphrase } from './passphrase.ts';
import { cleanPicture } from './pictures.ts';
import { insertQuestions } from '../reads/questions.ts';
import { insertPerson, insertRound, qualificationRound, studyRow } from './store.ts';

export const STUDY_FILE = 'study.sqlite';
const SUFFIX = '.concord';

export interface NewStudyFolder {
  isDemo?: boolean;
  now?: () => number;
  /** The file behind an example picture of the protocol. */
  pictureBytes?: (file: string) => Promise<Buffer>;
}

/** A protocol that comes without its files. */
function noPictures(file: string): Promise<Buffer> {
  throw new Problem(
    'picture-not-found',
    `The instructions show ${file}, and its file did not come with the protocol. Nothing was made; make the study without pictures and add them on the protocol page, or use \`concord study create\`.`,
  );
}

/** Makes `folder` (NAME.concord) with everything in it. Throws Problem `study-exists`, `study-folder-unusable`. */
export async function createStudyFolder(
  folder: string,
  protocol: Protocol,
  { isDemo = false, now = Date.now, pictureBytes = noPictures }: NewStudyFolder = {},
): Promise<void> {
  const target = resolve(folder);
  if (!target.endsWith(SUFFIX)) {
    throw new Problem(
      'study-name-wrong',
      `A study folder ends in ${SUFFIX}: ${target} does not. Nothing was made.`,
    );
  }
  if (existsSync(target)) {
    throw new Problem('study-exists', `${target} exists already; nothing was changed. Choose another name.`, {
      status: 409,
    });
  }
  let temporary: string | null = null;
  let parents: string | undefined;
  try {
    parents = mkdirSync(dirname(target), { recursive: true });
    temporary = mkdtempSync(join(dirname(target), '.new-study-'));
    mkdirSync(join(temporary, 'volumes'));
    mkdirSync(join(temporary, 'cache'));
    const database = createDatabase(join(temporary, STUDY_FILE));
    try {
      const at = new Date(now()).toISOString();
      const pictures = await takePictures(temporary, protocol, pictureBytes);
      await fill(database, protocol, { isDemo, at, pictures });
    } finally {
      await database.close();
    }
    renameSync(temporary, target);
  } catch (cause) {
    if (temporary) rmSync(temporary, { recursive: true, force: true });
    if (parents) removeEmpty(dirname(target), parents);
    throw explainFolder(cause, target);
  }
}

/** Removes `folder` and the folders above it up to `top`, as far as nobody put anything into them. */
function removeEmpty(folder: string, top: string): void {
  try {
    for (let next = folder; next.length >= top.length; next = dirname(next)) rmdirSync(next);
  } catch {
    // somebody uses it by now
  }
}

/** Example pictures, cleaned and stored by their hash. */
async function takePictures(
  folder: string,
  protocol: Protocol,
  pictureBytes: (file: string) => Promise<Buffer>,
): Promise<Parameters<typeof insertPicture>[1][]> {
  const taken = [];
  for (const { file, caption, label } of protocol.instructions?.pictures ?? []) {
    const clean = cleanPicture(await pictureBytes(file), file);
    taken.push({ clean, sha256: await storePicture(folder, clean), caption, label, at: '' });
  }
  return taken;
}

async function fill(
  database: StudyDatabase,
  protocol: Protocol,
  of: { isDemo: boolean; at: string; pictures: Parameters<typeof insertPicture>[1][] },
): Promise<void> {
  const { isDemo, at } = of;
  const staff = [
    { ...protocol.coordinator, role: 'coordinator' as const, colour: '#c7ccd4' },
    ...protocol.readers.map((reader, n) => ({
      ...reader,
      role: 'reader' as const,
      colour: READER_COLOURS[n % READER_COLOURS.length],
    })),
    ...protocol.auditors.map((auditor) => ({ ...auditor, role: 'auditor' as const, colour: AUDITOR_COLOUR })),
  ];
  const stored: StoredDesign = {
    design: protocol.design,
    qualification: protocol.qualification ?? null,
    instructions: { ...InstructionsSchema.parse({}), ...protocol.instructions, pictures: [] },
    idleLockMinutes: protocol.idleLockMinutes,
  };
  const hashes = await Promise.all(staff.map((person) => hashPassphrase(person.passphrase)));
  await database.write(async (tx) => {
    const id = newId();
    const seed = protocol.seed ?? Math.floor(Math.random() * 2147483647);
    await tx
      .insertInto('study')
      .values({
        id,
        name: protocol.name,
        modality: protocol.modality,
        is_demo: isDemo ? 1 : 0,
        seed,
        created_at: at,
        design: JSON.stringify(stored),
      })
      .execute();
    for (const [position, structure] of protocol.structures.entries()) {
      await tx
        .insertInto('structure')
        .values({ id: newId(), ...structure, position })
        .execute();
    }
    for (const [position, { name, role, colour }] of staff.entries()) {
      await insertPerson(tx, {
        id: newId(),
        name,
        role,
        colour,
        passphraseHash: hashes[position],
        position,
        at,
      });
    }
    if (protocol.qualification) await insertRound(tx, qualificationRound());
    for (const [index, round] of protocol.rounds.entries()) {
      await insertRound(tx, { id: newId(), number: index + 1, ...round });
    }
    await insertQuestions(tx, protocol.questions);
    for (const picture of of.pictures) await insertPicture(tx, { ...picture, at });
    const { name, modality, structures, rounds } = protocol;
    const details = {
      name,
      modality,
      structures,
      rounds,
      seed,
      ...stored,
      questions: protocol.questions,
      pictures: of.pictures.map(({ sha256, caption, label }) => ({ sha256, caption, label })),
      readers: protocol.readers.map((r) => r.name),
      auditors: protocol.auditors.map((a) => a.name),
    };
    await appendAudit(
      tx,
      { actor: protocol.coordinator.name, action: 'study.created', subject: id, details },
      at,
    );
  });
}

/** Opens a study folder. Throws the Problems of openDatabase, and `study-not-found`. */
export async function openStudyFolder(folder: string, now: () => number = Date.now): Promise<OpenStudy> {
  const target = resolve(folder);
  const file = join(target, STUDY_FILE);
  if (!existsSync(target) || !statSync(target).isDirectory() || !existsSync(file)) {
    throw new Problem(
      'study-not-found',
      `${target} is not a Concord study: choose a folder that ends in ${SUFFIX} and holds ${STUDY_FILE}.`,
      { status: 404 },
    );
  }
  const database = openDatabase(file);
  try {
    const row = await studyRow(database.read);
    if (!row) {
      throw new Problem(
        'study-damaged',
        `${file} says nothing of its study: it is damaged. Nothing was changed; restore it from a copy.`,
        { status: 422 },
      );
    }
    return {
      id: row.id,
      name: row.name,
      modality: row.modality,
      isDemo: row.is_demo === 1,
      folder: target,
      database,
      events: createEventHub(),
      now,
    };
  } catch (cause) {
    await database.close();
    throw explainSqlite(cause, file);
  }
}

/** The place is none, or its name is no name (ERR_INVALID_ARG_VALUE: it holds a zero byte). */
const UNUSABLE = new Set(['ENOTDIR', 'EEXIST', 'ENOENT', 'ENAMETOOLONG', 'EINVAL', 'ERR_INVALID_ARG_VALUE']);

/** A file-system failure in words. */
export function explainFolder(cause: unknown, folder: string): unknown {
  if (cause instanceof Problem) return cause;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new Problem(
      'folder-read-only',
      `${dirname(folder)} cannot be written to, so ${basename(folder)} was not made. Choose another place.`,
      { status: 403, cause },
    );
  }
  if (code === 'ENOSPC') {
    return new Problem(
      'disk-full',
      `The disk that holds ${folder} is full. Nothing was stored; free some space.`,
      {
        status: 507,
        cause,
      },
    );
  }
  if (UNUSABLE.has(code)) {
    return new Problem(
      'folder-unusable',
      `${dirname(folder)} cannot hold a folder ${basename(folder)}. Nothing was made; choose another place.`,
      {
        cause,
      },
    );
  }
  return explainSqlite(cause, folder);
}
