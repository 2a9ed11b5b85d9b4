// Every tool under every guard: what is locked, outside the editable region or out of the value range never changes,
// whatever the tool; and each guard is held against what the tool would have done without it.
import { beforeEach, describe, expect, it } from 'vitest';
import type { Triple } from '../../../electron/contract/geometry.ts';
import { EditorState } from '../../editing/editor-state.svelte.ts';
import { InlineWorker } from '../../editing/inline-worker.ts';
import { Journal } from '../../editing/journal.svelte.ts';
import { LabelVolume } from '../../editing/label-volume.ts';
import { TaskDesk } from '../../editing/task-desk.svelte.ts';
import { TOOLS, type Tool } from '../../editing/tool-list.ts';
import type { ReadingRoom } from '../room.svelte.ts';
import * as actions from './actions.ts';

const [NX, NY, NZ] = [36, 30, 14];
const grid = { shape: [NX, NY, NZ] as Triple, spacing: [1, 1, 2] as Triple, origin: [0, 0, 0] as Triple, direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] }; // prettier-ignore
/** The structure that is drawn, a neighbour, and another further on. */
const [OWN, NEAR, FAR] = [3, 5, 7];
const K = 7;
const IN_RANGE = { low: 3, high: 7 };

type Label = (v: Triple) => number;
/** The neighbours fill what lies to the right; the structure itself is a block, thick walls around an empty room. */
const neighbours: Label = ([i]) => (i < 14 ? 0 : i < 25 ? NEAR : FAR);
const own: Label = (v) => {
  const [i, j, k] = v;
  const within = (a: number, low: number, high: number) => a >= low && a <= high;
  const block = within(i, 4, 9) && within(j, 8, 18) && within(k, 4, 10);
  const room = within(i, 6, 7) && within(j, 12, 13) && within(k, 6, 8);
  const island = within(i, 3, 4) && within(j, 24, 25) && k === K;
  if (room) return 0;
  return block || island ? OWN : neighbours(v);
};
/** A wide plate across everything in some slices, for what works between slices. */
const plates =
  (...slices: number[]): Label =>
  (v) =>
    slices.includes(v[2]) && v[0] > 1 && v[0] < NX - 2 && v[1] > 5 && v[1] < 20 ? OWN : neighbours(v);
/** Ragged borders between all three. */
const ragged: Label = ([i, j, k]) =>
  [0, OWN, OWN, NEAR, OWN, FAR, OWN][Math.abs(((i * 7 + j * 13 + k * 5) ^ (i * j)) % 7)];

function bench(label: Label) {
  const volume = new LabelVolume(grid.shape);
  const values = new Int16Array(NX * NY * NZ);
  for (let k = 0, n = 0; k < NZ; k++)
    for (let j = 0; j < NY; j++)
      for (let i = 0; i < NX; i++, n++) {
        values[n] = (n * 7919) % 11;
        volume.labels[n] = label([i, j, k]);
      }
  for (const one of volume.labels) volume.counts[one]++;
  volume.counts[0] = 0;
  let seq = 0;
  const take = () => Promise.resolve({ seq: ++seq });
  const sink = { append: take, undo: take, redo: take };
  const journal = new Journal({ volume, entries: [], fetchPatch: () => Promise.reject(new Error('not needed')), sink }); // prettier-ignore
  const names = { [OWN]: 'Liver', [NEAR]: 'Pancreas', [FAR]: 'Spleen' };
  const structures = Object.entries(names).map(([one, name]) => ({ id: name, label: Number(one), name, colour: '#56b4e9' })); // prettier-ignore
  const editor = new EditorState({ grid, volume, structures: structures as never, journal, desk: new TaskDesk(() => new InlineWorker()) }); // prettier-ignore
  editor.see({ voxels: values, minimum: 0, maximum: 10, defaultWindow: { width: 10, level: 5 }, unit: 'HU', hasSlice: () => true }); // prettier-ignore
  Object.assign(editor.settings, { low: 0, high: 10, tolerance: 20, reachMm: 60, sizeMm: 8, marginMm: 18, otherLabel: NEAR }); // prettier-ignore
  const room = { editor, view: { active: 'axial', sliceOf: () => K } } as unknown as ReadingRoom;
  const settled = async () => {
    for (let n = 0, quiet = 0; n < 400 && quiet < 4; n++) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      quiet = editor.desk.busy ? 0 : quiet + 1;
    }
    await journal.settled();
  };
  return { volume, values, editor, room, settled };
}
type Bench = ReturnType<typeof bench>;

