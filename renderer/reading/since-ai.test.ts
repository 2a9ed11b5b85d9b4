// Which step brought the AI's mask, and how the mask of now differs from it voxel by voxel.
import { describe, expect, it } from 'vitest';
import { encodeMask } from '../../electron/contract/mask-bytes.ts';
import type { PatchEntry } from '../../electron/contract/reads.ts';
import { AI_TOOL, compareWithAi, stepOfAi } from './since-ai.ts';

const entry = (seq: number, tool = 'Brush'): PatchEntry => ({
  seq,
  kind: 'edit',
  target: null,
  tool,
  label: 1,
  voxels: 1,
  at: '2026-11-23T08:00:00.000Z',
});
const counts = (labels: Uint8Array) => {
  const of = new Uint32Array(256);
  for (const label of labels) of[label]++;
  return of;
};
const now = () => Promise.resolve();

describe('the step of the AI mask', () => {
  it('is the beginning where the AI mask is the base, and none where there was no AI', () => {
    expect(stepOfAi([entry(1), entry(2)], [1, 2], true)).toBe(0);
    expect(stepOfAi([entry(1)], [1], false)).toBeNull();
  });
  it('is the last AI mask that still holds', () => {
    const entries = [entry(1), entry(2, AI_TOOL), entry(3)];
    expect(stepOfAi(entries, [1, 2, 3], false)).toBe(2);
    expect(stepOfAi(entries, [1, 2, 3], true)).toBe(2);
    expect(stepOfAi(entries, [1], false)).toBeNull();
    expect(stepOfAi(entries, [1], true)).toBe(0);
  });
});

describe('comparison with the AI mask', () => {
  const ai = new Uint8Array([0, 1, 1, 1, 1, 2, 2, 0]);
  const drawn = new Uint8Array([1, 1, 1, 1, 0, 1, 2, 0]);

  it('counts what came and went of each structure', async () => {
    const changes = await compareWithAi(drawn, counts(drawn), encodeMask(ai), () => false, now);
    expect(changes?.get(1)).toEqual({ added: 2, removed: 1, kept: 3, dice: 6 / 9 });
    expect(changes?.get(2)).toEqual({ added: 0, removed: 1, kept: 1, dice: 2 / 3 });
    expect(changes?.has(3)).toBe(false);
  });

  it('says that nothing changed when nothing did', async () => {
    const changes = await compareWithAi(ai, counts(ai), encodeMask(ai), () => false, now);
    expect(changes?.get(1)).toEqual({ added: 0, removed: 0, kept: 4, dice: 1 });
  });

  it('gives up when the mask changes meanwhile', async () => {
    const large = new Uint8Array(5_000_000).fill(1);
    const result = await compareWithAi(large, counts(large), encodeMask(large), () => true, now);
    expect(result).toBeNull();
  });
});
