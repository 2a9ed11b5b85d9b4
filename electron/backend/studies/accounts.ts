// Accounts after they were made: another passphrase, an end to waiting, and who waits.
import type { Person, StudyOverview } from '../../contract/study.ts';
import { Problem } from '../../contract/problem.ts';
import { appendAudit } from '../../database/audit.ts';
import type { OpenStudy } from '../context.ts';
import { hashPassphrase } from './passphrase.ts';
import { confirmPassphrase } from './sign-in.ts';
import { people } from './store.ts';

export interface NewPassphrase {
  passphrase: string;
  /** Needed for one's own. */
  current?: string;
}

/**
 * Another passphrase, which also ends the waiting: a coordinator's for anybody, and one's own with the present one.
 * Throws Problem `person-not-found`, `current-passphrase-wrong`, `too-many-tries`.
 */
export async function changePassphrase(
  study: OpenStudy,
  personId: string,
  { passphrase, current }: NewPassphrase,
  actor: Person,
): Promise<void> {
  const person = (await people(study.database.read)).find(({ id }) => id === personId);
  if (!person || (actor.role !== 'coordinator' && actor.id !== personId)) throw noSuchPerson();
  if (actor.id === personId) await confirmPassphrase(study, personId, current ?? '');
  const passphrase_hash = await hashPassphrase(passphrase);
  await study.database.write(async (tx) => {
    await tx
      .updateTable('reader')
      .set({ passphrase_hash, failed_tries: 0, locked_until: null })
      .where('id', '=', personId)
      .execute();
    const entry = { actor: actor.name, action: 'person.passphrase-changed', subject: personId };
    await appendAudit(tx, entry, new Date(study.now()).toISOString());
  });
}

/** Lets somebody try at once again. Throws Problem `person-not-found`. */
export async function unlockPerson(study: OpenStudy, personId: string, actor: Person): Promise<void> {
  await study.database.write(async (tx) => {
    const person = (await people(tx)).find(({ id }) => id === personId);
    if (!person) throw noSuchPerson();
    await tx
      .updateTable('reader')
      .set({ failed_tries: 0, locked_until: null })
      .where('id', '=', personId)
      .execute();
    const entry = { actor: actor.name, action: 'person.unlocked', subject: personId };
    await appendAudit(tx, entry, new Date(study.now()).toISOString());
  });
}

/** Who has mistyped since they last signed in; a wait that is over is none. */
export async function accounts(study: OpenStudy): Promise<StudyOverview['accounts']> {
  const rows = await study.database.read
    .selectFrom('reader')
    .select(['id', 'failed_tries', 'locked_until'])
    .where('failed_tries', '>', 0)
    .execute();
  const now = study.now();
  return rows.map(({ id, failed_tries, locked_until }) => ({
    personId: id,
    failedTries: failed_tries,
    lockedUntil: locked_until !== null && Date.parse(locked_until) > now ? locked_until : null,
  }));
}

function noSuchPerson(): Problem {
  return new Problem('person-not-found', 'There is no such person for you in this study. Reload the page.', {
    status: 404,
  });
}
