// Outlines, interpolation, growing and livewire against slow computations written from their definitions.
import { describe, expect, it } from 'vitest';
import type { Triple } from '../../../electron/contract/geometry.ts';
import { area } from './area.ts';
import { cut, sizeOf } from './block.ts';
import { interpolate } from './interpolate.ts';
import { lineRuns } from './line-runs.ts';
import { livewire, walkingCosts, wayTo } from './livewire.ts';
import { polygonRuns, type Point } from './polygon.ts';
import { blockOf, forEachVoxel, randomBlock, randomNumbers } from './random-blocks.ts';
import { scissors } from './scissors.ts';
import { growFromScribbles } from './scribbles.ts';
import { toleranceMap, UNREACHED } from './tolerance-map.ts';

const SEEDS = Array.from({ length: 10 }, (_, n) => n + 1);
const quiet = () => undefined;

/** How often the line goes around a point: the sum of the angles that its edges are seen under. */
function turns(points: readonly Point[], x: number, y: number): number {
  let sum = 0;
  points.forEach(([x0, y0], n) => {
    const [x1, y1] = points[(n + 1) % points.length];
    const angle = Math.atan2(y1 - y, x1 - x) - Math.atan2(y0 - y, x0 - x);
    sum += angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));
  });
  return Math.round(sum / (2 * Math.PI));
}
function randomLine(seed: number, across: number, down: number): Point[] {
  const random = randomNumbers(seed);
  // Off the voxel centres: on the very line both answers would do.
  return Array.from({ length: 3 + (seed % 6) }, () => [
    random() * (across + 4) - 2.03,
    random() * (down + 4) - 2.07,
  ]);
}

describe('a closed line', () => {
  it.each(SEEDS)('holds the voxels that it goes around, crossings and all (%i)', (seed) => {
    const points = randomLine(seed, 17, 13);
    const got = new Set<number>();
    polygonRuns(points, 17, 13, (a0, a1, b) => {
      for (let a = a0; a <= a1; a++) got.add(a + 17 * b);
    });
    const want = new Set<number>();
    for (let b = 0; b < 13; b++)
      for (let a = 0; a < 17; a++) if (turns(points, a, b) !== 0) want.add(a + 17 * b);
    expect([...got].sort()).toEqual([...want].sort());
  });
});

/** A plane turned by two angles, as unit vectors. */
function randomPlane(seed: number) {
  const random = randomNumbers(seed * 31);
  const [a, b] = [random() * 6.28, random() * 6.28];
  const right: Triple = [Math.cos(a), Math.sin(a), 0];
  const down: Triple = [-Math.sin(a) * Math.cos(b), Math.cos(a) * Math.cos(b), Math.sin(b)];
  const normal: Triple = [Math.sin(a) * Math.sin(b), -Math.cos(a) * Math.sin(b), Math.cos(b)];
  return { right, down, normal };
}
const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, v, n) => sum + v * b[n], 0);

describe('a row at any angle to a closed line', () => {
  it.each(SEEDS)('is inside where the line goes around it (%i)', (seed) => {
    const corners = randomLine(seed, 17, 13);
    const random = randomNumbers(seed + 99);
    for (let n = 0; n < 40; n++) {
      const still = n === 0;
      const [x, y] = [random() * 17, random() * 13];
      const [stepX, stepY] = still ? [0, 0] : [random() * 2 - 1, n % 3 === 0 ? 0 : random() * 2 - 1];
      const got = new Set<number>();
      lineRuns(corners, { first: -9, last: 12, x, y, stepX, stepY }, (first, last) => {
        for (let i = first; i <= last; i++) got.add(i);
      });
      for (let i = -9; i <= 12; i++)
        expect(got.has(i), `${n}, ${i}`).toBe(turns(corners, x + stepX * i, y + stepY * i) !== 0);
    }
  });
});

