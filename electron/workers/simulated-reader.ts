// A reader made of arithmetic, for the demo study: it draws the truth with a bias and a wobble of its own.
import { voxelCount, type Grid } from '../contract/geometry.ts';

export interface SimulatedReader {
  /** Same seed, same mask: one number a reader and round. */
  seed: number;
  /** Where the boundary is drawn: > 0 draws larger, < 0 smaller; 0.15 is about a third of a voxel. */
  bias: number;
  /** How far the boundary wanders, in the same unit. */
  wobble: number;
}

/** Lattice spacing of the wobble in voxels: a hand drifts over centimetres, not from voxel to voxel. */
const LATTICE = [9, 9, 3] as const;

/**
 * Draws every structure of `truth` (labels on `grid`) as `reader` would: each structure's blurred occupancy is
 * thresholded at 0.5 − bias − wobble·noise(x). Where two claim a voxel, the surer one gets it.
 */
export function simulateReading(
  grid: Grid,
  truth: Uint8Array,
  reader: SimulatedReader,
): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(voxelCount(grid));
  const sureness = new Float32Array(result.length);
  for (const [label, box] of boxesOfLabels(grid, truth)) {
    const grown = growBox(box, grid.shape, 4);
    const occupancy = blurredOccupancy(grid, truth, label, grown);
    const noise = wobbleField(grown, reader.seed * 7919 + label * 104729);
    const [x0, y0, z0] = grown.low;
    const [nx, ny, nz] = grown.size;
    const [sx, sy] = grid.shape;
    for (let z = 0, n = 0; z < nz; z++) {
      for (let y = 0; y < ny; y++) {
        let voxel = x0 + sx * (y0 + y + sy * (z0 + z));
        for (let x = 0; x < nx; x++, n++, voxel++) {
          const margin = occupancy[n] + reader.bias + reader.wobble * noise[n] - 0.5;
          // Nothing is drawn far from the organ, whatever the wobble says.
          if (margin <= 0 || occupancy[n] < 0.05 || margin <= sureness[voxel]) continue;
          sureness[voxel] = margin;
          result[voxel] = label;
        }
      }
    }
  }
  return result;
}

interface Box {
  low: [number, number, number];
  size: [number, number, number];
}

function boxesOfLabels(grid: Grid, labels: Uint8Array): Map<number, Box> {
  const [nx, ny, nz] = grid.shape;
  const bounds = new Map<number, [number, number, number, number, number, number]>();
  for (let z = 0, n = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++, n++) {
        const label = labels[n];
        if (label === 0) continue;
        const b = bounds.get(label);
        if (!b) {
          bounds.set(label, [x, y, z, x, y, z]);
          continue;
        }
        if (x < b[0]) b[0] = x;
        if (y < b[1]) b[1] = y;
        if (x > b[3]) b[3] = x;
        if (y > b[4]) b[4] = y;
        b[5] = z;
      }
    }
  }
  return new Map(
    [...bounds].map(([label, b]) => [
      label,
      { low: [b[0], b[1], b[2]], size: [b[3] - b[0] + 1, b[4] - b[1] + 1, b[5] - b[2] + 1] },
    ]),
  );
}

function growBox(box: Box, shape: readonly number[], by: number): Box {
  const low = box.low.map((v) => Math.max(0, v - by)) as Box['low'];
  const size = box.low.map((v, a) => Math.min(shape[a], v + box.size[a] + by) - low[a]) as Box['size'];
  return { low, size };
}

/** Three box blurs of width 3 in each direction: close to a Gaussian of 1.4 voxels. */
function blurredOccupancy(grid: Grid, labels: Uint8Array, label: number, box: Box): Float32Array {
  const [nx, ny, nz] = box.size;
  const [sx, sy] = grid.shape;
  let field = new Float32Array(nx * ny * nz);
  for (let z = 0, n = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      let voxel = box.low[0] + sx * (box.low[1] + y + sy * (box.low[2] + z));
      for (let x = 0; x < nx; x++, n++, voxel++) field[n] = labels[voxel] === label ? 1 : 0;
    }
  }
  const strides = [1, nx, nx * ny];
  for (let pass = 0; pass < 3; pass++) {
    for (let axis = 0; axis < 3; axis++) {
      if (axis === 2 && pass > 0) continue; // slices are thicker than pixels: blur less across them
      field = blurAxis(field, box.size, axis, strides[axis]);
    }
  }
  return field;
}

function blurAxis(
  field: Float32Array,
  size: readonly number[],
  axis: number,
  stride: number,
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(field.length);
  const length = size[axis];
  for (let n = 0; n < field.length; n++) {
    const at = Math.floor(n / stride) % length;
    const before = at > 0 ? field[n - stride] : field[n];
    const after = at < length - 1 ? field[n + stride] : field[n];
    out[n] = (before + field[n] + after) / 3;
  }
  return out;
}

/** Value noise in −1…1: random numbers on a lattice, trilinearly blended. */
function wobbleField(box: Box, seed: number): Float32Array {
  const cells = box.size.map((n, axis) => Math.ceil(n / LATTICE[axis]) + 2);
  const random = mulberry32(seed);
  const lattice = Float32Array.from({ length: cells[0] * cells[1] * cells[2] }, () => random() * 2 - 1);
  const [nx, ny, nz] = box.size;
  const out = new Float32Array(nx * ny * nz);
  const at = (x: number, y: number, z: number) => lattice[x + cells[0] * (y + cells[1] * z)];
  for (let z = 0, n = 0; z < nz; z++) {
    const cz = Math.floor(z / LATTICE[2]);
    const fz = z / LATTICE[2] - cz;
    for (let y = 0; y < ny; y++) {
      const cy = Math.floor(y / LATTICE[1]);
      const fy = y / LATTICE[1] - cy;
      for (let x = 0; x < nx; x++, n++) {
        const cx = Math.floor(x / LATTICE[0]);
        const fx = x / LATTICE[0] - cx;
        const blend = (yy: number, zz: number) => at(cx, yy, zz) * (1 - fx) + at(cx + 1, yy, zz) * fx;
        const near = blend(cy, cz) * (1 - fy) + blend(cy + 1, cz) * fy;
        const far = blend(cy, cz + 1) * (1 - fy) + blend(cy + 1, cz + 1) * fy;
        out[n] = near * (1 - fz) + far * fz;
      }
    }
  }
  return out;
}

/** Mulberry32 (T. Ettinger, public domain): small, fast, good enough for a wobble. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
