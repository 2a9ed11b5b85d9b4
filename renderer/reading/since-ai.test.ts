// The AI's mask is found again by taking back what followed it, and compared voxel by voxel.
import { describe, expect, it } from 'vitest';
import { encodeDifference, encodeMask } from '../../electron/contract/mask-bytes.ts';
import type { PatchEntry } from '../../electron/contract/reads.ts';
import { AI_TOOL, compareWithAi, editsSinceAi, maskBefore } from './since-ai.ts';

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

describe('edits since the AI mask', () => {
  it('are all edits when the AI mask is the base, none when there was no AI', () => {
    expect(editsSinceAi([entry(1), entry(2)], [1, 2], true)).toEqual([2, 1]);
    expect(editsSinceAi([entry(1)], [1], false)).toBeNull();
  });
  it('are those after the last AI mask that still holds', () => {
    const entries = [entry(1), entry(2, AI_TOOL), entry(3)];
    expect(editsSinceAi(entries, [1, 2, 3], false)).toEqual([3]);
    expect(editsSinceAi(entries, [1], false)).toBeNull();
  });
});

describe('comparison with the AI mask', () => {
  const ai = new Uint8Array([0, 1, 1, 1, 1, 2, 2, 0]);
  const drawn = new Uint8Array([1, 1, 1, 1, 0, 1, 2, 0]);

  it('takes back what was drawn since', () => {
    const middle = new Uint8Array([1, 1, 1, 1, 0, 2, 2, 0]);
    const patches = [encodeDifference(middle, drawn), encodeDifference(ai, middle)];
    const labels = drawn.slice();
    expect([...maskBefore(labels, patches)]).toEqual([...encodeMask(ai)]);
    expect([...labels]).toEqual([...drawn]);
  });

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
