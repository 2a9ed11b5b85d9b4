// A plane at any angle as samples on a square lattice: where each lies in the volume, and its value.
import type { Triple } from '../../electron/contract/geometry.ts';
import type { DrawingPlane } from './drawing-plane.ts';
import type { Values } from './operations/block.ts';

/** How a plane is walked: voxel (continuous) of the first sample, and the step to the next across and down. */
export interface PlaneWalk {
  first: Triple;
  across: Triple;
  down: Triple;
  columns: number;
  rows: number;
}

/** Samples of `pitch` mm around `centre` (continuous voxel), columns × rows of them, the centre in the middle. */
export function planeWalk(
  grid: { spacing: Readonly<Triple> },
  plane: Pick<DrawingPlane, 'right' | 'down'>,
  centre: Readonly<Triple>,
  pitch: number,
  columns: number,
  rows: number,
): PlaneWalk {
  const voxels = (vector: Readonly<Triple>) =>
    vector.map((v, axis) => (v * pitch) / grid.spacing[axis]) as Triple;
  const [across, down] = [voxels(plane.right), voxels(plane.down)];
  const [a0, d0] = [(columns - 1) / 2, (rows - 1) / 2];
  const first = centre.map((v, axis) => v - across[axis] * a0 - down[axis] * d0) as Triple;
  return { first, across, down, columns, rows };
}

/** Fills `out` with values interpolated between voxels (trilinear); outside the volume it is NaN. */
export function samplePlane(
  voxels: Values,
  shape: Readonly<Triple>,
  walk: PlaneWalk,
  out: Float32Array,
): void {
  const [nx, ny, nz] = shape;
  const nxy = nx * ny;
  const { first, across, down, columns, rows } = walk;
  for (let d = 0, n = 0; d < rows; d++) {
    let x = first[0] + down[0] * d;
    let y = first[1] + down[1] * d;
    let z = first[2] + down[2] * d;
    for (let a = 0; a < columns; a++, n++, x += across[0], y += across[1], z += across[2]) {
      if (x < -0.5 || y < -0.5 || z < -0.5 || x > nx - 0.5 || y > ny - 0.5 || z > nz - 0.5) {
        out[n] = NaN;
        continue;
      }
      const i = x <= 0 ? 0 : x >= nx - 1 ? nx - 1 : Math.floor(x);
      const j = y <= 0 ? 0 : y >= ny - 1 ? ny - 1 : Math.floor(y);
      const k = z <= 0 ? 0 : z >= nz - 1 ? nz - 1 : Math.floor(z);
      const fx = Math.max(0, Math.min(1, x - i));
      const fy = Math.max(0, Math.min(1, y - j));
      const fz = Math.max(0, Math.min(1, z - k));
      const si = i < nx - 1 ? 1 : 0;
      const sj = j < ny - 1 ? nx : 0;
      const sk = k < nz - 1 ? nxy : 0;
      const at = i + nx * j + nxy * k;
      const near =
        (voxels[at] * (1 - fx) + voxels[at + si] * fx) * (1 - fy) +
        (voxels[at + sj] * (1 - fx) + voxels[at + si + sj] * fx) * fy;
      const far =
        (voxels[at + sk] * (1 - fx) + voxels[at + si + sk] * fx) * (1 - fy) +
        (voxels[at + sj + sk] * (1 - fx) + voxels[at + si + sj + sk] * fx) * fy;
      out[n] = near * (1 - fz) + far * fz;
    }
  }
}