const drag = ({ editor }: Bench, way: Triple[]) => {
  if (editor.begin(way[0], 2) !== null) return;
  for (const at of way.slice(1)) editor.extend(at);
  editor.end();
};
const ACROSS: Triple[] = [[5, 15, K], [20, 15, K], [33, 15, K]]; // prettier-ignore
const AROUND: Triple[] = [[1, 4, K], [34, 4, K], [34, 22, K], [1, 22, K]]; // prettier-ignore
const clicks = async (on: Bench, way: Triple[]) => {
  for (const at of way) {
    drag(on, [at]);
    await on.settled();
  }
  on.editor.confirm();
};
interface Use {
  tool: Tool;
  what?: string;
  mask?: Label;
  act: (on: Bench) => unknown;
}
const set = (on: Bench, settings: object) => Object.assign(on.editor.settings, settings);

// prettier-ignore
const USES: Use[] = [
  { tool: 'brush', act: (on) => drag(on, ACROSS) },
  { tool: 'eraser', act: (on) => drag(on, ACROSS) },
  { tool: 'threshold-brush', act: (on) => drag(on, ACROSS) },
  { tool: 'adaptive-brush', act: (on) => { set(on, { likeness: 6 }); drag(on, ACROSS); } },
  { tool: 'polygon', act: (on) => clicks(on, AROUND) },
  { tool: 'polygon', what: 'erasing', act: (on) => { set(on, { outline: 'erase' }); return clicks(on, AROUND); } },
  { tool: 'lasso', act: (on) => drag(on, AROUND) },
  { tool: 'livewire', act: (on) => clicks(on, AROUND) },
  { tool: 'scissors', what: 'filling', act: (on) => { set(on, { scissors: 'fill-inside' }); drag(on, AROUND); } },
  { tool: 'scissors', what: 'cutting', act: (on) => { set(on, { scissors: 'erase-inside' }); drag(on, AROUND); } },
  { tool: 'fill', act: (on) => drag(on, [[5, 10, K]]) },
  { tool: 'grow', act: (on) => drag(on, [[5, 10, K]]) },
  { tool: 'scribbles', act: async (on) => { set(on, { scribbleReachMm: 60 }); drag(on, [[5, 10, K], [8, 16, K]]); await on.settled(); on.editor.confirm(); } },
  { tool: 'threshold', act: ({ room }) => actions.applyThreshold(room) },
  { tool: 'threshold', what: 'replacing', act: (on) => { set(on, { thresholdHow: 'replace' }); return actions.applyThreshold(on.room); } },
  { tool: 'interpolate', mask: plates(K - 2, K + 2), act: ({ room }) => actions.interpolateSlices(room) },
  { tool: 'slices', what: 'from the neighbour', mask: plates(K - 1), act: ({ room }) => actions.copyFromSlice(room, -1) },
  { tool: 'slices', what: 'cutting', act: ({ room }) => actions.cutThisSlice(room) },
  { tool: 'holes', act: ({ room }) => actions.fillHoles(room, 'space') },
  { tool: 'islands', what: 'keeping the largest', act: ({ room }) => actions.keepLargestIsland(room) },
  { tool: 'islands', what: 'moving one', act: (on) => { set(on, { islandClick: 'moved' }); drag(on, [[3.2, 24.2, K]]); } },
  { tool: 'islands', what: 'removing small ones', act: (on) => { set(on, { islandMl: 0.1 }); return actions.removeSmallIslands(on.room); } },
  { tool: 'margin', what: 'growing', act: ({ room }) => actions.applyMargin(room, 'grow') },
  { tool: 'margin', what: 'shrinking', act: (on) => { set(on, { marginMm: 2 }); return actions.applyMargin(on.room, 'shrink'); } },
  { tool: 'margin', what: 'hollowing', act: (on) => { set(on, { marginMm: 8, wall: 'outside' }); return actions.applyMargin(on.room, 'hollow'); } },
  { tool: 'smooth', mask: ragged, act: (on) => { set(on, { smoothMm: 3 }); return actions.smoothStructures(on.room); } },
  { tool: 'smooth', what: 'all at once', mask: ragged, act: (on) => { set(on, { smoothMm: 3, smoothAll: true }); return actions.smoothStructures(on.room); } },
  { tool: 'combine', what: 'adding', act: ({ room }) => actions.combineStructures(room, 'add') },
  { tool: 'combine', what: 'subtracting', act: (on) => { set(on, { combineMm: 8 }); return actions.combineStructures(on.room, 'subtract'); } },
  { tool: 'combine', what: 'swapping', act: ({ room }) => actions.combineStructures(room, 'swap') },
  { tool: 'move', act: async (on) => { for (let n = 0; n < 6; n++) { await actions.moveStructure(on.room, 1, 0); await on.settled(); } } },
];

