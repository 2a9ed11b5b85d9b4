// What the bundles page says of a bundle and of a merge.
import type { BundleEntry, MergeReport } from '../../../electron/contract/bundles.ts';
import { count, date } from '../../ui/format.ts';

/** Letters and digits that are not mistaken for one another when read out. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';

/** Four groups of five: 99 bits, to be told over the phone. */
export function newPassphrase(
  random = (bytes: Uint8Array<ArrayBuffer>): Uint8Array => crypto.getRandomValues(bytes),
): string {
  let letters = '';
  while (letters.length < 20) {
    for (const byte of random(new Uint8Array(64))) {
      // Above the last multiple of the alphabet some letters would come more often.
      if (byte < 248 && letters.length < 20) letters += ALPHABET[byte % ALPHABET.length];
    }
  }
  return letters.match(/.{5}/g)!.join('-');
}

export function stateWords({ state, endedAt }: BundleEntry): string {
  if (state === 'out') return 'Out';
  const on = endedAt ? ` on ${date(endedAt)}` : '';
  return state === 'back' ? `Back${on}` : `Taken back${on}`;
}

/** "3 reads taken in, 1 conflict", for a merge that is over. */
export function mergeWords({ taken, present, conflicts }: MergeReport): string {
  const parts = [`${count(taken.length, 'read')} taken in`];
  if (present > 0) parts.push(`${present} there already`);
  if (conflicts.length > 0) parts.push(count(conflicts.length, 'conflict'));
  return parts.join(', ');
}

/** A file name that says what is in it. */
export function bundleName(study: string, reader: string, madeAt: string): string {
  return `${study}, ${reader}, ${madeAt.slice(0, 10)}.age`;
}
