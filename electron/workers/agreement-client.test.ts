// The worker answers as the pure functions do, and damaged masks are refused in words.
import { afterAll, describe, expect, it } from 'vitest';
import { blankMask, encodeMask } from '../contract/mask-bytes.ts';
import { compareMasks } from '../agreement/compare.ts';
import { closeAgreement, comparePair } from './agreement-client.ts';

const grid = {
  shape: [6, 5, 4] as [number, number, number],
  spacing: [1, 2, 3] as [number, number, number],
  origin: [0, 0, 0] as [number, number, number],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
const a = Uint8Array.from({ length: 120 }, (_, n) => (n % 11 < 5 ? 1 : n % 11 === 5 ? 3 : 0));
const b = Uint8Array.from({ length: 120 }, (_, n) => (n % 13 < 6 ? 1 : 0));

afterAll(closeAgreement);

describe('comparePair', () => {
  it('compares in a thread of its own', async () => {
    const found = await comparePair({ grid, a: encodeMask(a), b: encodeMask(b), labels: [1, 3, 9] });
    expect(found).toEqual(compareMasks(a, b, grid, [1, 3, 9]));
  });
  it('refuses a mask of another size', async () => {
    const task = { grid, a: encodeMask(a), b: blankMask(119), labels: [1] };
    await expect(comparePair(task)).rejects.toMatchObject({ code: 'mask-bytes-damaged', status: 422 });
  });
  it('stops when told to', async () => {
    const abort = new AbortController();
    const asked = comparePair({ grid, a: encodeMask(a), b: encodeMask(b), labels: [1] }, abort.signal);
    abort.abort();
    await expect(asked).rejects.toThrow(/abort/i);
  });
});