interface Change {
  from: number;
  to: number;
  value: number;
}
/** A guard as it is set, and the changes it forbids. */
interface Guard {
  name: string;
  arm: (editor: EditorState) => void;
  forbids: (change: Change) => boolean;
}
const lock = (label: number) => (editor: EditorState) =>
  void (editor.structures.find((one) => one.label === label)!.locked = true);
const GUARDS: Guard[] = [
  { name: 'a locked neighbour', arm: lock(NEAR), forbids: ({ from, to }) => from === NEAR || to === NEAR },
  { name: 'a locked structure further on', arm: lock(FAR), forbids: ({ from, to }) => from === FAR || to === FAR }, // prettier-ignore
  { name: 'only where it is empty', arm: (editor) => (editor.region = 'empty'), forbids: ({ from, to }) => to !== 0 && from !== 0 }, // prettier-ignore
  {
    name: 'only inside the neighbour',
    arm: (editor) => Object.assign(editor, { region: 'inside', insideLabel: NEAR }),
    forbids: ({ from, to }) => to !== 0 && from !== NEAR,
  },
  {
    name: 'only values in a range',
    arm: ({ settings }) => Object.assign(settings, { rangeOn: true, ...IN_RANGE }),
    forbids: ({ value }) => value < IN_RANGE.low || value > IN_RANGE.high,
  },
  { name: 'the structure itself locked', arm: lock(OWN), forbids: () => true },
];

async function changes(use: Use, guard: Guard | null): Promise<Change[]> {
  const on = bench(use.mask ?? own);
  guard?.arm(on.editor);
  on.editor.tool = use.tool;
  const before = on.volume.labels.slice();
  await use.act(on);
  await on.settled();
  const found: Change[] = [];
  on.volume.labels.forEach((to, n) => {
    if (to !== before[n]) found.push({ from: before[n], to, value: on.values[n] });
  });
  return found;
}

/** Guards that never meet the tool: it takes away only what is its own, fills only what is empty, or stays near. */
const NEVER_MEETS: Record<string, string[]> = {
  'a locked neighbour': ['smooth', 'eraser', 'polygon erasing', 'scissors cutting', 'slices cutting', 'holes', 'islands keeping the largest', 'islands removing small ones', 'margin shrinking', 'combine subtracting'],
  'a locked structure further on': ['smooth', 'scribbles', 'eraser', 'polygon erasing', 'scissors cutting', 'slices cutting', 'holes', 'islands keeping the largest', 'islands moving one', 'islands removing small ones', 'margin shrinking', 'margin hollowing', 'combine adding', 'combine subtracting', 'combine swapping', 'move'],
  'only where it is empty': ['smooth', 'eraser', 'polygon erasing', 'scissors cutting', 'slices cutting', 'holes', 'islands keeping the largest', 'islands removing small ones', 'margin shrinking', 'combine subtracting'],
  'only inside the neighbour': ['eraser', 'polygon erasing', 'scissors cutting', 'slices cutting', 'islands keeping the largest', 'islands removing small ones', 'margin shrinking', 'combine adding', 'combine subtracting'],
}; // prettier-ignore

describe('every tool under every guard', () => {
  const nameOf = ({ tool, what }: Use) => (what ? `${tool} ${what}` : tool);

  it('is in this table', () => {
    const used = new Set<Tool>(USES.map(({ tool }) => tool));
    expect(TOOLS.map(({ id }) => id).filter((id) => id !== 'navigate' && !used.has(id))).toEqual([]);
  });

  describe.each(USES.map((use) => ({ name: nameOf(use), use })))('$name', ({ name, use }) => {
    let free: Change[];
    beforeEach(async () => {
      free ??= await changes(use, null);
    });

    it('does something', () => expect(free.length).toBeGreaterThan(0));

    it.each(GUARDS)('$name', async (guard) => {
      const met = free.some(guard.forbids);
      expect(met, 'without the guard the tool would have done what it forbids').toBe(
        !NEVER_MEETS[guard.name]?.includes(name),
      );
      const done = await changes(use, guard);
      expect(done.filter(guard.forbids)).toEqual([]);
    });
  });
});
