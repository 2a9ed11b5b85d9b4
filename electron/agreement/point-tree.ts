// Exact nearest neighbours among points in space: tight boxes over points in Morton order.
//
// Memory goes with the number of points, not with the volume between two far-apart specks, as a distance
// transform's would.
import type { Spacing } from './types.ts';

const LEAF = 8;
const BITS = 10;

/** Points in Morton order (x, y, z in mm, interleaved) under a complete binary tree of bounding boxes. */
export interface PointTree {
  readonly count: number;
  readonly points: Float64Array;
  /** Six numbers a node (low x y z, high x y z); node 1 is the root, 2n and 2n+1 are the children of n. */
  readonly boxes: Float64Array;
  /** Number of leaves, a power of two; leaf n holds points [n·8, n·8+8). */
  readonly leaves: number;
}

/** Builds the tree. `voxels`: triples i, j, k; at least one. Throws RangeError for none. */
export function buildPointTree(voxels: Int32Array, spacing: Spacing): PointTree {
  const count = voxels.length / 3;
  if (count < 1) throw new RangeError('a tree needs at least one point');
  const order = mortonOrder(voxels, spacing);
  const points = new Float64Array(count * 3);
  for (let n = 0; n < count; n++) {
    const from = order[n] * 3;
    points[n * 3] = voxels[from] * spacing[0];
    points[n * 3 + 1] = voxels[from + 1] * spacing[1];
    points[n * 3 + 2] = voxels[from + 2] * spacing[2];
  }
  let leaves = 1;
  while (leaves * LEAF < count) leaves *= 2;
  return { count, points, boxes: buildBoxes(points, count, leaves), leaves };
}

function buildBoxes(points: Float64Array, count: number, leaves: number): Float64Array {
  const boxes = new Float64Array(leaves * 2 * 6);
  for (let leaf = 0; leaf < leaves; leaf++) {
    const at = (leaves + leaf) * 6;
    boxes.fill(Infinity, at, at + 3);
    boxes.fill(-Infinity, at + 3, at + 6);
    const end = Math.min(count, (leaf + 1) * LEAF) * 3;
    for (let p = leaf * LEAF * 3; p < end; p += 3) {
      for (let axis = 0; axis < 3; axis++) {
        const value = points[p + axis];
        if (value < boxes[at + axis]) boxes[at + axis] = value;
        if (value > boxes[at + 3 + axis]) boxes[at + 3 + axis] = value;
      }
    }
  }
  for (let node = leaves - 1; node >= 1; node--) {
    for (let axis = 0; axis < 3; axis++) {
      const left = node * 12 + axis;
      boxes[node * 6 + axis] = Math.min(boxes[left], boxes[left + 6]);
      boxes[node * 6 + 3 + axis] = Math.max(boxes[left + 3], boxes[left + 9]);
    }
  }
  return boxes;
}

/** Indices of the points sorted along a Z-order curve in millimetres (radix sort of 30-bit codes). */
function mortonOrder(voxels: Int32Array, spacing: Spacing): Uint32Array {
  const count = voxels.length / 3;
  const low = [Infinity, Infinity, Infinity];
  let extent = 0;
  for (let axis = 0; axis < 3; axis++) {
    let high = -Infinity;
    for (let at = axis; at < voxels.length; at += 3) {
      if (voxels[at] < low[axis]) low[axis] = voxels[at];
      if (voxels[at] > high) high = voxels[at];
    }
    extent = Math.max(extent, (high - low[axis]) * spacing[axis]);
  }
  const scale = spacing.map((s) => (extent === 0 ? 0 : (s * (2 ** BITS - 1)) / extent));
  let codes = new Uint32Array(count);
  for (let n = 0, at = 0; n < count; n++, at += 3) {
    codes[n] =
      spread((voxels[at] - low[0]) * scale[0]) |
      (spread((voxels[at + 1] - low[1]) * scale[1]) << 1) |
      (spread((voxels[at + 2] - low[2]) * scale[2]) << 2);
  }
  let order = Uint32Array.from({ length: count }, (_, n) => n);
  let codesOut = new Uint32Array(count);
  let orderOut = new Uint32Array(count);
  for (let shift = 0; shift < 3 * BITS; shift += BITS) {
    const starts = new Uint32Array(2 ** BITS + 1);
    for (let n = 0; n < count; n++) starts[((codes[n] >>> shift) & 1023) + 1]++;
    for (let digit = 0; digit < 2 ** BITS; digit++) starts[digit + 1] += starts[digit];
    for (let n = 0; n < count; n++) {
      const to = starts[(codes[n] >>> shift) & 1023]++;
      codesOut[to] = codes[n];
      orderOut[to] = order[n];
    }
    [codes, codesOut] = [codesOut, codes];
    [order, orderOut] = [orderOut, order];
  }
  return order;
}

