// Passphrases: scrypt with a salt each, compared in constant time; guessing gets slower with each miss.
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

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

/**
 * How long a person waits after so many tries without a right one, in ms: nothing for the first four, then twice as
 * long each time, up to a quarter of an hour.
 */
export function waitAfter(tries: number): number {
  return tries < FREE_TRIES ? 0 : Math.min(900_000, 1000 * 2 ** (tries - FREE_TRIES));
}
