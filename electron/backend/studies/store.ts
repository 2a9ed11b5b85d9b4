// SQL of a study's set-up: itself, its structures, people and rounds.
import type { Selectable } from 'kysely';
import type { Person, Round, Structure } from '../../contract/study.ts';
import { newId } from '../identity.ts';
import type { Readable, Writable } from '../../database/open.ts';
import type { Tables } from '../../database/tables.ts';

/** Undefined in a damaged study only. */
export async function studyRow(db: Readable): Promise<Selectable<Tables['study']> | undefined> {
  return db.selectFrom('study').selectAll().executeTakeFirst();
}

const RANK = { coordinator: 0, reader: 1, auditor: 2 };

/** Coordinators, then readers, then auditors, each as they were added. */
export async function people(db: Readable): Promise<Person[]> {
  const rows = await db
    .selectFrom('reader')
    .select(['id', 'name', 'role', 'colour'])
    .orderBy('position')
    .execute();
  return rows.sort((a, b) => RANK[a.role] - RANK[b.role]);
}

export async function structures(db: Readable): Promise<Structure[]> {
  return db.selectFrom('structure').select(['id', 'label', 'name', 'colour']).orderBy('position').execute();
}

export async function rounds(db: Readable): Promise<Round[]> {
  const rows = await db.selectFrom('session').selectAll().orderBy('number').execute();
  return rows.map(({ washout_days, ...round }) => ({ ...round, washoutDays: washout_days }));
}

export async function insertPerson(
  db: Writable,
  person: Person & { passphraseHash: string; position: number; at: string },
): Promise<void> {
  await db
    .insertInto('reader')
    .values({
      id: person.id,
      name: person.name,
      role: person.role,
      passphrase_hash: person.passphraseHash,
      colour: person.colour,
      position: person.position,
      created_at: person.at,
    })
    .execute();
}

export async function insertRound(db: Writable, round: Round): Promise<void> {
  const { washoutDays, ...rest } = round;
  await db
    .insertInto('session')
    .values({ ...rest, washout_days: washoutDays })
    .execute();
}

/** Round 0. Without AI: it is the reader who qualifies. */
export function qualificationRound(): Round {
  return { id: newId(), number: 0, name: 'Qualification', arm: 'unassisted', washoutDays: 0, share: 1 };
}