/** The ten low bits of a number, each followed by two zeros. */
function spread(value: number): number {
  let bits = value & 1023;
  bits = (bits | (bits << 16)) & 0x030000ff;
  bits = (bits | (bits << 8)) & 0x0300f00f;
  bits = (bits | (bits << 4)) & 0x030c30c3;
  return (bits | (bits << 2)) & 0x09249249;
}

/** Finds nearest points for queries that come in some spatial order: the last answer bounds the next search. */
export class NearestPoint {
  private readonly tree: PointTree;
  private readonly stack = new Int32Array(128);
  private readonly bounds = new Float64Array(128);
  private nearest = 0;

  constructor(tree: PointTree) {
    this.tree = tree;
  }

  /** Squared distance in mm² from (x, y, z) mm to the nearest point. */
  squared(x: number, y: number, z: number): number {
    const { points, boxes, leaves, count } = this.tree;
    const { stack, bounds } = this;
    let best = squaredTo(points, this.nearest * 3, x, y, z);
    let depth = 1;
    stack[0] = 1;
    bounds[0] = boxBound(boxes, 6, x, y, z);
    while (depth > 0 && best > 0) {
      depth--;
      if (bounds[depth] >= best) continue;
      const node = stack[depth];
      if (node >= leaves) {
        const end = Math.min(count, (node - leaves + 1) * LEAF);
        for (let p = (node - leaves) * LEAF; p < end; p++) {
          const distance = squaredTo(points, p * 3, x, y, z);
          if (distance < best) {
            best = distance;
            this.nearest = p;
          }
        }
        continue;
      }
      const left = boxBound(boxes, node * 12, x, y, z);
      const right = boxBound(boxes, node * 12 + 6, x, y, z);
      const leftFirst = left <= right ? 0 : 1;
      const far = leftFirst === 0 ? right : left;
      const near = leftFirst === 0 ? left : right;
      if (far < best) {
        stack[depth] = node * 2 + 1 - leftFirst;
        bounds[depth++] = far;
      }
      if (near < best) {
        stack[depth] = node * 2 + leftFirst;
        bounds[depth++] = near;
      }
    }
    return best;
  }
}

function squaredTo(points: Float64Array, at: number, x: number, y: number, z: number): number {
  const dx = points[at] - x;
  const dy = points[at + 1] - y;
  const dz = points[at + 2] - z;
  return dx * dx + dy * dy + dz * dz;
}

/** Squared distance from a point to a box; infinite for an empty one. */
function boxBound(boxes: Float64Array, at: number, x: number, y: number, z: number): number {
  const dx = x < boxes[at] ? boxes[at] - x : x > boxes[at + 3] ? x - boxes[at + 3] : 0;
  const dy = y < boxes[at + 1] ? boxes[at + 1] - y : y > boxes[at + 4] ? y - boxes[at + 4] : 0;
  const dz = z < boxes[at + 2] ? boxes[at + 2] - z : z > boxes[at + 5] ? z - boxes[at + 5] : 0;
  return dx * dx + dy * dy + dz * dz;
}
