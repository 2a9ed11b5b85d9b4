// The journal against a database of its own: order, trouble, and undo that survives a reload.
import { describe, expect, it } from 'vitest';
import { Problem } from '../../electron/contract/problem.ts';
import type { PatchEntry } from '../../electron/contract/reads.ts';
import { applyPatch, encodePatch } from '../../electron/contract/mask-bytes.ts';
import { Journal, stacksOf, type PatchSink } from './journal.svelte.ts';
import { LabelVolume } from './label-volume.ts';
import { PatchCache } from './patch-cache.ts';
import { Stroke } from './stroke.ts';

const SHAPE = [10, 4, 2] as [number, number, number];

/** Stores what it is sent, in order, as the backend does; `trouble` fails the next step. */
class Store implements PatchSink {
  readonly labels = new Uint8Array(80);
  readonly entries: PatchEntry[] = [];
  readonly patches = new Map<number, Uint8Array<ArrayBuffer>>();
  trouble: Error | null = null;
  inFlight = 0;
  fetched: number[] = [];

  private async store(kind: PatchEntry['kind'], target: number | null, bytes: Uint8Array<ArrayBuffer>) {
    expect(this.inFlight, 'one at a time').toBe(0);
    this.inFlight++;
    await new Promise((resolve) => setTimeout(resolve, 1));
    this.inFlight--;
    if (this.trouble) throw this.trouble;
    applyPatch(this.labels, bytes, kind === 'undo' ? 'undo' : 'do');
    const seq = this.entries.length + 1;
    if (kind === 'edit') this.patches.set(seq, bytes);
    const at = '2026-01-01T00:00:00.000Z';
    this.entries.push({ seq, kind, target, tool: 'Brush', label: 1, voxels: 1, at });
    return { seq };
  }
  append(bytes: Uint8Array<ArrayBuffer>) {
    return this.store('edit', null, bytes);
  }
  undo(target: number) {
    return this.store('undo', target, this.patches.get(target)!);
  }
  redo(target: number) {
    return this.store('redo', target, this.patches.get(target)!);
  }
  fetch = async (seq: number) => {
    this.fetched.push(seq);
    await new Promise((resolve) => setTimeout(resolve, 5));
    return this.patches.get(seq)!;
  };
}

function open(store: Store) {
  const volume = new LabelVolume(SHAPE, store.labels.slice());
  const journal = new Journal({ volume, sink: store, entries: [...store.entries], fetchPatch: store.fetch });
  const draw = (label: number, ...indices: number[]) => {
    const stroke = new Stroke(volume);
    for (const index of indices) stroke.set(index, label);
    journal.add({ ...stroke.finish()!, tool: 'Brush', label, milliseconds: 5 });
  };
  return { volume, journal, draw };
}

/** A volume of 512 × 512 × 20, a brush of 10 voxels drawn along a line of 40, here and there. */
function thousandStrokes(store: { patches: Uint8Array<ArrayBuffer>[] }) {
  const shape = [512, 512, 20] as [number, number, number];
  const volume = new LabelVolume(shape, new Uint8Array(512 * 512 * 20));
  for (let n = 0; n < 1000; n++) {
    const stroke = new Stroke(volume);
    const [x, y, z] = [40 + ((n * 37) % 400), 40 + ((n * 91) % 400), n % 20];
    for (let step = 0; step < 40; step++)
      for (let b = -10; b <= 10; b++)
        for (let a = -10; a <= 10; a++)
          if (a * a + b * b <= 100) stroke.set(x + step + a + 512 * (y + b + 512 * z), 1 + (n % 7));
    const finished = stroke.finish();
    if (finished) store.patches.push(finished.bytes);
  }
}

