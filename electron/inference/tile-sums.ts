// Tiles cut from a volume, turned round where asked, and what a network made of them summed back in place.
import type { Triple } from '../contract/geometry.ts';

/** Which array dimensions are turned round. */
export type Flip = readonly [boolean, boolean, boolean];

/** The combinations of flips of `dimensions`, none first. */
export function flipsOf(dimensions: readonly number[]): Flip[] {
  const turned = [...new Set(dimensions)];
  return Array.from({ length: 2 ** turned.length }, (_, mask) => {
    const flip: [boolean, boolean, boolean] = [false, false, false];
    turned.forEach((d, bit) => (flip[d] = ((mask >> bit) & 1) === 1));
    return flip;
  });
}

/** A tile's place: its first voxel in the volume, and how it is turned. */
export interface TilePlace {
  at: Triple;
  flip: Flip;
}

/** The tile of `patch` voxels at `place` of `values` (shape `whole`) into `out`. */
export function cutTile(
  values: Float32Array,
  whole: Triple,
  out: Float32Array,
  patch: Triple,
  { at, flip }: TilePlace,
): void {
  for (let d = 0; d < patch[0]; d++) {
    for (let h = 0; h < patch[1]; h++) {
      const from = ((at[0] + d) * whole[1] + at[1] + h) * whole[2] + at[2];
      const to = rowOf(patch, flip, d, h);
      out.set(values.subarray(from, from + patch[2]), to);
      if (flip[2]) out.subarray(to, to + patch[2]).reverse();
    }
  }
}

/** sum += weights · tile, turned back, at `place`; without weights each voxel counts once. */
export function addTile(
  sum: Float32Array,
  whole: Triple,
  tile: Float32Array,
  patch: Triple,
  { at, flip }: TilePlace,
  weights: Float32Array | null,
): void {
  const step = flip[2] ? -1 : 1;
  const width = patch[2];
  for (let d = 0; d < patch[0]; d++) {
    for (let h = 0; h < patch[1]; h++) {
      const to = ((at[0] + d) * whole[1] + at[1] + h) * whole[2] + at[2];
      const weight = (d * patch[1] + h) * width;
      let from = rowOf(patch, flip, d, h) + (flip[2] ? width - 1 : 0);
      if (weights) {
        for (let w = 0; w < width; w++, from += step) sum[to + w] += weights[weight + w] * tile[from];
      } else {
        for (let w = 0; w < width; w++, from += step) sum[to + w] += tile[from];
      }
    }
  }
}

/** Where row (d, h) of the volume lies in a tile that is turned. */
function rowOf(patch: Triple, flip: Flip, d: number, h: number): number {
  const row = flip[0] ? patch[0] - 1 - d : d;
  const column = flip[1] ? patch[1] - 1 - h : h;
  return (row * patch[1] + column) * patch[2];
}
