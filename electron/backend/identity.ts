// Ids that tell nothing: random, lower-case, 20 characters (over 100 bits).
import { randomBytes } from 'node:crypto';

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz';

export function newId(): string {
  let id = '';
  while (id.length < 20) {
    for (const byte of randomBytes(32)) if (byte < 252 && id.length < 20) id += ALPHABET[byte % 36];
  }
  return id;
}
