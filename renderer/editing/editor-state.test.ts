// From the first touch to the journal: tools, locks, and strokes that end or are taken back.
import { describe, expect, it } from 'vitest';
import { EditorState } from './editor-state.svelte.ts';
import { Journal } from './journal.svelte.ts';
import { LabelVolume } from './label-volume.ts';

const grid = {
  shape: [20, 20, 4] as [number, number, number],
  spacing: [1, 1, 3] as [number, number, number],
  origin: [0, 0, 0] as [number, number, number],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
const structures = [
  { id: 'a', label: 3, name: 'Liver', colour: '#56b4e9' },
  { id: 'b', label: 5, name: 'Pancreas', colour: '#e69f00' },
];

function room() {
  const volume = new LabelVolume(grid.shape);
  const sent: { tool: string; label: number }[] = [];
  let seq = 0;
  const take = () => Promise.resolve({ seq: ++seq });
  const journal = new Journal({
    volume,
    entries: [],
    fetchPatch: () => Promise.reject(new Error('every patch is known here')),
    sink: {
      append: (_bytes, meta) => {
        sent.push({ tool: meta.tool, label: meta.label });
        return take();
      },
      undo: take,
      redo: take,
    },
  });
  const editor = new EditorState({ grid, volume, structures: structures as never, journal });
  return { volume, journal, editor, sent };
}

describe('the editor', () => {
  it('draws a stroke as one step and counts it', async () => {
    const { volume, editor, sent, journal } = room();
    expect(editor.begin([5, 5, 1], 2)).toBeNull();
    editor.extend([12, 5, 1]);
    expect(editor.drawing).toBe(true);
    editor.end();
    expect(volume.labels[9 + 20 * (5 + 20 * 1)]).toBe(3);
    expect(editor.structures[0].voxels).toBe(volume.counts[3]);
    expect(editor.volumeMl(editor.structures[0])).toBeCloseTo(volume.counts[3] * 0.003);
    await journal.settled();
    expect(sent).toEqual([{ tool: 'Brush', label: 3 }]);
    editor.begin([5, 5, 1], 2);
    editor.end();
    await journal.settled();
    expect(sent, 'painting what is painted is no step').toHaveLength(1);
  });

  it('takes the stroke under way back on cancel and on undo, and leaves the last step alone', async () => {
    const { volume, editor, journal } = room();
    editor.begin([5, 5, 1], 2);
    editor.end();
    const drawn = volume.labels.slice();
    for (const takeBack of [() => editor.cancel(), () => journal.undo()]) {
      editor.begin([14, 14, 1], 2);
      editor.extend([3, 14, 1]);
      expect(volume.labels).not.toEqual(drawn);
      await takeBack();
      expect(volume.labels).toEqual(drawn);
      expect(editor.drawing).toBe(false);
      expect(editor.structures[0].voxels).toBe(volume.counts[3]);
    }
    expect(editor.cancel()).toBe(false);
    expect(journal.entries).toHaveLength(1);
  });

  it('turns brush and eraser over while Alt is held; the eraser takes the active structure only', () => {
    const { volume, editor } = room();
    editor.begin([5, 5, 1], 2);
    editor.end();
    editor.chooseNumber(2);
    editor.inverted = true;
    expect(editor.effectiveTool).toBe('eraser');
    editor.begin([5, 5, 1], 2);
    editor.end();
    expect(volume.counts[3]).toBeGreaterThan(0);
    editor.chooseNumber(1);
    editor.begin([5, 5, 1], 2);
    editor.end();
    expect(volume.counts[3]).toBe(0);
  });

  it('says why it does not draw', () => {
    const { volume, editor } = room();
    editor.structures[0].locked = true;
    expect(editor.begin([5, 5, 1], 2)).toBe('Liver is locked.');
    const look = new EditorState({ grid, volume, structures: structures as never, journal: null });
    expect(look.begin([5, 5, 1], 2)).toMatch(/cannot be changed/);
    expect(volume.counts[0]).toBe(1600);
  });

  it('draws through slices as a ball and in one slice when flat', () => {
    const { volume, editor } = room();
    editor.begin([10, 10, 1], 2);
    editor.end();
    const flat = volume.counts[3];
    expect(volume.labels.subarray(800).every((label) => label === 0)).toBe(true);
    editor.mode = 'sphere';
    editor.begin([10, 10, 1], 2);
    editor.end();
    expect(volume.counts[3]).toBeGreaterThan(flat);
    expect(volume.labels[10 + 20 * (10 + 20 * 2)]).toBe(3);
  });

  it('keeps the size of the brush within its bounds', () => {
    const { editor } = room();
    for (let n = 0; n < 200; n++) editor.grow();
    expect(editor.sizeMm).toBe(80);
    for (let n = 0; n < 200; n++) editor.shrink();
    expect(editor.sizeMm).toBe(1);
    editor.nextStructure(-1);
    expect(editor.activeLabel).toBe(5);
  });
});
