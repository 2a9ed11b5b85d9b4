// Holes, islands, margins, smoothing, combinations and shifts against slow computations written from their definitions.
import { describe, expect, it } from 'vitest';
import type { Triple } from '../../../electron/contract/geometry.ts';
import { combine, translate, type Combination } from './combine.ts';
import { fillHoles } from './fill-holes.ts';
import { islands } from './islands.ts';
import { margin } from './margin.ts';
import { reachOf, smooth } from './smooth.ts';
import { threshold } from './threshold.ts';
import { blockOf, forEachVoxel, randomBlock, randomNumbers } from './random-blocks.ts';

const SEEDS = Array.from({ length: 12 }, (_, n) => n + 1);
const quiet = () => undefined;
const indexOf = ([i, j, k]: Triple, shape: Triple) => i + shape[0] * (j + shape[1] * k);
const inside = (v: Triple, shape: Triple) => v.every((x, a) => x >= 0 && x < shape[a]);

/** Voxels reached from `start` by steps for which `open` holds, one voxel at a time. */
function reached(
  shape: Triple,
  start: Triple[],
  steps: Triple[],
  open: (index: number) => boolean,
): Set<number> {
  const seen = new Set<number>();
  const queue = start.filter((v) => open(indexOf(v, shape)));
  for (const v of queue) seen.add(indexOf(v, shape));
  for (let v = queue.pop(); v; v = queue.pop()) {
    for (const step of steps) {
      const to = v.map((x, a) => x + step[a]) as Triple;
      if (!inside(to, shape)) continue;
      const index = indexOf(to, shape);
      if (seen.has(index) || !open(index)) continue;
      seen.add(index);
      queue.push(to);
    }
  }
  return seen;
}
const FACES: Triple[] = [[1,0,0],[-1,0,0],[0,1,0],[0,-1,0],[0,0,1],[0,0,-1]]; // prettier-ignore
const ALL: Triple[] = [-1, 0, 1]
  .flatMap((x) => [-1, 0, 1].flatMap((y) => [-1, 0, 1].map((z): Triple => [x, y, z])))
  .filter((step) => step.some((v) => v !== 0));

describe('fill holes', () => {
  it.each(SEEDS)('fills exactly what no path of faces leads out of (%i)', (seed) => {
    const block = randomBlock(seed);
    const { shape, labels } = block;
    for (const axis of [null, 0, 1, 2] as const) {
      const got = fillHoles(block, { kind: 'fill-holes', label: 1, axis }, quiet);
      const steps = FACES.filter((step) => axis === null || step[axis] === 0);
      const border: Triple[] = [];
      forEachVoxel(shape, (v) => {
        if (v.some((x, a) => a !== axis && (x === 0 || x === shape[a] - 1))) border.push(v);
      });
      const open = reached(shape, border, steps, (n) => labels[n] !== 1);
      // A slice without the structure has no holes: everything in it reaches its border.
      const want = labels.map((v, n) => (v === 0 && !open.has(n) ? 1 : v));
      expect(got).toEqual(want);
    }
  });
});

/** Islands of label 1, each as a set of voxels, in the order of their first voxels. */
function islandsOf(labels: Uint8Array, shape: Triple): Set<number>[] {
  const found: Set<number>[] = [];
  forEachVoxel(shape, (v, n) => {
    if (labels[n] === 1 && !found.some((one) => one.has(n)))
      found.push(reached(shape, [v], ALL, (m) => labels[m] === 1));
  });
  return found;
}

