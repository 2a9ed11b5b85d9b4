// Passphrases and sentences of the bundles page.
import { expect, it } from 'vitest';
import { mergeWords, newPassphrase } from './words.ts';

it('makes passphrases of twenty letters that nobody confuses, evenly drawn', () => {
  const made = new Set(Array.from({ length: 200 }, () => newPassphrase()));
  expect(made.size).toBe(200);
  for (const one of made) expect(one).toMatch(/^[a-hjkmnp-z2-9]{5}(-[a-hjkmnp-z2-9]{5}){3}$/);
  // Bytes from 248 on are passed over: 248 = 8 × 31.
  const all = newPassphrase((bytes) => bytes.map((_, n) => (n % 2 ? 255 : 30)));
  expect(all).toBe('99999-99999-99999-99999');
});

it('says what a merge did', () => {
  expect(mergeWords({ taken: ['A, Round 1'], present: 0, conflicts: [], notes: [] })).toBe('1 read taken in');
  const conflicts = [{ read: 'B', reason: 'x' }];
  expect(mergeWords({ taken: [], present: 2, conflicts, notes: [] })).toBe(
    '0 reads taken in, 2 there already, 1 conflict',
  );
});
