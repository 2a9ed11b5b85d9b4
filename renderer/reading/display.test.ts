// A person's own order of the structures.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { inOrder, moved, PersonDisplay, placedAt } from './display.svelte.ts';

const study = [5, 3, 8, 1].map((label) => ({ label }));
const labels = (list: { label: number }[]) => list.map(({ label }) => label);

describe('order of structures', () => {
  it('is the person’s, and what it does not name follows as the study has it', () => {
    expect(labels(inOrder(study, []))).toEqual([5, 3, 8, 1]);
    expect(labels(inOrder(study, [1, 8]))).toEqual([1, 8, 5, 3]);
    expect(labels(inOrder(study, [99, 3]))).toEqual([3, 5, 8, 1]);
  });
  it('takes the place of another', () => {
    expect(labels(placedAt(study, 1, 5))).toEqual([1, 5, 3, 8]);
    expect(labels(placedAt(study, 5, 8))).toEqual([3, 8, 5, 1]);
    expect(labels(placedAt(study, 5, 1))).toEqual([3, 8, 1, 5]);
    expect(labels(placedAt(study, 3, 3))).toEqual([5, 3, 8, 1]);
    expect(labels(placedAt(study, 77, 3))).toEqual([5, 3, 8, 1]);
  });
  it('moves one by one and stops at the ends', () => {
    expect(labels(moved(study, 8, -1))).toEqual([5, 8, 3, 1]);
    expect(labels(moved(study, 5, -1))).toEqual([5, 3, 8, 1]);
    expect(labels(moved(study, 1, 1))).toEqual([5, 3, 8, 1]);
    expect(labels(moved(study, 77, 1))).toEqual([5, 3, 8, 1]);
  });
});

describe('what a person keeps', () => {
  afterEach(() => vi.unstubAllGlobals());

  /** Loads looks that are answered by `status`, then changes the hanging; the methods that were asked. */
  async function change(status: number): Promise<string[]> {
    const asked: string[] = [];
    const kept = { structures: { 1: { locked: true } }, order: [], hangings: {} };
    vi.stubGlobal('sessionStorage', { getItem: () => null });
    vi.stubGlobal('fetch', (_path: string, { method }: RequestInit) => {
      asked.push(method!);
      return Promise.resolve(Response.json(status === 200 ? kept : {}, { status }));
    });
    const display = await PersonDisplay.load('study');
    vi.useFakeTimers();
    display.take({ ...kept, hangings: { CT: { layout: 'one', main: 'axial', smooth: true } } });
    vi.advanceTimersByTime(1000);
    vi.useRealTimers();
    return asked;
  }

  it('is kept a moment after a change', async () => {
    expect(await change(200)).toEqual(['GET', 'POST']);
  });
  it('is never written over by defaults when it could not be read', async () => {
    expect(await change(500)).toEqual(['GET']);
  });
});