describe('islands', () => {
  it.each(SEEDS)('are kept and removed by size and by click (%i)', (seed) => {
    const block = randomBlock(seed);
    const { shape, labels } = block;
    const found = islandsOf(labels, shape);
    const run = (rule: Parameters<typeof islands>[1]['rule']) =>
      islands(block, { kind: 'islands', label: 1, rule });
    const only = (wanted: (one: Set<number>) => boolean, otherwise = 0) =>
      labels.map((v, n) => (v === 1 && !found.some((one) => wanted(one) && one.has(n)) ? otherwise : v));
    const most = Math.max(...found.map((one) => one.size));
    const largest = found.find((one) => one.size === most);
    expect(run({ keep: 'largest' })).toEqual(only((one) => one === largest));
    expect(run({ keep: 'at-least', voxels: 4 })).toEqual(only((one) => one.size >= 4));
    const last = found.at(-1)!;
    const first = Math.min(...last);
    const at: Triple = [
      first % shape[0],
      Math.floor(first / shape[0]) % shape[1],
      Math.floor(first / shape[0] / shape[1]),
    ];
    expect(run({ keep: 'clicked', at })).toEqual(only((one) => one === last));
    expect(run({ keep: 'others', at })).toEqual(only((one) => one !== last));
    expect(run({ keep: 'moved', at, to: 3 })).toEqual(only((one) => one !== last, 3));
    const empty = labels.indexOf(0);
    const away: Triple = [
      empty % shape[0],
      Math.floor(empty / shape[0]) % shape[1],
      Math.floor(empty / shape[0] / shape[1]),
    ];
    expect(run({ keep: 'others', at: away })).toEqual(labels);
  });
});

/** 1 where a voxel centre is at most `mm` from one for which `target` holds: every pair is measured. */
function near(block: ReturnType<typeof randomBlock>, mm: number, target: (n: number) => boolean): boolean[] {
  const { shape, spacing, labels } = block;
  const targets: Triple[] = [];
  forEachVoxel(shape, (v, n) => {
    if (target(n)) targets.push(v);
  });
  const out = Array<boolean>(labels.length).fill(false);
  forEachVoxel(shape, (v, n) => {
    out[n] = targets.some((t) => Math.hypot(...t.map((x, a) => (x - v[a]) * spacing[a])) <= mm + 1e-6);
  });
  return out;
}

describe('margins', () => {
  it.each(SEEDS.slice(0, 6))('grow, shrink and hollow by true distances (%i)', (seed) => {
    const block = randomBlock(seed, [11, 9, 7]);
    const { labels } = block;
    const is = (n: number) => labels[n] === 1;
    const with1 = (wanted: (n: number) => boolean) => labels.map((v, n) => (wanted(n) ? 1 : v === 1 ? 0 : v));
    for (const mm of [0.5, 0.9, 2, 2.8]) {
      const grown = near(block, mm, is);
      const byOutside = near(block, mm, (n) => !is(n));
      const run = (change: Parameters<typeof margin>[1]['change']) =>
        margin(block, { kind: 'margin', label: 1, change }, quiet);
      expect(run({ do: 'grow', mm })).toEqual(with1((n) => grown[n]));
      expect(run({ do: 'shrink', mm })).toEqual(with1((n) => is(n) && !byOutside[n]));
      expect(run({ do: 'hollow', mm, wall: 'inside' })).toEqual(with1((n) => is(n) && byOutside[n]));
      // A wall outside leaves nothing of what it is around.
      expect(run({ do: 'hollow', mm, wall: 'outside' })).toEqual(with1((n) => !is(n) && grown[n]));
      const [half, halfIn] = [near(block, mm / 2, is), near(block, mm / 2, (n) => !is(n))];
      expect(run({ do: 'hollow', mm, wall: 'middle' })).toEqual(with1((n) => (is(n) ? halfIn[n] : half[n])));
    }
  });

  it('leaves a structure that fills the scan alone', () => {
    const block = blockOf(new Uint8Array(60).fill(1), [5, 4, 3]);
    expect(margin(block, { kind: 'margin', label: 1, change: { do: 'shrink', mm: 3 } }, quiet)).toEqual(
      block.labels,
    );
  });
});

