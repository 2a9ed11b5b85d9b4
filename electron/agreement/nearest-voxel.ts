// Distances from each surface voxel of one mask to the nearest of the other: exact, and quick where masks agree.
//
// Masks that are worth comparing lie close together: from a voxel, the few rows around it are searched outwards until
// no row further out can hold anything nearer. Where that takes too many rows, a tree over all voxels takes over.
import { buildPointTree, NearestPoint } from './point-tree.ts';
import type { Spacing } from './types.ts';

/** Rows to search around a voxel before the tree is asked. */
const ROWS = 120;
/** Rows that an index may hold (16 MB); voxels scattered over more go to the tree at once. */
const MOST_ROWS = 2 ** 22;
/** Rows with more voxels than this are searched by halving. */
const SHORT = 12;

/**
 * Voxels by rows along i: those of row (j, k) are `xs[starts[r] … starts[r+1])`, ascending, r = (k−k0)·rows + (j−j0).
 * There are as many empty rows around those that anybody asks from as are searched, so that no step leaves the index.
 */
interface RowIndex {
  readonly starts: Int32Array;
  readonly xs: Int32Array;
  readonly j0: number;
  readonly k0: number;
  readonly rows: number;
}

/** Rows around a row in order of their distance: steps along j and k, and the distance squared in mm². */
interface RowOrder {
  readonly dj: Int32Array;
  readonly dk: Int32Array;
  readonly squared: Float64Array;
  /** The longest steps. */
  readonly nj: number;
  readonly nk: number;
  /** Nothing nearer than this, squared, lies outside these rows. */
  readonly reach: number;
}

/**
 * For every voxel of `from`, in order, the distance in mm to the nearest voxel of `to`. Triples i, j, k in scan order
 * (i fastest, then j, then k), at least one each; throws RangeError for none.
 */
export function nearestDistances(from: Int32Array, to: Int32Array, spacing: Spacing): Float64Array {
  if (from.length === 0 || to.length === 0) throw new RangeError('distances need voxels on both sides');
  const order = orderRows(spacing);
  const index = indexRows(to, from, order);
  // Steps from a row to those around it, in the index's own numbers.
  const steps = order.dj.map((dj, n) => dj + order.dk[n] * (index?.rows ?? 0));
  const distances = new Float64Array(from.length / 3);
  let tree: NearestPoint | null = null;
  let last = 0;
  for (let n = 0, at = 0; n < distances.length; n++, at += 3) {
    // Neighbours have like answers: where the last one was out of reach, this one is not looked for nearby either.
    let best =
      index && last < order.reach
        ? searchRows(index, order, steps, from[at], from[at + 1], from[at + 2], spacing[0])
        : -1;
    if (best < 0) {
      tree ??= new NearestPoint(buildPointTree(to, spacing));
      best = tree.squared(from[at] * spacing[0], from[at + 1] * spacing[1], from[at + 2] * spacing[2]);
    }
    last = best;
    distances[n] = Math.sqrt(best);
  }
  return distances;
}

/** Null when the rows are too many to be worth it. `asked` are the voxels whose rows will be searched around. */
function indexRows(voxels: Int32Array, asked: Int32Array, { nj, nk }: RowOrder): RowIndex | null {
  let [j0, j1] = [voxels[1], voxels[1]];
  for (const list of [voxels, asked]) {
    for (let at = 1; at < list.length; at += 3) {
      if (list[at] < j0) j0 = list[at];
      if (list[at] > j1) j1 = list[at];
    }
  }
  j0 -= nj;
  const k0 = Math.min(voxels[2], asked[2]) - nk;
  const slices = Math.max(voxels[voxels.length - 1], asked[asked.length - 1]) + nk - k0 + 1;
  const rows = j1 + nj - j0 + 1;
  if (rows * slices > MOST_ROWS) return null;
  const starts = new Int32Array(rows * slices + 1);
  const xs = new Int32Array(voxels.length / 3);
  for (let n = 0, at = 0; n < xs.length; n++, at += 3) {
    xs[n] = voxels[at];
    starts[(voxels[at + 2] - k0) * rows + (voxels[at + 1] - j0) + 1]++;
  }
  for (let row = 0; row < rows * slices; row++) starts[row + 1] += starts[row];
  return { starts, xs, j0, k0, rows };
}

/** The rows nearest to a row, as many as ROWS and no more than are surely the nearest. */
function orderRows([, sy, sz]: Spacing): RowOrder {
  // A disc of this radius holds about ROWS rows; along a coarse axis it may hold none but the row's own.
  const radius = Math.max(Math.sqrt((ROWS * sy * sz) / Math.PI), Math.min(sy, sz));
  const [nj, nk] = [Math.min(ROWS, Math.ceil(radius / sy)), Math.min(ROWS, Math.ceil(radius / sz))];
  const found: [number, number, number][] = [];
  for (let dk = -nk; dk <= nk; dk++)
    for (let dj = -nj; dj <= nj; dj++) found.push([dj, dk, (dj * sy) ** 2 + (dk * sz) ** 2]);
  // Beyond the box of rows lies a disc's rest: only what is nearer than its sides is complete.
  const reach = Math.min(((nj + 1) * sy) ** 2, ((nk + 1) * sz) ** 2);
  const kept = found.filter(([, , squared]) => squared < reach).sort((a, b) => a[2] - b[2]);
  return {
    dj: Int32Array.from(kept, ([dj]) => dj),
    dk: Int32Array.from(kept, ([, dk]) => dk),
    squared: Float64Array.from(kept, ([, , squared]) => squared),
    nj,
    nk,
    reach,
  };
}

/** Squared distance to the nearest voxel, or −1 when the rows within reach cannot tell. */
function searchRows(
  { starts, xs, j0, k0, rows }: RowIndex,
  { squared, reach }: RowOrder,
  steps: Int32Array,
  i: number,
  j: number,
  k: number,
  sx: number,
): number {
  const base = (k - k0) * rows + (j - j0);
  let best = reach;
  for (let n = 0; n < squared.length && squared[n] < best; n++) {
    const row = base + steps[n];
    const start = starts[row];
    const end = starts[row + 1];
    if (start === end) continue;
    const along = nearestAlong(xs, start, end, i) * sx;
    const distance = squared[n] + along * along;
    if (distance < best) best = distance;
  }
  return best < reach ? best : -1;
}

/** Steps from i to the nearest of the ascending xs[start … end). */
function nearestAlong(xs: Int32Array, start: number, end: number, i: number): number {
  while (end - start > SHORT) {
    const middle = (start + end) >> 1;
    // The value at the middle stays in the half that it may be nearest from.
    if (xs[middle] <= i) start = middle;
    else end = middle + 1;
  }
  // Ascending: nearer and nearer up to i, then further and further.
  let n = start;
  while (n < end && xs[n] < i) n++;
  if (n === end) return i - xs[end - 1];
  const after = xs[n] - i;
  return n > start && i - xs[n - 1] < after ? i - xs[n - 1] : after;
}
