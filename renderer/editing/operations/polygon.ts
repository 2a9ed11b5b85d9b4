// Which voxel centres lie inside a closed line, by rows: where the line winds around a centre, that voxel is inside.

export type Point = readonly [number, number];

/** Bounds of the voxels that a polygon can hold, cut off at the slice; null when it holds none. */
export function polygonBounds(
  points: readonly Point[],
  across: number,
  down: number,
): { low: Point; high: Point } | null {
  if (points.length < 3) return null;
  const [as, bs] = [points.map((p) => p[0]), points.map((p) => p[1])];
  const low: Point = [Math.max(0, Math.ceil(Math.min(...as))), Math.max(0, Math.ceil(Math.min(...bs)))];
  const high: Point = [
    Math.min(across - 1, Math.floor(Math.max(...as))),
    Math.min(down - 1, Math.floor(Math.max(...bs))),
  ];
  return low[0] > high[0] || low[1] > high[1] ? null : { low, high };
}

/**
 * Visits runs (a0, a1, b) of the voxels inside, ends included, of a slice of `across` × `down` voxels. Points are
 * continuous voxels; a line that crosses itself encloses all that it goes around (non-zero winding).
 */
export function polygonRuns(
  points: readonly Point[],
  across: number,
  down: number,
  visit: (a0: number, a1: number, b: number) => void,
): void {
  const bounds = polygonBounds(points, across, down);
  if (!bounds) return;
  for (let b = bounds.low[1]; b <= bounds.high[1]; b++) {
    const crossings: { a: number; turn: number }[] = [];
    for (let n = 0; n < points.length; n++) {
      const [a0, b0] = points[n];
      const [a1, b1] = points[(n + 1) % points.length];
      // Half open, so that a corner on the row counts once.
      const up = b0 <= b && b < b1;
      if (!up && !(b1 <= b && b < b0)) continue;
      crossings.push({ a: a0 + ((b - b0) / (b1 - b0)) * (a1 - a0), turn: up ? 1 : -1 });
    }
    crossings.sort((one, two) => one.a - two.a);
    let winding = 0;
    for (let n = 0; n + 1 < crossings.length; n++) {
      winding += crossings[n].turn;
      if (winding === 0) continue;
      const first = Math.max(0, Math.ceil(crossings[n].a - 1e-9));
      const last = Math.min(across - 1, Math.floor(crossings[n + 1].a + 1e-9));
      if (first <= last) visit(first, last, b);
    }
  }
}
