// What readers are told: text, time, and example pictures kept in the study folder by their hash.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type * as z from 'zod';
import { MOST_PICTURES } from '../../contract/design.ts';
import type { ChangeInstructionsSchema, Picture, ShownInstructions } from '../../contract/instructions.ts';
import type { Person } from '../../contract/study.ts';
import { Problem } from '../../contract/problem.ts';
import { appendAudit } from '../../database/audit.ts';
import { explainSqlite, type Readable, type Writable } from '../../database/open.ts';
import type { OpenStudy } from '../context.ts';
import { newId } from '../identity.ts';
import { storedDesign } from '../reads/design.ts';
import { cleanPicture, type CleanPicture } from './pictures.ts';
import { structures } from './store.ts';

const PICTURES = 'pictures';

/** `pictures/HASH.png` or `.jpg` below the study folder. */
function pictureFile(row: { sha256: string; media_type: Picture['mediaType'] }): string {
  return `${PICTURES}/${row.sha256}.${row.media_type === 'image/png' ? 'png' : 'jpg'}`;
}

/** Every picture's file, below the study folder. */
export async function pictureFiles(db: Readable): Promise<string[]> {
  const rows = await db.selectFrom('instruction_picture').select(['sha256', 'media_type']).execute();
  return [...new Set(rows.map(pictureFile))];
}

export async function shownInstructions(db: Readable): Promise<ShownInstructions> {
  const { pictures: _none, ...told } = (await storedDesign(db)).instructions;
  const rows = await db
    .selectFrom('instruction_picture')
    .select(['id', 'caption', 'label', 'width', 'height', 'media_type'])
    .orderBy('position')
    .execute();
  return { ...told, pictures: rows.map(({ media_type, ...row }) => ({ ...row, mediaType: media_type })) };
}

/** Text and time; pictures are added and removed one by one. */
export async function changeInstructions(
  study: OpenStudy,
  wish: z.infer<typeof ChangeInstructionsSchema>,
  by: Person,
): Promise<ShownInstructions> {
  return study.database.write(async (tx) => {
    const stored = await storedDesign(tx);
    const design = JSON.stringify({ ...stored, instructions: { ...wish, pictures: [] } });
    await tx.updateTable('study').set({ design }).execute();
    const entry = { actor: by.name, action: 'instructions.changed', subject: study.id, details: { ...wish } };
    await appendAudit(tx, entry, new Date(study.now()).toISOString());
    return shownInstructions(tx);
  });
}

/**
 * Adds an example; nothing of its file but the picture is kept. Throws Problem `picture-unknown`, `picture-damaged`,
 * `picture-too-large`, `pictures-full`, `label-unknown`.
 */
export async function addPicture(
  study: OpenStudy,
  bytes: Buffer,
  of: { caption: string; label: number; name: string },
  by: Person,
): Promise<Picture> {
  const clean = cleanPicture(bytes, of.name);
  const sha256 = await storePicture(study.folder, clean);
  return study.database.write(async (tx) => {
    const added = await insertPicture(tx, { clean, sha256, ...of, at: new Date(study.now()).toISOString() });
    const details = { sha256, label: of.label, caption: of.caption };
    const entry = { actor: by.name, action: 'instructions.picture-added', subject: added.id, details };
    await appendAudit(tx, entry, new Date(study.now()).toISOString());
    return added;
  });
}

/** Writes the file by its hash; one that is there already is the same. Throws Problem `disk-full`. */
export async function storePicture(folder: string, { bytes, extension }: CleanPicture): Promise<string> {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const target = join(folder, PICTURES, `${sha256}.${extension}`);
  try {
    await mkdir(join(folder, PICTURES), { recursive: true });
    await writeFile(`${target}.${process.pid}.part`, bytes);
    await rename(`${target}.${process.pid}.part`, target);
  } catch (cause) {
    throw explainSqlite(cause, target);
  }
  return sha256;
}

export async function insertPicture(
  tx: Writable,
  of: { clean: CleanPicture; sha256: string; caption: string; label: number; at: string },
): Promise<Picture> {
  const { clean, sha256, caption, label, at } = of;
  const { mediaType, width, height } = clean;
  if (label !== 0 && !(await structures(tx)).some((one) => one.label === label)) {
    throw new Problem(
      'label-unknown',
      `There is no structure with label ${label}. Nothing was added; choose one of the study's structures.`,
    );
  }
  const present = await tx.selectFrom('instruction_picture').select('position').execute();
  if (present.length >= MOST_PICTURES) {
    throw new Problem(
      'pictures-full',
      `There are ${MOST_PICTURES} pictures already, which is the most. Nothing was added; remove one first.`,
      { status: 409 },
    );
  }
  const position = Math.max(0, ...present.map((one) => one.position)) + 1;
  const facts = { sha256, media_type: mediaType, byte_length: clean.bytes.length, width, height };
  const id = newId();
  await tx
    .insertInto('instruction_picture')
    .values({ id, position, ...facts, caption, label, at })
    .execute();
  return { id, caption, label, width, height, mediaType };
}

/** Throws Problem `picture-not-found`. The file goes with the last picture that shows it. */
export async function removePicture(study: OpenStudy, id: string, by: Person): Promise<void> {
  const row = await pictureRow(study.database.read, id);
  const last = await study.database.write(async (tx) => {
    await tx.deleteFrom('instruction_picture').where('id', '=', id).execute();
    const details = { sha256: row.sha256, caption: row.caption };
    const entry = { actor: by.name, action: 'instructions.picture-removed', subject: id, details };
    await appendAudit(tx, entry, new Date(study.now()).toISOString());
    const twin = await tx
      .selectFrom('instruction_picture')
      .select('id')
      .where('sha256', '=', row.sha256)
      .executeTakeFirst();
    return twin === undefined;
  });
  if (last) await rm(join(study.folder, pictureFile(row)), { force: true });
}

/** Throws Problem `picture-not-found`, `picture-lost`. */
export async function pictureBytes(
  study: OpenStudy,
  id: string,
): Promise<{ bytes: Buffer; mediaType: string }> {
  const row = await pictureRow(study.database.read, id);
  try {
    const bytes = await readFile(join(study.folder, pictureFile(row)));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    if (sha256 === row.sha256) return { bytes, mediaType: row.media_type };
  } catch {
    // said below
  }
  throw new Problem(
    'picture-lost',
    'The file of this example picture is missing from the study folder or was changed. Restore it from a copy, or add the picture again.',
    { status: 422 },
  );
}

async function pictureRow(db: Readable, id: string) {
  const row = await db
    .selectFrom('instruction_picture')
    .select(['sha256', 'media_type', 'caption'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (row) return row;
  throw new Problem('picture-not-found', 'There is no such picture in the instructions. Reload the page.', {
    status: 404,
  });
}
