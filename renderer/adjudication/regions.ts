// Regions of disagreement voxel by voxel, and what a step takes over as a patch. Pure.
import type { Box, Take } from '../../electron/contract/adjudication.ts';
import type { Triple } from '../../electron/contract/geometry.ts';
import { encodeDifference, encodePatch } from '../../electron/contract/mask-bytes.ts';

/** Ascending indices of the 6-connected region of `map` (not 0) around `seed`, searched within `box`. */
export function membersOf(map: Uint8Array, [nx, ny]: Readonly<Triple>, seed: Triple, box: Box): Uint32Array {
  const plane = nx * ny;
  const { from, to } = box;
  const size = from.map((low, axis) => to[axis] - low + 1);
  const seen = new Uint8Array(size[0] * size[1] * size[2]);
  const found: number[] = [];
  const reach = (i: number, j: number, k: number) => {
    const at = i - from[0] + size[0] * (j - from[1] + size[1] * (k - from[2]));
    const voxel = i + nx * j + plane * k;
    if (seen[at] === 1 || map[voxel] === 0) return;
    seen[at] = 1;
    found.push(voxel);
  };
  reach(...seed);
  for (let next = 0; next < found.length; next++) {
    const voxel = found[next];
    const i = voxel % nx;
    const j = Math.floor(voxel / nx) % ny;
    const k = Math.floor(voxel / plane);
    if (i > from[0]) reach(i - 1, j, k);
    if (i < to[0]) reach(i + 1, j, k);
    if (j > from[1]) reach(i, j - 1, k);
    if (j < to[1]) reach(i, j + 1, k);
    if (k > from[2]) reach(i, j, k - 1);
    if (k < to[2]) reach(i, j, k + 1);
  }
  return Uint32Array.from(found).sort();
}

/** What becomes of `present` at `members` (everywhere when null) when it is as in `from`; empty when nothing. */
export function patchOf(
  present: Uint8Array,
  from: Uint8Array,
  members: Uint32Array | null,
): { bytes: Uint8Array<ArrayBuffer>; voxels: number } {
  if (members === null) {
    let voxels = 0;
    for (let n = 0; n < present.length; n++) if (present[n] !== from[n]) voxels++;
    return { bytes: encodeDifference(present, from), voxels };
  }
  const before = new Uint8Array(members.length);
  const after = new Uint8Array(members.length);
  let voxels = 0;
  for (let n = 0; n < members.length; n++) {
    before[n] = present[members[n]];
    after[n] = from[members[n]];
    if (before[n] !== after[n]) voxels++;
  }
  return { bytes: encodePatch(members, before, after), voxels };
}

/** Every voxel of an axial slice, as members. */
export function sliceMembers([nx, ny]: Readonly<Triple>, slice: number): Uint32Array {
  const start = slice * nx * ny;
  return Uint32Array.from({ length: nx * ny }, (_, n) => start + n);
}

export function boxOfSlice([nx, ny]: Readonly<Triple>, slice: number): NonNullable<Take['box']> {
  return { from: [0, 0, slice], to: [nx - 1, ny - 1, slice] };
}

/** Indices of the masks that `present` is like at all `members`; null when it is like none of them throughout. */
export function likeWhom(
  present: Uint8Array,
  masks: readonly Uint8Array[],
  members: Uint32Array,
): number[] | null {
  const like = masks.flatMap((mask, index) =>
    members.every((voxel) => mask[voxel] === present[voxel]) ? [index] : [],
  );
  return like.length > 0 ? like : null;
}

/** The smallest box around everything but background; null where there is nothing. */
export function boundsOf(labels: Uint8Array, [nx, ny, nz]: Readonly<Triple>): Box | null {
  const from: Triple = [nx, ny, nz];
  const to: Triple = [-1, -1, -1];
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      const row = (k * ny + j) * nx;
      let first = 0;
      while (first < nx && labels[row + first] === 0) first++;
      if (first === nx) continue;
      let last = nx - 1;
      while (labels[row + last] === 0) last--;
      from[0] = Math.min(from[0], first);
      to[0] = Math.max(to[0], last);
      from[1] = Math.min(from[1], j);
      to[1] = Math.max(to[1], j);
      from[2] = Math.min(from[2], k);
      to[2] = k;
    }
  }
  return to[2] < 0 ? null : { from, to };
}

/** Voxels at which both have the same label, by label; asked within `box`, outside of which `b` has nothing. */
export function commonVoxels(
  a: Uint8Array,
  b: Uint8Array,
  [nx, ny]: Readonly<Triple>,
  box: Box | null,
): Uint32Array {
  const common = new Uint32Array(256);
  if (box === null) return common;
  for (let k = box.from[2]; k <= box.to[2]; k++) {
    for (let j = box.from[1]; j <= box.to[1]; j++) {
      const row = (k * ny + j) * nx;
      for (let at = row + box.from[0]; at <= row + box.to[0]; at++) if (a[at] === b[at]) common[a[at]]++;
    }
  }
  return common;
}

/** 2 × common / (a + b); null where neither has any. */
export function diceOf(common: number, a: number, b: number): number | null {
  return a + b === 0 ? null : (2 * common) / (a + b);
}
