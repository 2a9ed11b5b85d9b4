// Distance functions and centre lines that the anatomy is put together from, all in mm.
import type { Triple } from '../../contract/geometry.ts';
import type { Box, TubePoint } from './canvas.ts';

export interface Ellipsoid {
  centre: Triple;
  radii: Triple;
  /** Degrees of turning about the z axis (in the axial plane) and about the y axis (in the coronal plane). */
  axialTurn?: number;
  coronalTurn?: number;
}

/** Approximate signed distance to an ellipsoid: k₀(k₀ − 1)/k₁ with k₀ = |p/r|, k₁ = |p/r²| (I. Quilez). */
export function ellipsoid(shape: Ellipsoid): (x: number, y: number, z: number) => number {
  const { centre, radii } = shape;
  const [ca, sa] = cosSin(shape.axialTurn ?? 0);
  const [cc, sc] = cosSin(shape.coronalTurn ?? 0);
  return (x, y, z) => {
    const [dx, dy, dz] = [x - centre[0], y - centre[1], z - centre[2]];
    const px = cc * dx + sc * dz;
    const pz = cc * dz - sc * dx;
    const u = (ca * px + sa * dy) / radii[0];
    const v = (ca * dy - sa * px) / radii[1];
    const w = pz / radii[2];
    const k0 = Math.sqrt(u * u + v * v + w * w);
    const k1 = Math.sqrt((u / radii[0]) ** 2 + (v / radii[1]) ** 2 + (w / radii[2]) ** 2);
    return k1 === 0 ? -Math.min(...radii) : (k0 * (k0 - 1)) / k1;
  };
}

function cosSin(degrees: number): [number, number] {
  const radians = (degrees * Math.PI) / 180;
  return [Math.cos(radians), Math.sin(radians)];
}

/** A box around a point. */
export function around(centre: Triple, reach: number | Triple): Box {
  const r = typeof reach === 'number' ? [reach, reach, reach] : reach;
  return {
    low: centre.map((v, n) => v - r[n]) as Triple,
    high: centre.map((v, n) => v + r[n]) as Triple,
  };
}

/** Union of two distances with a fillet about `radius` wide (polynomial smooth minimum). */
export function smoothUnion(a: number, b: number, radius: number): number {
  const h = Math.max(0, radius - Math.abs(a - b)) / radius;
  return Math.min(a, b) - (h * h * radius) / 4;
}

/** A smooth centre line through control points (Catmull–Rom), `steps` pieces between two of them. */
export function smoothLine(control: readonly TubePoint[], steps = 6): TubePoint[] {
  const line: TubePoint[] = [];
  const point = (n: number) => control[Math.min(control.length - 1, Math.max(0, n))];
  for (let n = 0; n + 1 < control.length; n++) {
    const [p, q, r, s] = [point(n - 1), point(n), point(n + 1), point(n + 2)];
    for (let step = 0; step < steps; step++) {
      const t = step / steps;
      line.push(
        [0, 1, 2, 3].map(
          (c) =>
            q[c] +
            (t / 2) *
              (r[c] -
                p[c] +
                t * (2 * p[c] - 5 * q[c] + 4 * r[c] - s[c] + t * (3 * (q[c] - r[c]) + s[c] - p[c]))),
        ) as unknown as TubePoint,
      );
    }
  }
  line.push(control[control.length - 1]);
  return line;
}
