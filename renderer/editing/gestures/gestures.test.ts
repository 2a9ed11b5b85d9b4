// Gestures from press to journal: each is one step, obeys locks and region, and cancelling leaves no trace.
import { describe, expect, it } from 'vitest';
import type { Triple } from '../../../electron/contract/geometry.ts';
import { EditorState } from '../editor-state.svelte.ts';
import { InlineWorker } from '../inline-worker.ts';
import { Journal } from '../journal.svelte.ts';
import { LabelVolume } from '../label-volume.ts';
import { forEachVoxel } from '../operations/random-blocks.ts';
import { carryOut } from '../structure-operations.ts';
import { TaskDesk } from '../task-desk.svelte.ts';

const SHAPE: Triple = [40, 36, 20];
const grid = {
  shape: SHAPE,
  spacing: [1, 1, 2] as Triple,
  origin: [0, 0, 0] as Triple,
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
const structures = [
  { id: 'a', label: 3, name: 'Liver', colour: '#56b4e9' },
  { id: 'b', label: 5, name: 'Pancreas', colour: '#e69f00' },
];
const index = ([i, j, k]: readonly number[]) => i + 40 * (j + 36 * k);
const inBall = (v: Triple) => Math.hypot(v[0] - 18, v[1] - 17, (v[2] - 9) * 2) < 9;

/** A room with a ball of 100 in a picture of 0 with some noise. */
function room() {
  const volume = new LabelVolume(SHAPE);
  const values = new Int16Array(40 * 36 * 20);
  forEachVoxel(SHAPE, (v, n) => (values[n] = (inBall(v) ? 100 : 0) + ((n * 7919) % 11)));
  const steps: string[] = [];
  let seq = 0;
  const take = () => Promise.resolve({ seq: ++seq });
  const journal = new Journal({
    volume,
    entries: [],
    fetchPatch: () => Promise.reject(new Error('every patch is known here')),
    sink: { append: (_bytes, meta) => (steps.push(meta.tool), take()), undo: take, redo: take },
  });
  const desk = new TaskDesk(() => new InlineWorker());
  const editor = new EditorState({ grid, volume, structures: structures as never, journal, desk });
  const said: string[] = [];
  editor.say = (sentence) => said.push(sentence);
  const image = {
    voxels: values,
    minimum: 0,
    maximum: 110,
    defaultWindow: { width: 110, level: 55 },
    unit: 'HU',
  };
  editor.see({ ...image, hasSlice: () => true });
  const settled = async () => {
    for (let n = 0; n < 200; n++) {
      await new Promise((resolve) => setTimeout(resolve, 2));
      if (!editor.desk.busy && n > 2) break;
    }
    await journal.settled();
  };
  return { volume, journal, editor, steps, said, values, settled };
}
const drawn = (volume: LabelVolume, label: number) => {
  const out = new Set<number>();
  volume.labels.forEach((v, n) => v === label && out.add(n));
  return out;
};
const expected = (is: (v: Triple) => boolean) => {
  const out = new Set<number>();
  forEachVoxel(SHAPE, (v, n) => is(v) && out.add(n));
  return out;
};

describe('polygon and lasso', () => {
  const square: Triple[] = [[5.2, 6.3, 4], [15.4, 6.3, 4], [15.4, 12.6, 4], [5.2, 12.6, 4]]; // prettier-ignore
  const inSquare = (v: Triple) => v[2] === 4 && v[0] > 5.2 && v[0] < 15.4 && v[1] > 6.3 && v[1] < 12.6;

  it('fill their slice when closed, in any plane, and erase with Alt', async () => {
    const { volume, editor, steps, settled } = room();
    editor.tool = 'polygon';
    for (const at of square) {
      expect(editor.begin(at, 2)).toBeNull();
      editor.end();
    }
    expect(editor.pending).toBe(true);
    expect(editor.preview.corners).toHaveLength(4);
    expect(drawn(volume, 3).size).toBe(0);
    editor.begin([5.3, 6.2, 4], 2);
    editor.end();
    expect(editor.pending).toBe(false);
    expect(drawn(volume, 3)).toEqual(expected(inSquare));
    editor.tool = 'lasso';
    editor.inverted = true;
    editor.begin([4, 0.5, 3], 1);
    for (const at of [[11.5, 0.5, 3], [11.5, 0.5, 5], [4, 0.5, 5]] as Triple[]) editor.extend(at); // prettier-ignore
    editor.end();
    await settled();
    expect(steps, 'nothing of it is in that slice').toEqual(['Polygon']);
    editor.begin([4, 8, 3], 1);
    for (const at of [[11.5, 8, 3], [11.5, 8, 5], [4, 8, 5]] as Triple[]) editor.extend(at); // prettier-ignore
    editor.end();
    await settled();
    expect(steps).toEqual(['Polygon', 'Lasso, erasing']);
    expect(drawn(volume, 3)).toEqual(expected((v) => inSquare(v) && !(v[1] === 8 && v[0] < 11.5)));
  });

  it('take a corner back, end by Enter, and go without a trace on Escape and undo', async () => {
    const { volume, editor, steps, said, journal, settled } = room();
    editor.tool = 'polygon';
    const click = (at: Triple) => (editor.begin(at, 2), editor.end());
    square.forEach(click);
    click([30, 30, 4]);
    expect(editor.back()).toBe(true);
    expect(editor.confirm()).toBe(true);
    expect(drawn(volume, 3)).toEqual(expected(inSquare));
    square.slice(0, 2).forEach(click);
    expect(editor.confirm()).toBe(true);
    expect(said).toEqual(['A polygon needs three corners.']);
    square.slice(0, 3).forEach(click);
    expect(editor.begin([9, 9, 5], 2), 'a click on another slice loses nothing').toMatch(/own slice first/);
    expect(editor.begin([9, 4, 9], 1)).toMatch(/own slice first/);
    click(square[3]);
    await journal.undo();
    expect(editor.pending, 'undo means the polygon').toBe(false);
    expect(drawn(volume, 3).size).toBe(expected(inSquare).size);
    await journal.undo();
    expect(drawn(volume, 3).size).toBe(0);
    await settled();
    expect(steps).toEqual(['Polygon']);
  });

  it('leave locked structures and voxels out of range alone', () => {
    const { volume, editor, values } = room();
    volume.labels[index([8, 8, 4])] = 5;
    volume.counts[5]++;
    editor.structures[1].locked = true;
    editor.settings.rangeOn = true;
    [editor.settings.low, editor.settings.high] = [3, 200];
    editor.tool = 'polygon';
    for (const at of square) {
      editor.begin(at, 2);
      editor.end();
    }
    editor.confirm();
    expect(drawn(volume, 3)).toEqual(
      expected((v) => inSquare(v) && index(v) !== index([8, 8, 4]) && values[index(v)] >= 3),
    );
  });
});

describe('growing', () => {
  it('floods a slice with a tolerance that the drag changes', async () => {
    const { volume, editor, steps, settled } = room();
    editor.settings.tolerance = 15;
    editor.tool = 'fill';
    editor.begin([18, 17, 9], 2, 0.5);
    expect(editor.preview.areas).toHaveLength(1);
    // 60 pixels to the right and back again: twice as much, and what it was.
    editor.extend([48, 17, 9]);
    expect(editor.settings.tolerance).toBe(30);
    editor.extend([18, 17, 9]);
    expect(editor.settings.tolerance).toBe(15);
    expect(drawn(volume, 3).size).toBe(0);
    editor.end();
    await settled();
    expect(drawn(volume, 3)).toEqual(expected((v) => v[2] === 9 && inBall(v)));
    expect(steps).toEqual(['Flood fill']);
  });

  it('grows in 3D only as far as it reaches, and not through locked structures', async () => {
    const { volume, editor, steps, settled } = room();
    forEachVoxel(SHAPE, (v, n) => {
      if (v[2] === 11) volume.labels[n] = 5;
    });
    volume.replace(volume.labels.slice());
    editor.structures[1].locked = true;
    editor.tool = 'grow';
    editor.settings.tolerance = 20;
    editor.settings.reachMm = 30;
    expect(editor.begin([18, 17, 9], 0)).toBeNull();
    editor.end();
    await settled();
    expect(drawn(volume, 3)).toEqual(expected((v) => v[2] < 11 && inBall(v)));
    expect(steps).toEqual(['Region growing']);
  });

  it('fills within what is drawn, and says when that is open', async () => {
    const { volume, editor, said, settled } = room();
    const wall = (v: Triple) =>
      v[2] === 6 && Math.abs(Math.max(Math.abs(v[0] - 15), Math.abs(v[1] - 15)) - 6) < 0.5;
    forEachVoxel(SHAPE, (v, n) => {
      if (wall(v)) volume.labels[n] = 3;
    });
    volume.replace(volume.labels.slice());
    editor.tool = 'fill';
    editor.settings.fillBy = 'outline';
    editor.begin([15, 15, 6], 2);
    editor.end();
    await settled();
    const inside = (v: Triple) => v[2] === 6 && Math.max(Math.abs(v[0] - 15), Math.abs(v[1] - 15)) < 6.5;
    expect(drawn(volume, 3)).toEqual(expected(inside));
    editor.begin([15, 15, 7], 2);
    editor.end();
    await settled();
    expect(said).toEqual(['What is drawn does not close around this place. Nothing was filled.']);
  });

  it('grows from scribbles, shows the result first, and keeps it as one step', async () => {
    const { volume, editor, steps, settled } = room();
    editor.tool = 'scribbles';
    editor.settings.sizeMm = 2;
    editor.settings.scribbleReachMm = 20;
    editor.begin([16, 17, 9], 2);
    editor.extend([20, 17, 9]);
    editor.end();
    await settled();
    editor.inverted = true;
    editor.begin([4, 4, 9], 2);
    editor.extend([32, 4, 9]);
    editor.end();
    await settled();
    expect(drawn(volume, 3).size, 'nothing is drawn yet').toBe(0);
    expect(editor.preview.areas).toHaveLength(3);
    expect(editor.confirm()).toBe(true);
    await settled();
    expect(steps).toEqual(['Grow from scribbles']);
    const [got, want] = [drawn(volume, 3), expected(inBall)];
    const both = [...got].filter((n) => want.has(n)).length;
    expect((2 * both) / (got.size + want.size)).toBeGreaterThan(0.95);
    expect(editor.pending).toBe(false);
  });
});

describe('livewire, scissors and islands', () => {
  it('follows the edge between clicks', async () => {
    const { volume, editor, steps, settled } = room();
    editor.tool = 'livewire';
    const corner = (degrees: number): Triple => [18 + 8.6 * Math.cos((degrees * Math.PI) / 180), 17 + 8.6 * Math.sin((degrees * Math.PI) / 180), 9]; // prettier-ignore
    for (const degrees of [0, 90, 180, 270]) {
      editor.begin(corner(degrees), 2, 0.1);
      editor.end();
      await settled();
    }
    editor.confirm();
    await settled();
    expect(steps).toEqual(['Livewire']);
    const [got, want] = [drawn(volume, 3), expected((v) => v[2] === 9 && inBall(v))];
    const both = [...got].filter((n) => want.has(n)).length;
    expect((2 * both) / (got.size + want.size)).toBeGreaterThan(0.93);
  });

  it('scissors cut through a slab or through everything', async () => {
    const { volume, editor, steps, settled } = room();
    forEachVoxel(SHAPE, (v, n) => {
      if (inBall(v)) volume.labels[n] = 3;
    });
    volume.replace(volume.labels.slice());
    editor.tool = 'scissors';
    const cutLeft = async () => {
      editor.begin([0, 0, 9], 2);
      for (const at of [[17.5, 0, 9], [17.5, 35, 9], [0, 35, 9]] as Triple[]) editor.extend(at); // prettier-ignore
      editor.end();
      await settled();
    };
    editor.settings.slabMm = 4;
    await cutLeft();
    expect(drawn(volume, 3)).toEqual(expected((v) => inBall(v) && !(v[0] < 17.5 && Math.abs(v[2] - 9) <= 1)));
    editor.settings.slabMm = null;
    await cutLeft();
    expect(drawn(volume, 3)).toEqual(expected((v) => inBall(v) && v[0] > 17.5));
    expect(steps).toEqual(['Scissors', 'Scissors']);
  });

  it('removes the island that is clicked, and refuses another structure', async () => {
    const { volume, editor, settled } = room();
    volume.labels[index([2, 2, 2])] = 3;
    volume.labels[index([5, 5, 5])] = 3;
    volume.labels[index([9, 9, 9])] = 5;
    volume.replace(volume.labels.slice());
    editor.tool = 'islands';
    expect(editor.begin([9, 9, 9], 2)).toBe('Click on an island of Liver.');
    expect(editor.begin([5, 5, 5], 2)).toBeNull();
    editor.end();
    await settled();
    expect(drawn(volume, 3)).toEqual(new Set([index([2, 2, 2])]));
  });
});

describe('on a plane that lies aslant', () => {
  const [c, s] = [Math.cos(0.5), Math.sin(0.5)];
  const plane = { right: [c, 0, s], down: [0, 1, 0], normal: [-s, 0, c] } as const;
  const thick = (s * 1 + c * 2) / 2;
  /** mm from the ball's middle: to the right on the plane, down, and away from it. */
  const seen = (v: readonly number[]) => {
    const [x, y, z] = [v[0] - 18, v[1] - 17, (v[2] - 9) * 2];
    return { x: x * c + z * s, y, away: z * c - x * s };
  };
  const onPlane = (x: number, y: number): Triple => [18 + x * c, 17 + y, 9 + (x * s) / 2];
  const passed = (v: readonly number[]) => Math.abs(seen(v).away) <= thick + 1e-9;
  const draw = (editor: EditorState, places: Triple[]) => {
    expect(editor.begin(places[0], 2, 0.1, plane)).toBeNull();
    for (const at of places.slice(1)) editor.extend(at);
    editor.end();
  };

  it('a lasso that crosses itself holds all that it goes around', async () => {
    const { volume, editor, steps, settled } = room();
    editor.tool = 'lasso';
    const star = [0, 2, 4, 1, 3].map((n) => {
      const a = (n * 2 * Math.PI) / 5;
      return onPlane(11.03 * Math.sin(a), -11.07 * Math.cos(a));
    });
    draw(editor, star);
    await settled();
    expect(steps).toEqual(['Lasso, oblique']);
    const got = drawn(volume, 3);
    expect(got.has(index([18, 17, 9])), 'the middle, gone around twice').toBe(true);
    expect([...got].every((n) => passed([n % 40, Math.floor(n / 40) % 36, Math.floor(n / 1440)]))).toBe(true);
  });

  it('flood fill takes what hangs together on the plane, by value and within what is drawn', async () => {
    const { volume, editor, steps, said, settled } = room();
    editor.tool = 'fill';
    editor.settings.tolerance = 40;
    draw(editor, [onPlane(1, 2)]);
    await settled();
    expect(drawn(volume, 3)).toEqual(expected((v) => inBall(v) && passed(v)));
    editor.tool = 'eraser';
    editor.settings.sizeMm = 7;
    draw(editor, [onPlane(0, 0)]);
    await settled();
    const ring = drawn(volume, 3);
    expect(ring.has(index([18, 17, 9]))).toBe(false);
    editor.tool = 'fill';
    editor.settings.fillBy = 'outline';
    draw(editor, [onPlane(0, 0)]);
    await settled();
    expect(drawn(volume, 3)).toEqual(expected((v) => inBall(v) && passed(v)));
    draw(editor, [onPlane(13, 12)]);
    await settled();
    expect(said.at(-1)).toMatch(/does not close around this place/);
    expect(steps).toEqual(['Flood fill, oblique', 'Erase, oblique', 'Flood fill, oblique']);
  });

  it('scissors cut along the normal, through everything or a slab', async () => {
    const { volume, editor, steps, settled } = room();
    forEachVoxel(SHAPE, (v, n) => {
      if (inBall(v)) volume.labels[n] = 3;
    });
    volume.replace(volume.labels.slice());
    editor.tool = 'scissors';
    const left = [onPlane(-0.03, -30), onPlane(-0.03, 30), onPlane(-40, 30), onPlane(-40, -30)];
    editor.settings.slabMm = 5;
    draw(editor, left);
    await settled();
    const inSlab = (v: Triple) => Math.abs(seen(v).away) <= 2.5 && seen(v).x < -0.03;
    expect(drawn(volume, 3)).toEqual(expected((v) => inBall(v) && !inSlab(v)));
    editor.settings.slabMm = null;
    draw(editor, left);
    await settled();
    expect(drawn(volume, 3)).toEqual(expected((v) => inBall(v) && seen(v).x >= -0.03));
    expect(steps).toEqual(['Scissors, oblique', 'Scissors, oblique']);
  });

  it('livewire follows the edge that the plane cuts', async () => {
    const { volume, editor, steps, settled } = room();
    editor.tool = 'livewire';
    for (const degrees of [0, 90, 180, 270]) {
      const a = (degrees * Math.PI) / 180;
      editor.begin(onPlane(8.6 * Math.cos(a), 8.6 * Math.sin(a)), 2, 0.1, plane);
      editor.end();
      await settled();
    }
    expect(editor.begin([18, 17, 9], 2, 0.1), 'another plane').toMatch(/Finish the line/);
    editor.confirm();
    await settled();
    expect(steps).toEqual(['Livewire, oblique']);
    const [got, want] = [drawn(volume, 3), expected((v) => passed(v) && inBall(v))];
    const both = [...got].filter((n) => want.has(n)).length;
    expect((2 * both) / (got.size + want.size)).toBeGreaterThan(0.93);
  });
});

describe('an operation', () => {
  it('is refused while another runs or the structure is locked, and cancelling leaves no trace', async () => {
    const { volume, editor, steps, settled } = room();
    expect(
      (await carryOut(editor, { name: 'x', operation: { kind: 'fill-holes', label: 3, axis: null } }))
        .sentence,
    ).toBe('Nothing of Liver is drawn yet.');
    volume.labels[index([5, 5, 5])] = 3;
    volume.replace(volume.labels.slice());
    const margin = {
      name: 'Grow',
      operation: { kind: 'margin', label: 3, change: { do: 'grow', mm: 3 } },
    } as const;
    const first = carryOut(editor, margin);
    expect((await carryOut(editor, margin)).sentence).toBe('Wait until “Grow” is done, or cancel it.');
    expect(editor.begin([1, 1, 1], 2)).toBe('Wait until “Grow” is done, or cancel it.');
    expect(editor.cancel()).toBe(true);
    expect((await first).sentence).toBe('Cancelled. Nothing was changed.');
    expect(volume.counts[3]).toBe(1);
    const done = await carryOut(editor, margin);
    expect(done.voxels).toBe(expected((v) => Math.hypot(v[0] - 5, v[1] - 5, (v[2] - 5) * 2) <= 3).size - 1);
    await settled();
    expect(steps).toEqual(['Grow']);
    editor.structures[0].locked = true;
    expect((await carryOut(editor, margin)).sentence).toBe('Liver is locked.');
  });

  it('whose mask was replaced meanwhile does nothing', async () => {
    const { volume, editor, steps } = room();
    volume.labels[index([5, 5, 5])] = 3;
    volume.replace(volume.labels.slice());
    const operation = { kind: 'margin', label: 3, change: { do: 'grow', mm: 3 } } as const;
    const under = carryOut(editor, { name: 'Grow', operation });
    volume.replace(new Uint8Array(volume.labels.length));
    expect((await under).voxels).toBe(0);
    expect(volume.counts[3]).toBe(0);
    expect(steps).toEqual([]);
  });
});

describe('brushes that look at the picture', () => {
  it('paint only the range, or only what resembles the start', () => {
    const { volume, editor, values } = room();
    editor.settings.sizeMm = 14;
    editor.tool = 'threshold-brush';
    [editor.settings.low, editor.settings.high] = [95, 200];
    editor.begin([26, 17, 9], 2);
    editor.end();
    const inTip = (v: Triple) => v[2] === 9 && Math.hypot(v[0] - 26, v[1] - 17) <= 7;
    expect(drawn(volume, 3)).toEqual(expected((v) => inTip(v) && values[index(v)] >= 95));
    void editor.journal!.undo();
    volume.replace(new Uint8Array(volume.labels.length));
    editor.tool = 'adaptive-brush';
    editor.settings.likeness = 4;
    editor.begin([14, 17, 9], 2);
    editor.extend([26, 17, 9]);
    editor.end();
    const swept = (v: Triple) =>
      v[2] === 9 && Math.hypot(v[0] - Math.min(26, Math.max(14, v[0])), v[1] - 17) <= 7;
    expect(drawn(volume, 3)).toEqual(expected((v) => swept(v) && inBall(v)));
  });
});
