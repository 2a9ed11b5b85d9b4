// The piece of surface that runs through eight neighbouring voxel centres, for each of the 256 ways they can be marked.
import type { Spacing } from '../types.ts';

/** Corner c of the cube lies at (c & 1, c >> 1 & 1, c >> 2 & 1). */
const position = (corner: number): [number, number, number] => [
  corner & 1,
  (corner >> 1) & 1,
  (corner >> 2) & 1,
];
/** Faces as rings of corners. */
const FACES: readonly (readonly [number, number, number, number])[] = [
  [0, 1, 3, 2],
  [4, 5, 7, 6],
  [0, 1, 5, 4],
  [2, 3, 7, 6],
  [0, 2, 6, 4],
  [1, 3, 7, 5],
];

/**
 * Area in mm² by code (bit c set = corner c is foreground): the marching cubes surface (Lorensen and Cline 1987, Comput
 * Graph 21:163–169) through the middles of the edges, foreground corners that meet only across a face kept apart; each
 * polygon is cut into triangles from its middle, so that mirrored codes have the same area.
 */
export function surfelAreas(spacing: Spacing): Float64Array {
  return Float64Array.from({ length: 256 }, (_, code) =>
    polygons(code).reduce((sum, polygon) => sum + polygonArea(polygon, spacing), 0),
  );
}

type Point = readonly [number, number, number];

/** The closed lines along which the surface cuts the cube's faces, as points of the unit cube. */
function polygons(code: number): Point[][] {
  const inside = (corner: number) => ((code >> corner) & 1) === 1;
  const links = new Map<string, string[]>();
  const points = new Map<string, Point>();
  const edge = (a: number, b: number) => {
    const key = a < b ? `${a}-${b}` : `${b}-${a}`;
    const [p, q] = [position(a), position(b)];
    points.set(key, [(p[0] + q[0]) / 2, (p[1] + q[1]) / 2, (p[2] + q[2]) / 2]);
    return key;
  };
  const link = (a: string, b: string) => {
    links.set(a, [...(links.get(a) ?? []), b]);
    links.set(b, [...(links.get(b) ?? []), a]);
  };
  for (const ring of FACES) {
    const crossed = ring.flatMap((corner, n) => {
      const next = ring[(n + 1) % 4];
      return inside(corner) === inside(next) ? [] : [edge(corner, next)];
    });
    if (crossed.length === 2) link(crossed[0], crossed[1]);
    if (crossed.length === 4) {
      // Diagonal corners: each foreground corner is cut off on its own.
      ring.forEach((corner, n) => {
        if (inside(corner)) link(edge(corner, ring[(n + 1) % 4]), edge(corner, ring[(n + 3) % 4]));
      });
    }
  }
  return loops(links).map((loop) => loop.map((key) => points.get(key)!));
}

/** Every point has two neighbours: follows them around. */
function loops(links: ReadonlyMap<string, readonly string[]>): string[][] {
  const seen = new Set<string>();
  const found: string[][] = [];
  for (const start of links.keys()) {
    if (seen.has(start)) continue;
    const loop: string[] = [];
    for (
      let at: string | undefined = start;
      at !== undefined;
      at = links.get(at)!.find((next) => !seen.has(next))
    ) {
      seen.add(at);
      loop.push(at);
    }
    found.push(loop);
  }
  return found;
}

function polygonArea(polygon: readonly Point[], spacing: Spacing): number {
  const scaled = polygon.map((p) => p.map((v, axis) => v * spacing[axis]));
  const middle = [0, 1, 2].map((axis) => scaled.reduce((sum, p) => sum + p[axis], 0) / scaled.length);
  return scaled.reduce((sum, p, n) => {
    const q = scaled[(n + 1) % scaled.length];
    const [a, b] = [p, q].map((point) => point.map((v, axis) => v - middle[axis]));
    const cross = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
    return sum + Math.hypot(...cross) / 2;
  }, 0);
}