describe('smoothing', () => {
  it.each(SEEDS)('makes each voxel what most around it are, several structures at once (%i)', (seed) => {
    const block = randomBlock(seed);
    const { shape, labels, spacing } = block;
    for (const operation of [
      { kind: 'smooth', labels: [1, 2], radiusMm: 1.4, axis: null },
      { kind: 'smooth', labels: [1], radiusMm: 2, axis: 2 },
      { kind: 'smooth', labels: [1, 2, 3], radiusMm: 2, axis: 0 },
    ] as const) {
      const reach = reachOf(spacing, operation);
      const takes = [0, ...operation.labels] as number[];
      const want = labels.slice();
      forEachVoxel(shape, (v, n) => {
        const votes = new Map<number, number>();
        forEachVoxel(shape, (w, m) => {
          if (w.every((x, a) => Math.abs(x - v[a]) <= reach[a]))
            votes.set(labels[m], (votes.get(labels[m]) ?? 0) + 1);
        });
        // Those that do not take part stand as one wall.
        let wall = 0;
        for (const [label, count] of votes) if (!takes.includes(label)) wall += count;
        if (!takes.includes(labels[n])) return;
        const own = votes.get(labels[n])!;
        const rivals = [...votes].filter(([label]) => takes.includes(label) && label !== labels[n]);
        const most = Math.max(0, ...rivals.map(([, count]) => count));
        if (most > own && most > wall)
          want[n] = Math.min(...rivals.filter(([, c]) => c === most).map(([l]) => l));
      });
      expect(smooth(block, { ...operation, labels: [...operation.labels] }, quiet)).toEqual(want);
    }
  });

  it('opens no gap between two that share a wall', () => {
    const shape: Triple = [12, 12, 6];
    const labels = new Uint8Array(864);
    forEachVoxel(shape, ([i, j, k], n) => {
      if (j > 1 && j < 10 && k > 0 && k < 5) labels[n] = i + ((j * 7 + k * 3) % 3) < 7 ? 1 : 2;
    });
    const got = smooth(
      blockOf(labels, shape),
      { kind: 'smooth', labels: [1, 2], radiusMm: 2, axis: null },
      quiet,
    );
    forEachVoxel(shape, ([i, j, k], n) => {
      if (i > 3 && i < 9 && j > 3 && j < 8 && k > 1 && k < 4) expect(got[n]).not.toBe(0);
    });
  });
});

describe('combinations', () => {
  it.each(SEEDS.slice(0, 4))('follow set algebra with the other one grown (%i)', (seed) => {
    const block = randomBlock(seed, [10, 9, 7]);
    const { labels } = block;
    for (const marginMm of [0, 1.5]) {
      const b =
        marginMm === 0 ? Array.from(labels, (v) => v === 2) : near(block, marginMm, (n) => labels[n] === 2);
      const rules: Record<Combination, (a: boolean, b: boolean) => boolean> = {
        add: (x, y) => x || y,
        subtract: (x, y) => x && !y,
        intersect: (x, y) => x && y,
        exclusive: (x, y) => x !== y,
        swap: () => false,
      };
      for (const how of ['add', 'subtract', 'intersect', 'exclusive'] as const) {
        const got = combine(block, { kind: 'combine', label: 1, other: 2, how, marginMm }, quiet);
        const want = labels.map((v, n) => (rules[how](v === 1, b[n]) ? 1 : v === 1 ? 0 : v));
        expect(got, how).toEqual(want);
      }
    }
    const swapped = combine(block, { kind: 'combine', label: 1, other: 2, how: 'swap', marginMm: 0 }, quiet);
    expect(swapped).toEqual(Uint8Array.from(labels, (v) => [0, 2, 1, 3][v]));
  });
});

describe('moving', () => {
  it.each(SEEDS.slice(0, 6))('shifts a structure and loses what leaves (%i)', (seed) => {
    const block = randomBlock(seed);
    const { shape, labels } = block;
    const random = randomNumbers(seed);
    const by = [0, 0, 0].map(() => Math.floor(random() * 9) - 4) as Triple;
    const want = labels.map((v) => (v === 2 ? 0 : v));
    forEachVoxel(shape, (v, n) => {
      const to = v.map((x, a) => x + by[a]) as Triple;
      if (labels[n] === 2 && inside(to, shape)) want[indexOf(to, shape)] = 2;
    });
    expect(translate(block, { kind: 'translate', label: 2, by })).toEqual(want);
  });
});

describe('a threshold', () => {
  it('adds, replaces or keeps by values', () => {
    const block = blockOf(Uint8Array.from([0, 1, 1, 2, 0, 2]), [6, 1, 1]);
    block.values = Int16Array.from([5, 5, 20, 9, 10, 11]);
    const run = (how: 'add' | 'replace' | 'keep') => [
      ...threshold(block, { kind: 'threshold', label: 1, low: 5, high: 10, how }),
    ];
    expect(run('add')).toEqual([1, 1, 1, 1, 1, 2]);
    expect(run('replace')).toEqual([1, 1, 0, 1, 1, 2]);
    expect(run('keep')).toEqual([0, 1, 0, 2, 0, 2]);
  });
});
