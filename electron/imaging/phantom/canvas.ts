// Painting in millimetres: signed-distance fields laid over a grid, each blended in at its edge as partial volume is.
import type { Grid, Triple } from '../../contract/geometry.ts';

/** Signed distances (mm, negative inside) over a box of voxels of the canvas. */
export interface Field {
  low: Triple;
  size: Triple;
  values: Float32Array;
}

export interface Box {
  low: Triple;
  high: Triple;
}

/** A point of a tube's centre line and the tube's radius there, mm. */
export type TubePoint = readonly [x: number, y: number, z: number, radius: number];

export type Shade = number | ((x: number, y: number, z: number, distance: number) => number);

/** How wide, in mm, an edge is blended. */
const EDGE = 1.6;

export class PhantomCanvas {
  readonly grid: Grid;
  readonly hu: Float32Array;
  readonly labels: Uint8Array;

  /** `grid` must be canonical (identity direction); everything starts as air. */
  constructor(grid: Grid) {
    this.grid = grid;
    const count = grid.shape[0] * grid.shape[1] * grid.shape[2];
    this.hu = new Float32Array(count).fill(-1000);
    this.labels = new Uint8Array(count);
  }

  /** Centre of voxel index `n` along an axis, LPS mm. */
  at(axis: 0 | 1 | 2, n: number): number {
    return this.grid.origin[axis] + n * this.grid.spacing[axis];
  }

  /** An empty field over the voxels of `box` (mm), clipped to the canvas. */
  private emptyField(box: Box): Field {
    const low: Triple = [0, 0, 0];
    const size: Triple = [0, 0, 0];
    for (let axis = 0; axis < 3; axis++) {
      const { origin, spacing, shape } = this.grid;
      const first = Math.max(0, Math.floor((box.low[axis] - EDGE - origin[axis]) / spacing[axis]));
      const last = Math.min(
        shape[axis] - 1,
        Math.ceil((box.high[axis] + EDGE - origin[axis]) / spacing[axis]),
      );
      low[axis] = first;
      size[axis] = Math.max(0, last - first + 1);
    }
    return { low, size, values: new Float32Array(size[0] * size[1] * size[2]).fill(1e6) };
  }

  /** Evaluates a distance function over a box. */
  field(box: Box, distance: (x: number, y: number, z: number) => number): Field {
    const field = this.emptyField(box);
    this.visit(field, (x, y, z) => distance(x, y, z));
    return field;
  }

  /** Changes a field: `change(x, y, z, distance)` gives the new distance. Far outside (> `reach` mm) is left alone. */
  reshape(
    field: Field,
    change: (x: number, y: number, z: number, d: number) => number,
    reach = Infinity,
  ): Field {
    this.visit(field, (x, y, z, d) => (d > reach ? d : change(x, y, z, d)));
    return field;
  }

  private visit(field: Field, next: (x: number, y: number, z: number, d: number) => number): void {
    const { low, size, values } = field;
    for (let k = 0, n = 0; k < size[2]; k++) {
      const z = this.at(2, low[2] + k);
      for (let j = 0; j < size[1]; j++) {
        const y = this.at(1, low[1] + j);
        for (let i = 0; i < size[0]; i++, n++) values[n] = next(this.at(0, low[0] + i), y, z, values[n]);
      }
    }
  }

  /** Distances to a tube along `points`; `flatten` > 1 squeezes its cross-section along z by that factor. */
  tube(points: readonly TubePoint[], flatten = 1): Field {
    const field = this.emptyField(boxOf(points));
    for (let n = 1; n < points.length; n++) this.addSegment(field, points[n - 1], points[n], flatten);
    return field;
  }

  private addSegment(field: Field, a: TubePoint, b: TubePoint, flatten: number): void {
    const { low, size, values } = field;
    const local = this.emptyField(boxOf([a, b], 4));
    const along = [b[0] - a[0], b[1] - a[1], (b[2] - a[2]) * flatten];
    const squared = along[0] ** 2 + along[1] ** 2 + along[2] ** 2 || 1;
    for (let k = local.low[2]; k < local.low[2] + local.size[2]; k++) {
      if (k < low[2] || k >= low[2] + size[2]) continue;
      const pz = (this.at(2, k) - a[2]) * flatten;
      for (let j = local.low[1]; j < local.low[1] + local.size[1]; j++) {
        if (j < low[1] || j >= low[1] + size[1]) continue;
        const py = this.at(1, j) - a[1];
        const row = size[0] * (j - low[1] + size[1] * (k - low[2])) - low[0];
        const first = Math.max(low[0], local.low[0]);
        const end = Math.min(low[0] + size[0], local.low[0] + local.size[0]);
        for (let i = first; i < end; i++) {
          const px = this.at(0, i) - a[0];
          const t = Math.min(1, Math.max(0, (px * along[0] + py * along[1] + pz * along[2]) / squared));
          const [dx, dy, dz] = [px - t * along[0], py - t * along[1], pz - t * along[2]];
          const distance = Math.sqrt(dx * dx + dy * dy + dz * dz) - (a[3] + t * (b[3] - a[3]));
          if (distance < values[row + i]) values[row + i] = distance;
        }
      }
    }
  }

  /** Blends a shade in where the field is inside. The label (0 clears) is set where at least half is covered. */
  paint(field: Field, shade: Shade, label = 0): void {
    const { low, size, values } = field;
    const [nx, ny] = this.grid.shape;
    const constant = typeof shade === 'number' ? shade : 0;
    for (let k = 0, n = 0; k < size[2]; k++) {
      for (let j = 0; j < size[1]; j++) {
        let voxel = low[0] + nx * (low[1] + j + ny * (low[2] + k));
        for (let i = 0; i < size[0]; i++, n++, voxel++) {
          const distance = values[n];
          if (distance >= EDGE / 2) continue;
          const cover = distance <= -EDGE / 2 ? 1 : 0.5 - distance / EDGE;
          const value =
            typeof shade === 'number'
              ? constant
              : shade(this.at(0, low[0] + i), this.at(1, low[1] + j), this.at(2, low[2] + k), distance);
          this.hu[voxel] += cover * (value - this.hu[voxel]);
          if (distance <= 0) this.labels[voxel] = label;
        }
      }
    }
  }
}

function boxOf(points: readonly TubePoint[], margin = 2): Box {
  const end = (axis: 0 | 1 | 2, sign: 1 | -1) =>
    sign * Math.max(...points.map((p) => sign * p[axis] + p[3] + margin));
  return { low: [end(0, -1), end(1, -1), end(2, -1)], high: [end(0, 1), end(1, 1), end(2, 1)] };
}
