// Passphrases: what is stored tells nothing, what fits, and how guessing slows down.
import { describe, expect, it } from 'vitest';
import { Guesses, hashPassphrase, passphraseFits } from './passphrase.ts';

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

describe('guessing', () => {
  it('five tries are free, then the wait doubles up to a minute', () => {
    let now = 0;
    const guesses = new Guesses(() => now);
    for (let n = 0; n < 5; n++) guesses.begin('ada');
    const waits: number[] = [];
    for (let n = 0; n < 9; n++) {
      const before = now;
      while (isHeld(guesses)) now += 500;
      waits.push((now - before) / 1000);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  it('counts tries that are under way, each person apart, and forgets them after a right one', () => {
    const guesses = new Guesses(() => 0);
    for (let n = 0; n < 5; n++) guesses.begin('ada');
    expect(() => guesses.begin('ada')).toThrow(
      expect.objectContaining({ code: 'too-many-tries', status: 429 }),
    );
    expect(() => guesses.begin('ben')).not.toThrow();
    guesses.hit('ada');
    expect(() => guesses.begin('ada')).not.toThrow();
  });
});

function isHeld(guesses: Guesses): boolean {
  try {
    guesses.begin('ada');
    return false;
  } catch {
    return true;
  }
}
