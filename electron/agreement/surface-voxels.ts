// The surface of a label: its voxels with a 6-neighbour that is something else or outside the grid.
import type { Box } from './box.ts';
import type { Shape } from './types.ts';

/**
 * Surface voxels of `label` inside `box` as triples i, j, k (grid indices, in scan order). The box must hold every
 * voxel of the label; neighbours are looked up in the whole mask.
 */
export function surfaceVoxels(mask: Uint8Array, shape: Shape, label: number, box: Box): Int32Array {
  const [nx, ny, nz] = shape;
  const slice = nx * ny;
  let found = new Int32Array(3 * 4096);
  let length = 0;
  for (let k = box.low[2]; k <= box.high[2]; k++) {
    for (let j = box.low[1]; j <= box.high[1]; j++) {
      const row = k * slice + j * nx;
      const rowAtEdge = j === 0 || k === 0 || j === ny - 1 || k === nz - 1;
      for (let i = box.low[0]; i <= box.high[0]; i++) {
        const at = row + i;
        if (mask[at] !== label) continue;
        if (
          !rowAtEdge &&
          i !== 0 &&
          i !== nx - 1 &&
          mask[at - 1] === label &&
          mask[at + 1] === label &&
          mask[at - nx] === label &&
          mask[at + nx] === label &&
          mask[at - slice] === label &&
          mask[at + slice] === label
        ) {
          continue;
        }
        if (length + 3 > found.length) {
          const larger = new Int32Array(found.length * 2);
          larger.set(found);
          found = larger;
        }
        found[length] = i;
        found[length + 1] = j;
        found[length + 2] = k;
        length += 3;
      }
    }
  }
  return found.slice(0, length);
}