describe('memory', () => {
  it('a thousand strokes of a brush take less than 50 MB', () => {
    const store = { patches: [] as Uint8Array<ArrayBuffer>[] };
    thousandStrokes(store);
    expect(store.patches.length).toBeGreaterThan(900);
    const cache = new PatchCache();
    store.patches.forEach((bytes, n) => cache.set(n + 1, bytes));
    const held = store.patches.reduce((sum, bytes) => sum + bytes.buffer.byteLength, 0);
    expect(held).toBeLessThan(50e6);
    expect(cache.byteLength).toBeLessThan(50e6);
  });

  it('steps beyond the limit are let go of, the oldest first, and never one that is not stored yet', () => {
    const cache = new PatchCache(1000);
    for (let seq = 1; seq <= 10; seq++) cache.set(seq, new Uint8Array(200));
    cache.trim(3);
    expect(cache.byteLength).toBe(1600);
    cache.trim(Infinity);
    expect(cache.byteLength).toBe(1000);
    expect([cache.get(5), cache.get(6)?.length]).toEqual([undefined, 200]);
    cache.set(6, new Uint8Array(50));
    expect(cache.byteLength).toBe(850);
  });

  it('large steps are fetched again for an undo to the first one', async () => {
    const store = new Store();
    const { volume, journal, draw } = open(store);
    for (let n = 0; n < 6; n++) draw(1 + (n % 3), n, n + 1);
    await journal.settled();
    // As after so many large steps that nothing of these is kept.
    (journal as unknown as { bytes: PatchCache }).bytes.clear();
    for (let n = 0; n < 6; n++) await journal.undo();
    expect(await journal.settled()).toBe(true);
    expect(store.fetched).toEqual([6, 5, 4, 3, 2, 1]);
    expect(volume.labels.every((label) => label === 0)).toBe(true);
  });
});

