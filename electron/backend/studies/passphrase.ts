// Passphrases: scrypt with a salt each, compared in constant time; guessing gets slower with each miss.
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { Problem } from '../../contract/problem.ts';

const derive = promisify<string, Buffer, number, Buffer>(scrypt);
const KEY_BYTES = 32;
const FREE_TRIES = 5;

/** `scrypt$salt$key`, both base64url. */
export async function hashPassphrase(passphrase: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(passphrase.normalize('NFKC'), salt, KEY_BYTES);
  return `scrypt$${salt.toString('base64url')}$${key.toString('base64url')}`;
}

export async function passphraseFits(passphrase: string, stored: string): Promise<boolean> {
  const [scheme, salt, key] = stored.split('$');
  if (scheme !== 'scrypt' || !salt || !key) return false;
  const expected = Buffer.from(key, 'base64url');
  const given = await derive(passphrase.normalize('NFKC'), Buffer.from(salt, 'base64url'), KEY_BYTES);
  return expected.length === given.length && timingSafeEqual(expected, given);
}

/** Counts tries a person; after five misses, each further try waits twice as long as the last, up to a minute. */
export class Guesses {
  private readonly tries = new Map<string, { count: number; nextAt: number }>();
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  /**
   * Counts a try before its passphrase is looked at, so that tries sent together wait as well; `hit` forgets them.
   * Throws Problem `too-many-tries` while a person's wait lasts.
   */
  begin(personId: string): void {
    const entry = this.tries.get(personId);
    if (entry && entry.nextAt > this.now()) {
      const seconds = Math.ceil((entry.nextAt - this.now()) / 1000);
      throw new Problem('too-many-tries', `Too many wrong passphrases. Try again in ${seconds} s.`, {
        status: 429,
      });
    }
    const count = (entry?.count ?? 0) + 1;
    const wait = count < FREE_TRIES ? 0 : Math.min(60_000, 1000 * 2 ** (count - FREE_TRIES));
    this.tries.set(personId, { count, nextAt: this.now() + wait });
  }
  hit(personId: string): void {
    this.tries.delete(personId);
  }
}
