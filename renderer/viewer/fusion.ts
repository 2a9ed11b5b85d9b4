// A second volume over a slice: sampled where the slice's voxels lie in patient space, coloured, and mixed in.
import { patientToVoxel, voxelToPatient, type Grid, type Triple } from '../../electron/contract/geometry.ts';
import type { PlaneWalk } from '../editing/plane-walk.ts';
import { PLANE_AXES, type Plane } from './slice-geometry.ts';
import type { VoxelArray } from './volume-data.ts';

export type FusionColours = 'grey' | 'hot' | 'cool';

/** The second volume as it is to be mixed in. */
export interface FusedLayer {
  grid: Grid;
  voxels: VoxelArray;
  window: { width: number; level: number };
  colours: FusionColours;
  /** 0 is the picture alone, 1 the second volume alone. */
  opacity: number;
}

/** Where a slice's pixels lie in another grid: continuous voxels at pixel (0, 0), and a pixel across and down from there. */
export interface FusedWalk {
  start: Triple;
  stepA: Triple;
  stepD: Triple;
}

/** The slice `slice` of `plane` of `grid`, pixel rows from the top of the screen, in voxels of `other`. */
export function fusedWalk(grid: Grid, plane: Plane, slice: number, other: Grid): FusedWalk {
  const { through, across, down, upward } = PLANE_AXES[plane];
  const at = (a: number, d: number): Triple => {
    const voxel: Triple = [0, 0, 0];
    voxel[through] = slice;
    voxel[across] = a;
    voxel[down] = upward ? grid.shape[down] - 1 - d : d;
    return patientToVoxel(other, voxelToPatient(grid, voxel));
  };
  return stepsFrom(at);
}

/** Both grids are straight: a pixel further is the same step everywhere. */
function stepsFrom(at: (a: number, d: number) => Triple): FusedWalk {
  const start = at(0, 0);
  const minus = (end: Triple): Triple => [end[0] - start[0], end[1] - start[1], end[2] - start[2]];
  return { start, stepA: minus(at(1, 0)), stepD: minus(at(0, 1)) };
}

/** The samples of an oblique plane of `grid`, in voxels of `other`. */
export function fusedObliqueWalk(grid: Grid, { first, across, down }: PlaneWalk, other: Grid): FusedWalk {
  const at = (a: number, d: number): Triple => {
    const voxel = first.map((v, axis) => v + across[axis] * a + down[axis] * d) as Triple;
    return patientToVoxel(other, voxelToPatient(grid, voxel));
  };
  return stepsFrom(at);
}

/** RGB words of 256 shades, dark to bright. */
export function shades(colours: FusionColours): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, n) => {
    const thirds = (from: number) => Math.max(0, Math.min(255, (n - from) * 3));
    const [r, g, b] =
      colours === 'grey'
        ? [n, n, n]
        : colours === 'hot'
          ? [thirds(0), thirds(85), thirds(170)]
          : [thirds(170), thirds(85), thirds(0)];
    return (b << 16) | (g << 8) | r;
  });
}

/**
 * Mixes the layer into `pixels` (RGBA words, `across` × `down`), interpolated linearly between its voxels; pixels that it
 * does not cover stay as they are. In hot and cool colours dark values cover less, so that the picture shows through.
 */
export function mixIn(
  layer: FusedLayer,
  walk: FusedWalk,
  across: number,
  down: number,
  pixels: Uint32Array,
): void {
  const { grid, voxels, window, colours, opacity } = layer;
  const [nx, ny, nz] = grid.shape;
  const table = shades(colours);
  const width = Math.max(window.width, 1e-6);
  const low = window.level - width / 2;
  const scale = 255 / width;
  const alone = opacity >= 1;
  // In 256ths, for whole numbers are mixed.
  const covers = Uint16Array.from({ length: 256 }, (_, n) =>
    Math.round(256 * opacity * (colours === 'grey' || alone ? 1 : Math.min(1, n / 128))),
  );
  const plane = nx * ny;
  const { start, stepA, stepD } = walk;
  for (let d = 0, n = 0; d < down; d++) {
    let x = start[0] + d * stepD[0];
    let y = start[1] + d * stepD[1];
    let z = start[2] + d * stepD[2];
    for (let a = 0; a < across; a++, n++, x += stepA[0], y += stepA[1], z += stepA[2]) {
      // Half a voxel beyond the outermost centres still belongs to the volume.
      if (!(x >= -0.5 && y >= -0.5 && z >= -0.5 && x < nx - 0.5 && y < ny - 0.5 && z < nz - 0.5)) continue;
      const i = x <= 0 ? 0 : x >= nx - 1 ? nx - 1 : Math.floor(x);
      const j = y <= 0 ? 0 : y >= ny - 1 ? ny - 1 : Math.floor(y);
      const k = z <= 0 ? 0 : z >= nz - 1 ? nz - 1 : Math.floor(z);
      const u = x > i && i < nx - 1 ? x - i : 0;
      const v = y > j && j < ny - 1 ? y - j : 0;
      const w = z > k && k < nz - 1 ? z - k : 0;
      const at = i + nx * j + plane * k;
      const [toX, toY, toZ] = [u > 0 ? 1 : 0, v > 0 ? nx : 0, w > 0 ? plane : 0];
      const near =
        (voxels[at] * (1 - u) + voxels[at + toX] * u) * (1 - v) +
        (voxels[at + toY] * (1 - u) + voxels[at + toX + toY] * u) * v;
      const far =
        w === 0
          ? near
          : (voxels[at + toZ] * (1 - u) + voxels[at + toZ + toX] * u) * (1 - v) +
            (voxels[at + toZ + toY] * (1 - u) + voxels[at + toZ + toX + toY] * u) * v;
      const value = (near * (1 - w) + far * w - low) * scale;
      // What is no number shows nothing.
      if (value !== value) continue;
      const shade = value <= 0 ? 0 : value >= 255 ? 255 : Math.round(value);
      pixels[n] = mixed(pixels[n], table[shade], covers[shade]);
    }
  }
}

/** `share` of 256 from `over`; what is below keeps the rest. Opaque. */
function mixed(below: number, over: number, share: number): number {
  const rest = 256 - share;
  const r = ((below & 255) * rest + (over & 255) * share) >> 8;
  const g = (((below >> 8) & 255) * rest + ((over >> 8) & 255) * share) >> 8;
  const b = (((below >> 16) & 255) * rest + ((over >> 16) & 255) * share) >> 8;
  return (0xff000000 | (b << 16) | (g << 8) | r) >>> 0;
}
