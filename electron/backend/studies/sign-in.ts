// Signing in: tries are counted in the study itself, so that neither another window nor a restart gives new ones.
import type { Person } from '../../contract/study.ts';
import { Problem } from '../../contract/problem.ts';
import { appendAudit } from '../../database/audit.ts';
import type { OpenStudy } from '../context.ts';
import { passphraseFits, waitAfter } from './passphrase.ts';
import { people } from './store.ts';

/**
 * The person, when the passphrase is theirs. A try counts before its passphrase is looked at, so that tries sent
 * together wait as well. Throws Problem `wrong-passphrase`, `too-many-tries`.
 */
export async function signInPerson(study: OpenStudy, personId: string, passphrase: string): Promise<Person> {
  if (!(await tryPassphrase(study, personId, passphrase))) {
    throw new Problem('wrong-passphrase', 'That is not the passphrase. Nothing was changed; try again.', {
      status: 401,
    });
  }
  return study.database.write(async (tx) => {
    await tx
      .updateTable('reader')
      .set({ failed_tries: 0, locked_until: null })
      .where('id', '=', personId)
      .execute();
    const you = (await people(tx)).find((person) => person.id === personId)!; // counted above
    const at = new Date(study.now()).toISOString();
    await appendAudit(tx, { actor: you.name, action: 'person.signed-in', subject: you.id }, at);
    return you;
  });
}

/** Passes when the passphrase is theirs; tries count as at signing in. Throws Problem `current-passphrase-wrong`. */
export async function confirmPassphrase(
  study: OpenStudy,
  personId: string,
  passphrase: string,
): Promise<void> {
  if (await tryPassphrase(study, personId, passphrase)) return;
  throw new Problem(
    'current-passphrase-wrong',
    'That is not your present passphrase. Nothing was changed; try again.',
    { status: 403 },
  );
}

async function tryPassphrase(study: OpenStudy, personId: string, passphrase: string): Promise<boolean> {
  const counted = await countTry(study, personId);
  if (counted !== null && (await passphraseFits(passphrase, counted.hash))) return true;
  if (counted && counted.wait > 0) await recordMiss(study, personId, counted);
  return false;
}

interface Counted {
  name: string;
  hash: string;
  tries: number;
  /** Until the next try, ms. */
  wait: number;
}

/** Null for nobody. */
async function countTry(study: OpenStudy, personId: string): Promise<Counted | null> {
  return study.database.write(async (tx) => {
    const person = await tx
      .selectFrom('reader')
      .select(['name', 'passphrase_hash', 'failed_tries', 'locked_until'])
      .where('id', '=', personId)
      .executeTakeFirst();
    if (!person) return null;
    const now = study.now();
    const until = person.locked_until === null ? 0 : Date.parse(person.locked_until);
    // No wait is longer than the longest: one that lies further off was written under a clock that was wrong.
    if (until > now && until - now <= LONGEST_MS) throw tooMany(until - now);
    const tries = person.failed_tries + 1;
    const wait = waitAfter(tries);
    const locked_until = wait === 0 ? null : new Date(now + wait).toISOString();
    await tx
      .updateTable('reader')
      .set({ failed_tries: tries, locked_until })
      .where('id', '=', personId)
      .execute();
    return { name: person.name, hash: person.passphrase_hash, tries, wait };
  });
}

async function recordMiss(study: OpenStudy, personId: string, { name, tries, wait }: Counted): Promise<void> {
  const details = { tries, waitSeconds: wait / 1000 };
  const entry = { actor: name, action: 'person.held-off', subject: personId, details };
  await study.database.write((tx) => appendAudit(tx, entry, new Date(study.now()).toISOString()));
}

const LONGEST_MS = waitAfter(100);

function tooMany(left: number): Problem {
  const seconds = Math.ceil(left / 1000);
  const words = seconds >= 120 ? `${Math.ceil(seconds / 60)} minutes` : `${seconds} s`;
  return new Problem('too-many-tries', `Too many wrong passphrases. Try again in ${words}.`, { status: 429 });
}
