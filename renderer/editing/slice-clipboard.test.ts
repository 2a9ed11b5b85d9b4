// Slices cut, copied and pasted in any plane, as one step each.
import { describe, expect, it } from 'vitest';
import type { Triple } from '../../electron/contract/geometry.ts';
import { EditorState } from './editor-state.svelte.ts';
import { Journal } from './journal.svelte.ts';
import { LabelVolume } from './label-volume.ts';
import { randomBlock, forEachVoxel } from './operations/random-blocks.ts';
import { clearSlice, copyFromNeighbour, copySlice, pasteSlice } from './slice-clipboard.ts';

function room(seed: number) {
  const { shape, labels } = randomBlock(seed);
  const volume = new LabelVolume(shape, labels);
  const steps: string[] = [];
  const take = () => Promise.resolve({ seq: 1 });
  const journal = new Journal({
    volume,
    entries: [],
    fetchPatch: () => Promise.reject(new Error('every patch is known here')),
    sink: {
      append: (_bytes, { tool }) => {
        steps.push(tool);
        return take();
      },
      undo: take,
      redo: take,
    },
  });
  const grid = {
    shape,
    spacing: [1, 1, 1] as Triple,
    origin: [0, 0, 0] as Triple,
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  };
  const structures = [1, 2].map((label) => ({ id: String(label), label, name: `S${label}`, colour: '#fff' }));
  const editor = new EditorState({ grid, volume, structures: structures as never, journal });
  return { editor, volume, shape, journal, steps };
}

describe.each([0, 1, 2] as const)('slices across axis %i', (axis) => {
  it.each([1, 2, 3])('come from a neighbour, and go by cut and paste (%i)', async (seed) => {
    const { editor, volume, shape, journal, steps } = room(seed);
    editor.structures[1].locked = true;
    const index = 4;
    const moved = (v: Triple, to: number) => v.map((x, a) => (a === axis ? to : x)) as Triple;
    const at = (v: Triple) => v[0] + shape[0] * (v[1] + shape[1] * v[2]);
    let want = volume.labels.slice();
    forEachVoxel(shape, (v, n) => {
      if (v[axis] !== index || want[n] === 2) return;
      const there = volume.labels[at(moved(v, index + 1))] === 1;
      want[n] = there ? 1 : want[n] === 1 ? 0 : want[n];
    });
    copyFromNeighbour(editor, { axis, index }, 1);
    expect(volume.labels).toEqual(want);
    const copy = copySlice(editor, { axis, index });
    clearSlice(editor, { axis, index });
    want = want.map((v) => v);
    const here = new Set<number>();
    forEachVoxel(shape, (v, n) => {
      if (v[axis] === index && want[n] === 1) here.add(n);
    });
    for (const n of here) want[n] = 0;
    expect(volume.labels).toEqual(want);
    if (!copy) return;
    pasteSlice(editor, { axis, index: 6 }, copy);
    forEachVoxel(shape, (v, n) => {
      if (v[axis] === 6 && want[n] !== 2 && here.has(at(moved(v, index)))) want[n] = 1;
    });
    expect(volume.labels).toEqual(want);
    expect(pasteSlice(editor, { axis: ((axis + 1) % 3) as 0 | 1 | 2, index: 1 }, copy).sentence).toMatch(
      /another plane/,
    );
    await journal.settled();
    expect(new Set(steps).size).toBe(steps.length);
    for (let n = steps.length; n > 0; n--) await journal.undo();
    expect(volume.labels).toEqual(randomBlock(seed).labels);
  });
});