describe('the journal', () => {
  it('stores steps in order, one at a time, and says so', async () => {
    const store = new Store();
    const { volume, journal, draw } = open(store);
    for (let n = 0; n < 20; n++) draw(1 + (n % 3), n, n + 1, n + 20);
    expect(journal.save.kind).toBe('saving');
    expect(await journal.settled()).toBe(true);
    expect(journal.save.kind).toBe('saved');
    expect(store.labels).toEqual(volume.labels);
    expect(journal.entries.map((entry) => entry.seq)).toEqual(store.entries.map((entry) => entry.seq));
  });

  it('undoes and redoes to the first stroke and back', async () => {
    const store = new Store();
    const { volume, journal, draw } = open(store);
    const states = [volume.labels.slice()];
    for (let n = 0; n < 8; n++) {
      draw(1 + (n % 3), n, n + 1, n + 2);
      states.push(volume.labels.slice());
    }
    for (let n = 7; n >= 0; n--) {
      await journal.undo();
      expect(volume.labels).toEqual(states[n]);
    }
    expect(journal.canUndo).toBe(false);
    await journal.undo();
    for (let n = 1; n <= 8; n++) {
      await journal.redo();
      expect(volume.labels).toEqual(states[n]);
    }
    expect(journal.canRedo).toBe(false);
    expect(await journal.settled()).toBe(true);
    expect(store.labels).toEqual(states[8]);
  });

  it('empties redo with a new edit', async () => {
    const store = new Store();
    const { journal, draw } = open(store);
    draw(1, 3);
    draw(2, 4);
    await journal.undo();
    expect(journal.canRedo).toBe(true);
    draw(3, 5);
    expect(journal.canRedo).toBe(false);
    expect(journal.stacks.undo).toEqual([1, 4]);
    await journal.redo();
    await journal.settled();
    expect(store.entries.map((entry) => entry.kind)).toEqual(['edit', 'edit', 'undo', 'edit']);
  });

  it('goes on undoing and redoing after a reload, with patches fetched once', async () => {
    const store = new Store();
    const first = open(store);
    first.draw(1, 3, 4);
    first.draw(2, 4, 5);
    first.draw(3, 5, 6);
    await first.journal.undo();
    await first.journal.settled();
    const { volume, journal } = open(store);
    expect(journal.stacks).toEqual({ undo: [1, 2], redo: [3] });
    // Pressed fast: the second waits for the first one's patch.
    await Promise.all([journal.undo(), journal.undo(), journal.undo()]);
    expect(volume.labels.every((label) => label === 0)).toBe(true);
    await Promise.all([journal.redo(), journal.redo(), journal.redo()]);
    expect([...volume.labels.slice(3, 7)]).toEqual([1, 2, 3, 3]);
    expect(store.fetched).toEqual([2, 1, 3]);
    expect(await journal.settled()).toBe(true);
    expect(store.labels).toEqual(volume.labels);
  });

  it('does not undo what is no longer on top once its patch has come', async () => {
    const store = new Store();
    const first = open(store);
    first.draw(1, 3);
    await first.journal.settled();
    const { volume, journal, draw } = open(store);
    const undone = journal.undo();
    await Promise.resolve();
    draw(2, 3);
    await undone;
    expect(volume.labels[3]).toBe(2);
    expect(journal.stacks.undo).toEqual([1, 2]);
    expect(await journal.settled()).toBe(true);
  });

  it('keeps what could not be stored, and stores it in order when asked again', async () => {
    const store = new Store();
    const { volume, journal, draw } = open(store);
    draw(1, 3);
    await journal.settled();
    store.trouble = new Problem('disk-full', 'The disk is full.', { status: 507 });
    draw(2, 4);
    draw(3, 5);
    expect(await journal.settled()).toBe(false);
    expect(journal.save).toMatchObject({ kind: 'failed', waiting: 2 });
    expect(journal.writable).toBe(true);
    expect([volume.labels[4], volume.labels[5]]).toEqual([2, 3]);
    store.trouble = new TypeError('fetch failed');
    journal.retry();
    expect(await journal.settled()).toBe(false);
    expect(journal.save).toMatchObject({ problem: { code: 'not-stored' } });
    store.trouble = null;
    journal.retry();
    expect(await journal.settled()).toBe(true);
    expect(store.labels).toEqual(volume.labels);
    expect(store.entries).toHaveLength(3);
  });

  it('takes off what may never be stored, also a stroke under way, and writes no more', async () => {
    const store = new Store();
    const { volume, journal, draw } = open(store);
    draw(1, 3);
    await journal.settled();
    store.trouble = new Problem('lease-lost', 'Another window has the read.', { status: 409 });
    draw(2, 3, 4);
    await Promise.all([journal.undo(), journal.undo()]);
    draw(3, 3, 9);
    const underWay = new Stroke(volume);
    underWay.set(9, 4);
    let watched = 0;
    journal.watchStroke(() => {
      if (watched++ > 0) return false;
      underWay.cancel();
      return true;
    });
    expect(await journal.settled()).toBe(false);
    expect(journal.save).toMatchObject({ kind: 'lost', problem: { code: 'lease-lost' } });
    expect(volume.labels).toEqual(store.labels);
    expect(journal.entries.map((entry) => entry.seq)).toEqual([1]);
    expect([journal.canUndo, journal.canRedo, journal.writable]).toEqual([false, false, false]);
    const was = volume.labels.slice();
    draw(5, 20);
    expect(volume.labels).toEqual(was);
    expect(journal.entries).toHaveLength(1);
  });

  it('takes the stroke under way back instead of the last step', async () => {
    const store = new Store();
    const { journal, volume, draw } = open(store);
    draw(1, 3);
    let drawing = true;
    journal.watchStroke(() => drawing && !(drawing = false));
    await journal.undo();
    expect(volume.labels[3]).toBe(1);
    await journal.undo();
    expect(volume.labels[3]).toBe(0);
    expect(await journal.settled()).toBe(true);
  });

  it('replays kinds into stacks', () => {
    const entry = (seq: number, kind: PatchEntry['kind'], target: number | null) =>
      ({ seq, kind, target, tool: '', label: 1, voxels: 1, at: '' }) as PatchEntry;
    const entries = [
      entry(1, 'edit', null),
      entry(2, 'edit', null),
      entry(3, 'undo', 2),
      entry(4, 'undo', 1),
      entry(5, 'redo', 1),
    ];
    expect(stacksOf(entries)).toEqual({ undo: [1], redo: [2] });
    expect(stacksOf([...entries, entry(6, 'edit', null)])).toEqual({ undo: [1, 6], redo: [] });
  });

  it('goes to any state by undo and redo that are stored, and on from there', async () => {
    const store = new Store();
    const { volume, journal, draw } = open(store);
    for (const n of [1, 2, 3, 4]) draw(n, n);
    await journal.goTo(2);
    expect(journal.stacks).toEqual({ undo: [1, 2], redo: [4, 3] });
    expect([...volume.labels.subarray(0, 6)]).toEqual([0, 1, 2, 0, 0, 0]);
    await journal.goTo(4);
    expect(journal.stacks).toEqual({ undo: [1, 2, 3, 4], redo: [] });
    await journal.goTo(4);
    await journal.goTo(99);
    await journal.goTo(null);
    expect(journal.stacks.undo).toEqual([]);
    expect(volume.labels.every((label) => label === 0)).toBe(true);
    await journal.goTo(3);
    await journal.settled();
    expect([...volume.labels.subarray(0, 6)]).toEqual([0, 1, 2, 3, 0, 0]);
    expect([...store.labels]).toEqual([...volume.labels]);
    expect(store.entries.map(({ kind }) => kind).join(' ')).toBe(
      'edit edit edit edit undo undo redo redo undo undo undo undo redo redo redo',
    );
  });
});

