// Every slice is fetched once, the middle one first, and lands where it belongs.
import * as fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { allocateVoxels, fetchOrder, fetchVoxels } from './voxels.ts';

afterEach(() => vi.unstubAllGlobals());

describe('order of slices', () => {
  it('covers every slice exactly once, the middle one alone and first', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 700 }), fc.integer({ min: 1, max: 64 }), (slices, perPiece) => {
        const order = fetchOrder(slices, perPiece);
        expect(order[0]).toEqual({ from: Math.floor(slices / 2), count: 1 });
        const seen = order.flatMap(({ from, count }) => Array.from({ length: count }, (_, n) => from + n));
        expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: slices }, (_, n) => n));
        expect(order.every(({ count }) => count >= 1 && count <= perPiece)).toBe(true);
      }),
    );
  });
});

describe('fetching voxels', () => {
  const source = { path: '/api/voxels', study: 's', shape: [4, 3, 5] as const, voxelType: 'int16' as const };
  const whole = new Int16Array(60).map((_, index) => index - 30);

  function serve(cut = 0) {
    vi.stubGlobal('fetch', (path: string) => {
      const query = new URL(path, 'http://x').searchParams;
      const from = Number(query.get('from')) * 24;
      const bytes = new Uint8Array(whole.buffer).slice(from, from + Number(query.get('count')) * 24 - cut);
      return Promise.resolve(new Response(bytes));
    });
  }

  it('puts each slice in its place', async () => {
    serve();
    const voxels = allocateVoxels(source);
    const fractions: number[] = [];
    await fetchVoxels(source, voxels, (_range, fraction) => fractions.push(fraction));
    expect([...voxels]).toEqual([...whole]);
    expect(fractions[0]).toBeCloseTo(0.2);
    expect(fractions.at(-1)).toBe(1);
  });

  it('refuses an answer that is short', async () => {
    serve(2);
    await expect(fetchVoxels(source, allocateVoxels(source), () => undefined)).rejects.toMatchObject({
      code: 'voxels-incomplete',
    });
  });
});