describe('scissors', () => {
  it.each(SEEDS)('cut along the normal of a plane (%i)', (seed) => {
    const block = randomBlock(seed);
    block.low = [3, 2, 1];
    block.volume = block.shape.map((n, axis) => n + block.low[axis] + 2) as Triple;
    const plane = randomPlane(seed);
    const middle = block.shape.map((n) => n / 2 + 0.13) as Triple;
    const at = middle.map((v, axis) => v + block.low[axis]) as Triple;
    const points = randomLine(seed, 12, 10).map(([x, y]): Point => [x - 6, y - 5]);
    const thick = dot(plane.normal.map(Math.abs), block.spacing) / 2;
    for (const reachMm of [null, 0, 4.1]) {
      for (const how of ['erase-inside', 'erase-outside', 'fill-inside'] as const) {
        const cut = { plane, at, points, reachMm };
        const got = scissors(block, { kind: 'scissors', label: 1, cut, how });
        const want = block.labels.slice();
        forEachVoxel(block.shape, (v, n) => {
          const mm = v.map((x, axis) => (x - middle[axis]) * block.spacing[axis]);
          if (reachMm !== null && Math.abs(dot(mm, plane.normal)) > Math.max(reachMm, thick)) return;
          const inside = turns(points, dot(mm, plane.right), dot(mm, plane.down)) !== 0;
          if (how === 'fill-inside') want[n] = inside ? 1 : want[n];
          else if (want[n] === 1 && inside === (how === 'erase-inside')) want[n] = 0;
        });
        expect(got, `${how} ${reachMm}`).toEqual(want);
      }
    }
  });

  it.each(SEEDS)('cut through the slices of any view (%i)', (seed) => {
    const block = randomBlock(seed);
    block.low = [3, 2, 1];
    const axis = (seed % 3) as 0 | 1 | 2;
    const [a, b] = [[1, 2], [0, 2], [0, 1]][axis]; // prettier-ignore
    const line = randomLine(seed, block.shape[a], block.shape[b]);
    const points = line.map(([x, y]): Point => [x + block.low[a], y + block.low[b]]);
    for (const how of ['erase-inside', 'erase-outside', 'fill-inside'] as const) {
      const slices: [number, number] = [block.low[axis] + 2, block.low[axis] + 5];
      const got = scissors(block, { kind: 'scissors', label: 1, cut: { axis, points, slices }, how });
      const want = block.labels.slice();
      forEachVoxel(block.shape, (v, n) => {
        if (v[axis] < 2 || v[axis] > 5) return;
        const inside = turns(line, v[a], v[b]) !== 0;
        if (how === 'fill-inside') want[n] = inside ? 1 : want[n];
        else if (want[n] === 1 && inside === (how === 'erase-inside')) want[n] = 0;
      });
      expect(got, how).toEqual(want);
    }
  });
});

it('an area becomes the structure where its numbers say so', () => {
  const block = blockOf(Uint8Array.from([0, 1, 2, 3]), [4, 1, 1]);
  const box = { low: [0, 0, 0] as Triple, high: [3, 0, 0] as Triple };
  const numbers = Uint16Array.from([5, 6, 7, 8]);
  expect([...area(block, { kind: 'area', label: 3, box, numbers, atLeast: 6, atMost: 7 })]).toEqual([
    0, 3, 3, 3,
  ]);
});

