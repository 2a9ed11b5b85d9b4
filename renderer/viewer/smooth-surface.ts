// Takes the voxel steps off a surface without shrinking it: Taubin's λ|μ smoothing, and normals of what comes out.

/** Taubin, "A signal processing approach to fair surface design", 1995: shrink by λ, then blow up by a little more. */
const LAMBDA = 0.5;
const MU = -0.53;

/** Triangles as vtk cells (3, a, b, c …): each point's neighbours, one after another, and where each point's begin. */
function neighbours(polygons: Uint32Array, count: number): { starts: Uint32Array; list: Uint32Array } {
  // Every inner edge is seen from both of its triangles; a neighbour listed twice only weighs twice, all alike.
  const starts = new Uint32Array(count + 1);
  for (let n = 0; n < polygons.length; n += 4) {
    for (let corner = 1; corner <= 3; corner++) starts[polygons[n + corner] + 1] += 2;
  }
  for (let n = 0; n < count; n++) starts[n + 1] += starts[n];
  const list = new Uint32Array(starts[count]);
  const filled = starts.slice(0, count);
  for (let n = 0; n < polygons.length; n += 4) {
    const [a, b, c] = [polygons[n + 1], polygons[n + 2], polygons[n + 3]];
    list[filled[a]++] = b;
    list[filled[a]++] = c;
    list[filled[b]++] = a;
    list[filled[b]++] = c;
    list[filled[c]++] = a;
    list[filled[c]++] = b;
  }
  return { starts, list };
}

/** Moves `points` (x, y, z …) in place. */
export function smoothSurface(points: Float32Array, polygons: Uint32Array, iterations: number): void {
  const count = points.length / 3;
  const { starts, list } = neighbours(polygons, count);
  const moved = new Float32Array(points.length);
  for (let pass = 0; pass < 2 * iterations; pass++) {
    const weight = pass % 2 === 0 ? LAMBDA : MU;
    for (let n = 0; n < count; n++) {
      const from = starts[n];
      const to = starts[n + 1];
      let [x, y, z] = [0, 0, 0];
      for (let at = from; at < to; at++) {
        const other = list[at] * 3;
        x += points[other];
        y += points[other + 1];
        z += points[other + 2];
      }
      const share = to > from ? weight / (to - from) : 0;
      const keep = to > from ? 1 - weight : 1;
      moved[n * 3] = points[n * 3] * keep + x * share;
      moved[n * 3 + 1] = points[n * 3 + 1] * keep + y * share;
      moved[n * 3 + 2] = points[n * 3 + 2] * keep + z * share;
    }
    points.set(moved);
  }
}

/** Unit normals of the points, triangles weighted by their area; they point where the triangles' corners turn left. */
export function surfaceNormals(points: Float32Array, polygons: Uint32Array): Float32Array<ArrayBuffer> {
  const normals = new Float32Array(points.length);
  for (let n = 0; n < polygons.length; n += 4) {
    const [a, b, c] = [polygons[n + 1] * 3, polygons[n + 2] * 3, polygons[n + 3] * 3];
    const [ux, uy, uz] = [
      points[b] - points[a],
      points[b + 1] - points[a + 1],
      points[b + 2] - points[a + 2],
    ];
    const [vx, vy, vz] = [
      points[c] - points[a],
      points[c + 1] - points[a + 1],
      points[c + 2] - points[a + 2],
    ];
    const [x, y, z] = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
    for (const at of [a, b, c]) {
      normals[at] += x;
      normals[at + 1] += y;
      normals[at + 2] += z;
    }
  }
  for (let at = 0; at < normals.length; at += 3) {
    const length = Math.hypot(normals[at], normals[at + 1], normals[at + 2]) || 1;
    normals[at] /= length;
    normals[at + 1] /= length;
    normals[at + 2] /= length;
  }
  return normals;
}
