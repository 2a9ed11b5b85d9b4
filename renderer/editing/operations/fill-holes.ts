// Fill holes: what a structure encloses, in space or slice by slice. Other structures inside a hole stay as they are.
import { forEachSlice, inPlane, maskOf, stridesOf, type Axis, type Block, type Report } from './block.ts';
import { components, forEachRun } from './components.ts';
import type { Triple } from '../../../electron/contract/geometry.ts';

export interface FillHoles {
  kind: 'fill-holes';
  label: number;
  /** The axis across the slices that are filled one by one; null fills what is enclosed in space. */
  axis: Axis | null;
}

/** The block has to hold the whole structure (or its slice); a hole is what no path through faces leads out of. */
export function fillHoles(block: Block, { label, axis }: FillHoles, report: Report): Uint8Array<ArrayBuffer> {
  const next = new Uint8Array(block.labels);
  const mask = maskOf(block.labels, label);
  if (axis === null) {
    fillOne(mask, block.shape, (voxel) => {
      if (next[voxel] === 0) next[voxel] = label;
    });
    return next;
  }
  const [a, b] = inPlane(axis);
  const strides = stridesOf(block.shape);
  const [across, down] = [block.shape[a], block.shape[b]];
  const flat = new Uint8Array(across * down);
  forEachSlice(block.shape, axis, (start, slice) => {
    let any = false;
    for (let y = 0, n = 0; y < down; y++) {
      for (let x = 0, at = start + y * strides[b]; x < across; x++, n++, at += strides[a]) {
        flat[n] = mask[at];
        if (flat[n] === 1) any = true;
      }
    }
    if (any) {
      fillOne(flat, [across, down, 1], (n) => {
        const at = start + (n % across) * strides[a] + Math.floor(n / across) * strides[b];
        if (next[at] === 0) next[at] = label;
      });
    }
    if (slice % 16 === 0) report(slice / block.shape[axis]);
  });
  return next;
}

/** Visits the voxels of every part of the outside that does not reach the border. */
function fillOne(mask: Uint8Array, shape: Triple, visit: (voxel: number) => void): void {
  const outside = components(mask, shape, 'faces', true);
  const open = new Uint8Array(outside.sizes.length);
  const [nx, ny, nz] = shape;
  for (let n = 0; n < outside.starts.length; n++) {
    const first = outside.starts[n];
    const row = Math.floor(first / nx);
    const [j, k] = [row % ny, Math.floor(row / ny)];
    const atEnd = first % nx === 0 || outside.ends[n] % nx === 0;
    if (atEnd || j === 0 || j === ny - 1 || (nz > 1 && (k === 0 || k === nz - 1))) open[outside.parts[n]] = 1;
  }
  forEachRun(
    outside,
    (part) => open[part] === 0,
    (start, end) => {
      for (let voxel = start; voxel < end; voxel++) visit(voxel);
    },
  );
}