describe('interpolation between slices', () => {
  /** Distance in mm to the nearest centre where `is` holds. */
  const nearest = (
    x: number,
    y: number,
    across: number,
    down: number,
    mm: number[],
    is: (x: number, y: number) => boolean,
  ) => {
    let best = Infinity;
    for (let v = -1; v <= down; v++)
      for (let u = -1; u <= across; u++)
        if (is(u, v)) best = Math.min(best, Math.hypot((u - x) * mm[0], (v - y) * mm[1]));
    return best;
  };
  it.each([0, 1, 2] as const)('blends signed distances about one centre across axis %i', (axis) => {
    const shape: Triple = [15, 14, 13];
    const spacing: Triple = [0.8, 1, 1.7];
    const labels = new Uint8Array(15 * 14 * 13);
    const [a, b] = [[1, 2], [0, 2], [0, 1]][axis]; // prettier-ignore
    const mm = [spacing[a], spacing[b]];
    // Two discs of other sizes and places, four slices apart, and one more beyond a second gap.
    const discs = new Map([[3, [5, 6, 2.6]], [7, [9, 7, 4.1]], [9, [8, 6, 2.2]]]); // prettier-ignore
    forEachVoxel(shape, (v, n) => {
      const disc = discs.get(v[axis]);
      if (disc && Math.hypot((v[a] - disc[0]) * mm[0], (v[b] - disc[1]) * mm[1]) <= disc[2]) labels[n] = 1;
    });
    const block = blockOf(labels, shape, spacing);
    const got = interpolate(block, { kind: 'interpolate', label: 1, axis, only: null }, quiet);
    const at = (slice: number, u: number, v: number) => {
      const voxel: Triple = [0, 0, 0];
      [voxel[axis], voxel[a], voxel[b]] = [slice, u, v];
      if (voxel.some((x, d) => x < 0 || x >= shape[d])) return -1;
      return voxel[0] + shape[0] * (voxel[1] + shape[1] * voxel[2]);
    };
    const is = (slice: number) => (u: number, v: number) =>
      at(slice, u, v) >= 0 && labels[at(slice, u, v)] === 1;
    const centreOf = (slice: number) => {
      let [x, y, count] = [0, 0, 0];
      for (let v = 0; v < shape[b]; v++)
        for (let u = 0; u < shape[a]; u++) if (is(slice)(u, v)) [x, y, count] = [x + u, y + v, count + 1];
      return [x / count, y / count];
    };
    const signed = (slice: number, u: number, v: number) =>
      nearest(u, v, shape[a], shape[b], mm, is(slice)) -
      nearest(u, v, shape[a], shape[b], mm, (p, q) => !is(slice)(p, q));
    const linear = (slice: number, u: number, v: number) => {
      const [u0, v0] = [Math.floor(u), Math.floor(v)];
      const [fu, fv] = [u - u0, v - v0];
      return (
        (1 - fv) * ((1 - fu) * signed(slice, u0, v0) + fu * signed(slice, u0 + 1, v0)) +
        fv * ((1 - fu) * signed(slice, u0, v0 + 1) + fu * signed(slice, u0 + 1, v0 + 1))
      );
    };
    let unsure = 0;
    for (const [from, to] of [
      [3, 7],
      [7, 9],
    ]) {
      // prettier-ignore
      const [c0, c1] = [centreOf(from), centreOf(to)];
      for (let slice = from + 1; slice < to; slice++) {
        const t = (slice - from) / (to - from);
        const c = [0, 1].map((n) => (1 - t) * c0[n] + t * c1[n]);
        for (let v = 2; v < shape[b] - 2; v++) {
          for (let u = 2; u < shape[a] - 2; u++) {
            const blended =
              (1 - t) * linear(from, u + c0[0] - c[0], v + c0[1] - c[1]) +
              t * linear(to, u + c1[0] - c[0], v + c1[1] - c[1]);
            if (Math.abs(blended) < 1e-4) unsure++;
            else expect(got[at(slice, u, v)] === 1, `${slice} ${u} ${v}`).toBe(blended < 0);
          }
        }
      }
    }
    // Where both shapes are symmetric, some centres lie on the very line.
    expect(unsure).toBeLessThan(20);
    // Cut to its own box, as in the page, the structure is interpolated no differently.
    const low: Triple = [Infinity, Infinity, Infinity];
    const high: Triple = [0, 0, 0];
    forEachVoxel(shape, (v, n) => {
      if (labels[n] !== 1) return;
      v.forEach((x, d) => ([low[d], high[d]] = [Math.min(low[d], x), Math.max(high[d], x)]));
    });
    const tight = {
      ...blockOf(cut(labels, shape, { low, high }), sizeOf({ low, high }), spacing),
      low,
      volume: shape,
    };
    const inBox = interpolate(tight, { kind: 'interpolate', label: 1, axis, only: null }, quiet);
    expect(inBox).toEqual(cut(got, shape, { low, high }));
    const only = interpolate(block, { kind: 'interpolate', label: 1, axis, only: 8 }, quiet);
    forEachVoxel(shape, (v, n) => expect(only[n]).toBe(v[axis] === 8 ? got[n] : labels[n]));
  });
});

