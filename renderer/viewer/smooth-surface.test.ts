// Smoothing takes the steps off a voxel ball, keeps its size, and its normals point outwards.
import { describe, expect, it } from 'vitest';
import { smoothSurface, surfaceNormals } from './smooth-surface.ts';

/** The voxel faces of a ball as triangles whose corners are shared: as steep as steps can be. */
function voxelBall(radius: number): { points: Float32Array; polygons: Uint32Array } {
  const inside = (i: number, j: number, k: number) => i * i + j * j + k * k <= radius * radius;
  const known = new Map<string, number>();
  const points: number[] = [];
  const polygons: number[] = [];
  const corner = (x: number, y: number, z: number) => {
    const key = `${x} ${y} ${z}`;
    if (!known.has(key)) {
      known.set(key, points.length / 3);
      points.push(x, y, z);
    }
    return known.get(key)!;
  };
  const reach = Math.ceil(radius) + 1;
  for (let k = -reach; k <= reach; k++)
    for (let j = -reach; j <= reach; j++)
      for (let i = -reach; i <= reach; i++) {
        if (!inside(i, j, k)) continue;
        for (let axis = 0; axis < 3; axis++)
          for (const side of [-1, 1]) {
            const other = [i, j, k];
            other[axis] += side;
            if (inside(other[0], other[1], other[2])) continue;
            const [u, v] = [(axis + 1) % 3, (axis + 2) % 3];
            const quad = [[-1, -1], [1, -1], [1, 1], [-1, 1]].map(([a, b]) => {
              const at = [i, j, k];
              at[axis] += side / 2;
              at[u] += a / 2;
              at[v] += b / 2;
              return corner(at[0], at[1], at[2]);
            }); // prettier-ignore
            if (side < 0) quad.reverse();
            polygons.push(3, quad[0], quad[1], quad[2], 3, quad[0], quad[2], quad[3]);
          }
      }
  return { points: Float32Array.from(points), polygons: Uint32Array.from(polygons) };
}

/** Of the closed surface, by the divergence theorem. */
function volumeOf(points: Float32Array, polygons: Uint32Array): number {
  let six = 0;
  for (let n = 0; n < polygons.length; n += 4) {
    const [a, b, c] = [1, 2, 3].map((at) => points.subarray(polygons[n + at] * 3, polygons[n + at] * 3 + 3));
    six +=
      a[0] * (b[1] * c[2] - b[2] * c[1]) -
      a[1] * (b[0] * c[2] - b[2] * c[0]) +
      a[2] * (b[0] * c[1] - b[1] * c[0]);
  }
  return six / 6;
}
const spread = (points: Float32Array) => {
  const radii: number[] = [];
  for (let n = 0; n < points.length; n += 3) radii.push(Math.hypot(points[n], points[n + 1], points[n + 2]));
  const mean = radii.reduce((sum, r) => sum + r, 0) / radii.length;
  return Math.sqrt(radii.reduce((sum, r) => sum + (r - mean) ** 2, 0) / radii.length);
};

describe('smoothing of surfaces', () => {
  it('makes a voxel ball round and leaves its volume', () => {
    const { points, polygons } = voxelBall(12);
    const before = { volume: volumeOf(points, polygons), spread: spread(points) };
    smoothSurface(points, polygons, 10);
    expect(spread(points)).toBeLessThan(before.spread / 2);
    expect(Math.abs(volumeOf(points, polygons) / before.volume - 1)).toBeLessThan(0.03);
  });

  it('gives unit normals that point outwards', () => {
    const { points, polygons } = voxelBall(8);
    smoothSurface(points, polygons, 10);
    const normals = surfaceNormals(points, polygons);
    for (let n = 0; n < points.length; n += 3) {
      const [x, y, z] = points.subarray(n, n + 3);
      const outward = (x * normals[n] + y * normals[n + 1] + z * normals[n + 2]) / Math.hypot(x, y, z);
      expect(outward).toBeGreaterThan(0.75);
      expect(Math.hypot(...normals.subarray(n, n + 3))).toBeCloseTo(1, 4);
    }
  });

  it('leaves points without a triangle where they are', () => {
    const points = Float32Array.from([0, 0, 0, 1, 0, 0, 0, 1, 0, 9, 9, 9]);
    smoothSurface(points, Uint32Array.from([3, 0, 1, 2]), 5);
    expect([...points.subarray(9)]).toEqual([9, 9, 9]);
  });
});
