// Smooth: each voxel becomes what most voxels around it are. Several structures at once, so that no gap opens between.
import type { Triple } from '../../../electron/contract/geometry.ts';
import { AXES, stridesOf, type Block, type Report } from './block.ts';

export interface Smooth {
  kind: 'smooth';
  /** The structures that change; all others stand as walls. */
  labels: number[];
  /** Half the width of the neighbourhood, mm. */
  radiusMm: number;
  /** Only within slices across this axis, or null in space. */
  axis: 0 | 1 | 2 | null;
}

/** Voxels each way that a radius reaches along every axis. */
export function reachOf(
  spacing: Readonly<Triple>,
  { radiusMm, axis }: Pick<Smooth, 'radiusMm' | 'axis'>,
): Triple {
  return spacing.map((mm, a) => (a === axis ? 0 : Math.round(radiusMm / mm))) as Triple;
}

/**
 * The median of one structure, or the most frequent label of several, in a box of 2·reach+1 voxels an axis. A voxel keeps
 * its label on a tie and where a structure that does not take part is the most frequent. At the end of the scan the box
 * is cut off. The block has to hold the reach around the structures.
 */
export function smooth(block: Block, operation: Smooth, report: Report): Uint8Array<ArrayBuffer> {
  const { labels, shape } = block;
  const reach = reachOf(block.spacing, operation);
  const present = new Uint8Array(256);
  for (let n = 0; n < labels.length; n++) present[labels[n]] = 1;
  const taking = new Uint8Array(256);
  for (const label of operation.labels) taking[label] = 1;
  taking[0] = 1;
  const candidates = [...present.keys()].filter((label) => present[label] === 1);
  const best = new Uint16Array(labels.length);
  /** For each voxel the count of the label it has. */
  const own = new Uint16Array(labels.length);
  const next = new Uint8Array(labels);
  candidates.forEach((label, n) => {
    const counts = boxCounts(labels, shape, label, reach);
    for (let v = 0; v < labels.length; v++) {
      const count = counts[v];
      if (count > best[v]) {
        best[v] = count;
        next[v] = label;
      }
      if (labels[v] === label) own[v] = count;
    }
    report((n + 1) / candidates.length);
  });
  for (let v = 0; v < labels.length; v++) {
    if (own[v] === best[v] || taking[next[v]] === 0 || taking[labels[v]] === 0) next[v] = labels[v];
  }
  return next;
}

/** How many voxels of `label` lie in the box around each voxel: running sums along one axis after the other. */
function boxCounts(labels: Uint8Array, shape: Triple, label: number, reach: Triple): Uint16Array {
  let field = new Uint16Array(labels.length);
  for (let n = 0; n < labels.length; n++) if (labels[n] === label) field[n] = 1;
  const strides = stridesOf(shape);
  for (const axis of AXES) {
    const width = reach[axis];
    if (width === 0) continue;
    field = runningSums(field, shape, strides, axis, width);
  }
  return field;
}

function runningSums(
  field: Uint16Array<ArrayBuffer>,
  shape: Triple,
  strides: Triple,
  axis: number,
  reach: number,
): Uint16Array<ArrayBuffer> {
  const out = new Uint16Array(field.length);
  const [length, stride] = [shape[axis], strides[axis]];
  if (axis === 0) {
    for (let row = 0; row < field.length; row += length) {
      let sum = 0;
      for (let n = 0; n < Math.min(reach, length); n++) sum += field[row + n];
      for (let n = 0; n < length; n++) {
        if (n + reach < length) sum += field[row + n + reach];
        out[row + n] = sum;
        if (n >= reach) sum -= field[row + n - reach];
      }
    }
    return out;
  }
  // A whole layer of lines at once: neighbours in memory are added together.
  const layer = stride;
  const sums = new Uint32Array(layer);
  for (let base = 0; base < field.length; base += layer * length) {
    sums.fill(0);
    for (let n = 0; n < Math.min(reach, length); n++) {
      for (let x = 0, at = base + n * layer; x < layer; x++, at++) sums[x] += field[at];
    }
    for (let n = 0; n < length; n++) {
      const at = base + n * layer;
      if (n + reach < length) {
        for (let x = 0, to = at + reach * layer; x < layer; x++, to++) sums[x] += field[to];
      }
      for (let x = 0; x < layer; x++) out[at + x] = sums[x];
      if (n >= reach) {
        for (let x = 0, from = at - reach * layer; x < layer; x++, from++) sums[x] -= field[from];
      }
    }
  }
  return out;
}
