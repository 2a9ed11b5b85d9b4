// Where masks disagree, region by region, and the mask that a list of decisions makes of them. Pure.
import {
  majorityVote,
  PatternIndex,
  paintPatterns,
  sliceDisagreement,
  stapleLabels,
  voteEntropy,
} from '../agreement/consensus/index.ts';
import type { Box, Disagreement, Take } from '../contract/adjudication.ts';
import type { Triple } from '../contract/geometry.ts';

const MOST_REGIONS = 200;

export interface Masks {
  shape: Triple;
  voxelMl: number;
  /** Labels of each read, i fastest. */
  labels: Uint8Array[];
}

/** 1 where not all agree. */
export function disagreementMap(index: PatternIndex, voxels: number): Uint8Array {
  const entropy = voteEntropy(index.count());
  const differs = Uint8Array.from(entropy, (bits) => (bits > 0 ? 1 : 0));
  return paintPatterns(index, differs, new Uint8Array(voxels));
}

interface Region {
  voxels: number;
  box: Box;
  centre: Triple;
  /** The lowest voxel of it: a name that stays as long as the inputs do. */
  seed: number;
}

/** The 6-connected regions of `map`, the largest first. */
export function regionsOf(map: Uint8Array, [nx, ny, nz]: Triple): Region[] {
  const left = map.slice();
  const plane = nx * ny;
  const regions: Region[] = [];
  for (let seed = left.indexOf(1); seed >= 0; seed = left.indexOf(1, seed + 1)) {
    const members = floodFrom(left, seed, [nx, ny, nz]);
    const from: Triple = [nx, ny, nz];
    const to: Triple = [-1, -1, -1];
    const sum = [0, 0, 0];
    for (const voxel of members) {
      const at = [voxel % nx, Math.floor(voxel / nx) % ny, Math.floor(voxel / plane)];
      for (let axis = 0; axis < 3; axis++) {
        from[axis] = Math.min(from[axis], at[axis]);
        to[axis] = Math.max(to[axis], at[axis]);
        sum[axis] += at[axis];
      }
    }
    const mean = sum.map((total) => total / members.length);
    regions.push({
      voxels: members.length,
      box: { from, to },
      centre: nearest(members, mean, nx, plane),
      seed,
    });
  }
  return regions.sort((a, b) => b.voxels - a.voxels || a.seed - b.seed);
}

/** The voxels connected to `seed`, which are taken out of `left`. */
function floodFrom(left: Uint8Array, seed: number, [nx, ny, nz]: Triple): number[] {
  const plane = nx * ny;
  const members = [seed];
  left[seed] = 0;
  const reach = (voxel: number) => {
    if (left[voxel] !== 1) return;
    left[voxel] = 0;
    members.push(voxel);
  };
  for (let next = 0; next < members.length; next++) {
    const voxel = members[next];
    const i = voxel % nx;
    const j = Math.floor(voxel / nx) % ny;
    const k = Math.floor(voxel / plane);
    if (i > 0) reach(voxel - 1);
    if (i < nx - 1) reach(voxel + 1);
    if (j > 0) reach(voxel - nx);
    if (j < ny - 1) reach(voxel + nx);
    if (k > 0) reach(voxel - plane);
    if (k < nz - 1) reach(voxel + plane);
  }
  return members;
}

/** A voxel of the region itself, so that a view that jumps there shows it. */
function nearest(members: readonly number[], mean: readonly number[], nx: number, plane: number): Triple {
  let best: Triple = [0, 0, 0];
  let least = Infinity;
  for (const voxel of members) {
    const at: Triple = [voxel % nx, Math.floor(voxel / nx) % (plane / nx), Math.floor(voxel / plane)];
    const distance = at.reduce((total, value, axis) => total + (value - mean[axis]) ** 2, 0);
    if (distance < least) [best, least] = [at, distance];
  }
  return best;
}

export function describeDisagreement({ shape, voxelMl, labels }: Masks): Disagreement {
  const index = new PatternIndex(labels);
  const patterns = index.count();
  const map = disagreementMap(index, labels[0].length);
  const regions = regionsOf(map, shape);
  const slices = sliceDisagreement(index, shape)
    .filter((slice) => slice.disagreedVoxels > 0)
    .sort((a, b) => b.entropyBits - a.entropyBits || a.slice - b.slice);
  return {
    slices,
    regions: regions.slice(0, MOST_REGIONS).map(({ voxels, box, centre }, n) => ({
      region: n + 1,
      voxels,
      volumeMl: voxels * voxelMl,
      box,
      centre,
    })),
    regionsInAll: regions.length,
    disagreedVoxels: regions.reduce((sum, region) => sum + region.voxels, 0),
    tiedVoxels: majorityVote(patterns).tiedVoxels,
  };
}

/** The majority vote (ties background), then every step in order. `reads` names the masks. */
export function decide(
  { shape, labels }: Pick<Masks, 'shape' | 'labels'>,
  reads: readonly string[],
  steps: readonly Take[],
): Uint8Array {
  const index = new PatternIndex(labels);
  const patterns = index.count();
  const voxels = labels[0].length;
  const vote = paintPatterns(index, majorityVote(patterns).winner, new Uint8Array(voxels));
  const result = vote.slice();
  let staple: Uint8Array | null = null;
  let regions: Region[] | null = null;
  for (const { source, box, region } of steps) {
    let from = labels[reads.indexOf(source)];
    if (source === 'vote') from = vote;
    else if (source === 'staple') {
      staple ??= paintPatterns(index, stapleLabels(patterns).winner, new Uint8Array(voxels));
      from = staple;
    }
    if (region !== undefined) {
      const map = disagreementMap(index, voxels);
      regions ??= regionsOf(map, shape);
      const { seed } = regions[region - 1];
      for (const voxel of floodFrom(map, seed, shape))
        if (isIn(voxel, box, shape)) result[voxel] = from[voxel];
    } else if (box) copyBox(result, from, box, shape);
    else result.set(from);
  }
  return result;
}

function isIn(voxel: number, box: Box | undefined, [nx, ny]: Triple): boolean {
  if (!box) return true;
  const at = [voxel % nx, Math.floor(voxel / nx) % ny, Math.floor(voxel / (nx * ny))];
  return at.every((value, axis) => value >= box.from[axis] && value <= box.to[axis]);
}

function copyBox(to: Uint8Array, from: Uint8Array, box: Box, [nx, ny, nz]: Triple): void {
  const end = Math.min(nx - 1, box.to[0]) + 1;
  for (let k = box.from[2]; k <= Math.min(nz - 1, box.to[2]); k++) {
    for (let j = box.from[1]; j <= Math.min(ny - 1, box.to[1]); j++) {
      const row = (k * ny + j) * nx;
      if (box.from[0] < end) to.set(from.subarray(row + box.from[0], row + end), row + box.from[0]);
    }
  }
}