describe('region growing', () => {
  it.each(SEEDS)('knows for every tolerance what hangs together (%i)', (seed) => {
    const random = randomNumbers(seed);
    const shape: Triple = [9, 8, seed % 2 ? 6 : 1];
    const size = shape[0] * shape[1] * shape[2];
    const values = Float32Array.from({ length: size }, () => random() * 10);
    const barrier = Uint8Array.from({ length: size }, () => Number(random() < 0.1));
    const start = Math.floor(random() * size);
    const task = { values, shape, barrier, start, reference: values[start], step: 0.5, most: 14 };
    const needs = toleranceMap(task);
    for (let t = 0; t <= 14; t += 2) {
      const open = (n: number) => barrier[n] === 0 && Math.abs(values[n] - values[start]) <= t * 0.5 + 1e-9;
      const seen = new Set([start]);
      // Again and again over all voxels, until nothing is added.
      for (let added = true; added;) {
        added = false;
        forEachVoxel(shape, ([i, j, k], n) => {
          if (seen.has(n) || !open(n)) return;
          const near = [
            [1, 0, 0],
            [-1, 0, 0],
            [0, 1, 0],
            [0, -1, 0],
            [0, 0, 1],
            [0, 0, -1],
          ].some(([x, y, z]) => {
            // prettier-ignore
            const [a, b, c] = [i + x, j + y, k + z];
            if (a < 0 || b < 0 || c < 0 || a >= shape[0] || b >= shape[1] || c >= shape[2]) return false;
            return seen.has(a + shape[0] * (b + shape[1] * c));
          });
          if (near) [added] = [Boolean(seen.add(n))];
        });
      }
      needs.forEach((need, n) => expect(need <= t && need !== UNREACHED).toBe(seen.has(n)));
    }
  });
});

describe('growing from scribbles', () => {
  it.each(SEEDS)('gives each voxel to the scribble with the cheapest path (%i)', (seed) => {
    const random = randomNumbers(seed);
    const shape: Triple = [8, 7, seed % 2 ? 6 : 1];
    const spacing: Triple = [0.7, 1.2, 3];
    const size = shape[0] * shape[1] * shape[2];
    const values = Int16Array.from({ length: size }, () => Math.floor(random() * 400) - 100);
    const barrier = Uint8Array.from({ length: size }, () => Number(random() < 0.08));
    const seeds = Uint8Array.from({ length: size }, () => (random() < 0.02 ? 1 : random() < 0.02 ? 2 : 0));
    const at = (v: number[]) => v[0] + shape[0] * (v[1] + shape[1] * v[2]);
    // Mean over three along each axis, at the ends as it is; then 0…255 between two percentiles.
    let field = Array.from(values, Number);
    for (const axis of [0, 1, 2]) {
      if (shape[axis] < 3) continue;
      const last = field;
      field = field.slice();
      forEachVoxel(shape, (v, n) => {
        if (v[axis] === 0 || v[axis] === shape[axis] - 1) return;
        const [before, after] = [-1, 1].map((d) => at(v.map((x, a) => (a === axis ? x + d : x))));
        field[n] = Math.fround((last[before] + last[n] + last[after]) / 3);
      });
    }
    const sorted = [...field].sort((x, y) => x - y);
    const [low, high] = [sorted[Math.floor(0.01 * (size - 1))], sorted[Math.ceil(0.99 * (size - 1))]];
    const bright = field.map((v) => Math.min(255, Math.max(0, Math.round(((v - low) * 255) / (high - low)))));
    // Cheapest costs from either side by going over all edges until nothing gets cheaper.
    const costsFrom = (side: number) => {
      const costs = Array<number>(size).fill(Infinity);
      forEachVoxel(shape, (v, n) => {
        const face = v.some((x, a) => shape[a] > 2 && (x === 0 || x === shape[a] - 1));
        const seed2 = seeds[n] !== 0 ? seeds[n] : face ? 2 : 0;
        if (seed2 === side && barrier[n] === 0) costs[n] = 0;
      });
      const own = costs.map((c) => c === 0);
      for (let better = true; better;) {
        better = false;
        forEachVoxel(shape, (v, n) => {
          if (barrier[n] === 1) return;
          [0, 1, 2].forEach((axis) =>
            [-1, 1].forEach((d) => {
              const to = v.map((x, a) => (a === axis ? x + d : x));
              if (to[axis] < 0 || to[axis] >= shape[axis] || barrier[at(to)] === 1) return;
              const cost =
                costs[at(to)] + Math.round(spacing[axis] * 2) + Math.abs(bright[at(to)] - bright[n]);
              if (cost < costs[n]) [costs[n], better] = [cost, true];
            }),
          );
        });
      }
      return { costs, own };
    };
    const [inner, outer] = [costsFrom(1), costsFrom(2)];
    const got = growFromScribbles({ values, shape, spacing, barrier, seeds });
    got.forEach((owner, n) => {
      const [a, b] = [inner.costs[n], outer.costs[n]];
      const want = Math.min(a, b) === Infinity ? 0 : a < b ? 1 : 2;
      expect(owner, `voxel ${n}`).toBe(want);
    });
  });
});