describe('a mask from elsewhere that is stored before a stroke', () => {
  /** As the backend: a step whose number is taken is refused. */
  class Shared extends Store {
    last = 0;
    override async append(bytes: Uint8Array<ArrayBuffer>) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (this.entries.length !== this.last)
        throw new Problem('patch-out-of-order', 'Another step was stored.', { status: 409 });
      const result = await super.append(bytes);
      this.last = result.seq;
      return result;
    }
  }

  function shared() {
    const store = new Shared();
    const volume = new LabelVolume(SHAPE, store.labels.slice());
    const journal: Journal = new Journal({
      volume,
      sink: store,
      entries: [],
      fetchPatch: store.fetch,
      onOutrun: () => {
        volume.replace(store.labels.slice());
        store.last = store.entries.length;
        journal.loaded([...store.entries]);
      },
    });
    const draw = (label: number, ...indices: number[]) => {
      const stroke = new Stroke(volume);
      for (const index of indices) stroke.set(index, label);
      journal.add({ ...stroke.finish()!, tool: 'Brush', label, milliseconds: 5 });
    };
    /** The AI mask: labels 2 on the first ten voxels, stored by the backend itself. */
    const arrive = () => {
      const indices = Array.from({ length: 10 }, (_, n) => n);
      const bytes = encodePatch(
        indices,
        Uint8Array.from(indices, (n) => store.labels[n]),
        new Uint8Array(10).fill(2),
      );
      applyPatch(store.labels, bytes);
      const seq = store.entries.length + 1;
      store.patches.set(seq, bytes);
      const at = '2026-01-01T00:00:00.000Z';
      store.entries.push({ seq, kind: 'edit', target: null, tool: 'AI mask', label: 2, voxels: 10, at });
    };
    return { store, volume, journal, draw, arrive };
  }

  it('loses no stroke: each is drawn on the newer mask, and can be undone there', async () => {
    const { store, volume, journal, draw, arrive } = shared();
    draw(1, 0, 1, 2);
    await journal.settled();
    draw(1, 5, 6, 20, 21);
    arrive();
    draw(3, 6, 7, 30);
    await journal.settled();
    expect(journal.save.kind).toBe('saved');
    expect(store.labels).toEqual(volume.labels);
    expect([...volume.labels.subarray(0, 10)]).toEqual([2, 2, 2, 2, 2, 1, 3, 3, 2, 2]);
    expect([20, 21, 30].map((n) => volume.labels[n])).toEqual([1, 1, 3]);
    expect(journal.entries.map(({ tool }) => tool)).toEqual(['Brush', 'AI mask', 'Brush', 'Brush']);
    await journal.undo();
    await journal.undo();
    await journal.settled();
    expect([...volume.labels.subarray(0, 10)]).toEqual(new Array(10).fill(2));
    expect(store.labels).toEqual(volume.labels);
  });

  it('gives up a stroke that is outrun again and again, and says so', async () => {
    const { store, volume, journal, draw, arrive } = shared();
    const append = store.append.bind(store);
    store.append = (bytes) => {
      arrive();
      return append(bytes);
    };
    draw(1, 40);
    while (journal.save.kind !== 'lost') await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(journal.save).toMatchObject({ kind: 'lost', problem: { code: 'patch-out-of-order' } });
    expect(volume.labels[40]).toBe(0);
  });
});
