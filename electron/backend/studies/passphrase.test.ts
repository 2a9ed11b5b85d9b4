// Passphrases: what is stored tells nothing, what fits, and how guessing slows down.
import { describe, expect, it } from 'vitest';
import { hashPassphrase, passphraseFits, waitAfter } from './passphrase.ts';

describe('a passphrase', () => {
  it('is stored salted: the same one twice looks different, and fits both', async () => {
    const [a, b] = await Promise.all([hashPassphrase('open sesame'), hashPassphrase('open sesame')]);
    expect(a).not.toBe(b);
    expect(a).toMatch(/^scrypt\$[\w-]{22}\$[\w-]{43}$/);
    expect(await passphraseFits('open sesame', a)).toBe(true);
    expect(await passphraseFits('open sesame', b)).toBe(true);
    expect(await passphraseFits('open sesame ', a)).toBe(false);
    expect(await passphraseFits('', a)).toBe(false);
  });

  it('typed on another keyboard it is still the same', async () => {
    const composed = await hashPassphrase('Schl\u00fcssel');
    expect(await passphraseFits('Schlu\u0308ssel', composed)).toBe(true);
  });

  it.each(['', 'none', 'scrypt$', 'scrypt$a$', 'md5$YQ$YQ', 'scrypt$YQ$YQ'])(
    'nothing fits what is no hash (%s)',
    async (stored) => {
      expect(await passphraseFits('', stored)).toBe(false);
      expect(await passphraseFits('open sesame', stored)).toBe(false);
    },
  );
});

it('after four free tries each wait is twice the last, up to a quarter of an hour', () => {
  const waits = Array.from({ length: 16 }, (_, n) => waitAfter(n + 1) / 1000);
  expect(waits).toEqual([0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
});