describe('livewire', () => {
  it.each(SEEDS.slice(0, 5))('finds the cheapest way to every voxel (%i)', (seed) => {
    const random = randomNumbers(seed);
    const [across, down] = [12, 10];
    const values = Int16Array.from(
      { length: 120 },
      (_, n) => (n % 12 > 5 ? 100 : 0) + Math.floor(random() * 30),
    );
    const spacing: [number, number] = [0.8, 1];
    const start = Math.floor(random() * 120);
    const task = { values, across, down, spacing, start };
    const walk = walkingCosts(task);
    const stepCost = (from: number, to: number) => {
      const [dx, dy] = [(to % across) - (from % across), Math.floor(to / across) - Math.floor(from / across)];
      if (Math.max(Math.abs(dx), Math.abs(dy)) !== 1) return Infinity;
      return Math.max(1, Math.round(walk[to] * (Math.hypot(dx * 0.8, dy) / 0.8)));
    };
    const costs = Array<number>(120).fill(Infinity);
    costs[start] = 0;
    for (let better = true; better;) {
      better = false;
      for (let n = 0; n < 120; n++)
        for (let m = 0; m < 120; m++)
          if (costs[n] + stepCost(n, m) < costs[m]) [costs[m], better] = [costs[n] + stepCost(n, m), true];
    }
    const before = livewire(task);
    for (let n = 0; n < 120; n++) {
      const way = wayTo(before, n);
      expect(way[0]).toBe(start);
      expect(way.at(-1)).toBe(n);
      let sum = 0;
      for (let s = 1; s < way.length; s++) sum += stepCost(way[s - 1], way[s]);
      expect(sum).toBe(costs[n]);
    }
  });

  it('keeps to a bright edge rather than the straight line', () => {
    const values = new Float32Array(40 * 40);
    forEachVoxel([40, 40, 1], ([x, y], n) => (values[n] = Math.hypot(x - 20, y - 20) < 12 ? 100 : 0));
    const before = livewire({ values, across: 40, down: 40, spacing: [1, 1], start: 8 + 40 * 20 });
    const way = wayTo(before, 32 + 40 * 20);
    for (const n of way)
      expect(Math.abs(Math.hypot((n % 40) - 20, Math.floor(n / 40) - 20) - 12)).toBeLessThan(1.8);
  });
});
