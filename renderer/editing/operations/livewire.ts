// Livewire: the cheapest way from the last click to every voxel around it, where walking along edges costs least.
// Source: Mortensen and Barrett, Intelligent scissors for image composition, SIGGRAPH 1995 (gradient term).
import type { Values } from './block.ts';
import { BucketQueue } from './bucket-queue.ts';

export interface LivewireTask {
  /** A piece of one slice, the faster axis first. */
  values: Values;
  across: number;
  down: number;
  /** mm along both axes. */
  spacing: [number, number];
  /** Index of the click. */
  start: number;
}

/** A straight step on the strongest edge costs this, off any edge so much more. */
const ON_EDGE = 2;
const OFF_EDGE = 100;

/**
 * For each voxel the index of the one before it on the cheapest way from the start (the start names itself). Steps go to
 * the eight neighbours; a step costs its length times a cost that falls with the gradient where it ends.
 */
export function livewire(task: LivewireTask): Int32Array<ArrayBuffer> {
  const { across, down, spacing, start } = task;
  const walk = walkingCosts(task);
  const size = across * down;
  const before = new Int32Array(size).fill(-1);
  const costs = new Int32Array(size).fill(0x7fffffff);
  const done = new Uint8Array(size);
  const shortest = Math.min(...spacing);
  const steps = [
    [-1, 0],
    [1, 0],
    [0, -1],
    [0, 1],
    [-1, -1],
    [1, -1],
    [-1, 1],
    [1, 1],
  ].map(([x, y]) => ({ x, y, length: Math.hypot(x * spacing[0], y * spacing[1]) / shortest }));
  const longest = Math.max(...steps.map(({ length }) => length)) * (ON_EDGE + OFF_EDGE);
  const queue = new BucketQueue(Math.ceil(longest) + 1);
  costs[start] = 0;
  before[start] = start;
  queue.put(start, 0);
  for (let at = queue.take(); at >= 0; at = queue.take()) {
    if (done[at] === 1) continue;
    done[at] = 1;
    const [x, y] = [at % across, Math.floor(at / across)];
    for (const step of steps) {
      const [toX, toY] = [x + step.x, y + step.y];
      if (toX < 0 || toY < 0 || toX >= across || toY >= down) continue;
      const to = toX + across * toY;
      if (done[to] === 1) continue;
      const cost = costs[at] + Math.max(1, Math.round(walk[to] * step.length));
      if (cost >= costs[to]) continue;
      costs[to] = cost;
      before[to] = at;
      queue.put(to, cost);
    }
  }
  return before;
}

/** What a straight step onto each voxel costs. */
export function walkingCosts({ values, across, down, spacing }: LivewireTask): Float32Array {
  const gradient = new Float32Array(across * down);
  // The end of the picture is no edge of anything in it.
  let centre = 0;
  const value = (x: number, y: number) => {
    const v = values[Math.min(across - 1, Math.max(0, x)) + across * Math.min(down - 1, Math.max(0, y))];
    return Number.isFinite(v) ? v : centre;
  };
  const known = new Float32Array(across * down);
  let count = 0;
  for (let y = 0, n = 0; y < down; y++) {
    for (let x = 0; x < across; x++, n++) {
      centre = values[n];
      if (!Number.isFinite(centre)) continue;
      // Sobel: a difference across, smoothed along the edge.
      let [gx, gy] = [0, 0];
      for (const side of [-1, 0, 1]) {
        const weight = side === 0 ? 2 : 1;
        gx += weight * (value(x + 1, y + side) - value(x - 1, y + side));
        gy += weight * (value(x + side, y + 1) - value(x + side, y - 1));
      }
      gradient[n] = Math.hypot(gx / spacing[0], gy / spacing[1]);
      known[count++] = gradient[n];
    }
  }
  const sorted = known.subarray(0, count).sort();
  // A few very strong edges (bone, air) must not make all others look alike.
  const strong = sorted[Math.floor(0.98 * (count - 1))] || 1;
  return gradient.map((g) => {
    const share = Math.min(1, g / strong);
    return ON_EDGE + OFF_EDGE * (1 - share) ** 2;
  });
}

/** The way from the start to `to`, both included. */
export function wayTo(before: Int32Array, to: number): number[] {
  const way = [to];
  for (let at = to; before[at] !== at && before[at] >= 0;) {
    at = before[at];
    way.push(at);
  }
  return way.reverse();
}
