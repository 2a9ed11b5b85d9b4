// Where masks disagree, region by region, and the mask that a list of decisions makes of them. Pure.
import {
  majorityVote,
  PatternIndex,
  paintPatterns,
  sliceDisagreement,
  stapleLabels,
  voteEntropy,
} from '../agreement/consensus/index.ts';
import type { Box, Disagreement, Outcome, Region, Take, VoteSource } from '../contract/adjudication.ts';
import { voxelVolumeMl, type Grid, type Triple } from '../contract/geometry.ts';

const MOST_REGIONS = 200;

export interface Masks {
  grid: Grid;
  /** Labels of each read, i fastest. */
  labels: Uint8Array[];
}
/** The highest value of an entropy map: as much disagreement as so many reads can have. */
export const MOST_ENTROPY = 255;

/** 1 where not all agree. */
export function disagreementMap(index: PatternIndex, voxels: number): Uint8Array {
  const entropy = voteEntropy(index.count());
  const differs = Uint8Array.from(entropy, (bits) => (bits > 0 ? 1 : 0));
  return paintPatterns(index, differs, new Uint8Array(voxels));
}

/**
 * Vote entropy in 1/255 of the most that n readers can have, log2 n bits, rounded; at least 1 wherever not all agree,
 * and 0 where they do.
 */
export function entropyMap(index: PatternIndex, voxels: number): Uint8Array {
  const most = Math.log2(index.raters);
  const levels = Uint8Array.from(voteEntropy(index.count()), (bits) =>
    bits > 0 ? Math.max(1, Math.round((MOST_ENTROPY * bits) / most)) : 0,
  );
  return paintPatterns(index, levels, new Uint8Array(voxels));
}

/** The majority vote (ties background) or STAPLE of all labels. */
export function voteMask(index: PatternIndex, voxels: number, source: VoteSource): Uint8Array {
  const patterns = index.count();
  const { winner } = source === 'vote' ? majorityVote(patterns) : stapleLabels(patterns);
  return paintPatterns(index, winner, new Uint8Array(voxels));
}

interface Found {
  voxels: number;
  box: Box;
  /** The lowest voxel of it: a name that stays as long as the inputs do. */
  seed: number;
  members: readonly number[];
}

/** The 6-connected regions of `map`, the largest first. */
export function regionsOf(map: Uint8Array, [nx, ny, nz]: Triple): Found[] {
  const left = map.slice();
  const plane = nx * ny;
  const regions: Found[] = [];
  for (let seed = left.indexOf(1); seed >= 0; seed = left.indexOf(1, seed + 1)) {
    const members = floodFrom(left, seed, [nx, ny, nz]);
    const from: Triple = [nx, ny, nz];
    const to: Triple = [-1, -1, -1];
    for (const voxel of members) {
      const at = [voxel % nx, Math.floor(voxel / nx) % ny, Math.floor(voxel / plane)];
      for (let axis = 0; axis < 3; axis++) {
        from[axis] = Math.min(from[axis], at[axis]);
        to[axis] = Math.max(to[axis], at[axis]);
      }
    }
    regions.push({
      voxels: members.length,
      box: { from, to },
      seed,
      members,
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

/** A voxel of `members` in the middle of them, so that a view that goes there shows it. */
function middleOf(members: readonly number[], [nx, ny]: Readonly<Triple>): Triple {
  const places = members.map((voxel): Triple => {
    return [voxel % nx, Math.floor(voxel / nx) % ny, Math.floor(voxel / (nx * ny))];
  });
  const mean = [0, 1, 2].map((axis) => places.reduce((sum, at) => sum + at[axis], 0) / places.length);
  let best = places[0];
  let least = Infinity;
  for (const at of places) {
    const distance = at.reduce((total, value, axis) => total + (value - mean[axis]) ** 2, 0);
    if (distance < least) [best, least] = [at, distance];
  }
  return best;
}

export function describeDisagreement({ grid, labels }: Masks): Disagreement {
  const { shape } = grid;
  const index = new PatternIndex(labels);
  const patterns = index.count();
  const map = disagreementMap(index, labels[0].length);
  const regions = regionsOf(map, shape);
  const slices = sliceDisagreement(index, shape)
    .filter((slice) => slice.disagreedVoxels > 0)
    .sort((a, b) => b.entropyBits - a.entropyBits || a.slice - b.slice);
  return {
    slices,
    regions: regions.slice(0, MOST_REGIONS).map((one, n) => toRegion(one, n + 1, grid, labels)),
    regionsInAll: regions.length,
    disagreedVoxels: regions.reduce((sum, region) => sum + region.voxels, 0),
    tiedVoxels: majorityVote(patterns).tiedVoxels,
  };
}

function toRegion(found: Found, region: number, grid: Grid, labels: readonly Uint8Array[]): Region {
  const { voxels, box, members } = found;
  const plane = grid.shape[0] * grid.shape[1];
  const inSlice = new Map<number, number>();
  for (const voxel of members) {
    const slice = Math.floor(voxel / plane);
    inSlice.set(slice, (inSlice.get(slice) ?? 0) + 1);
  }
  const [slice, most] = [...inSlice].reduce((a, b) => (b[1] > a[1] ? b : a));
  return {
    region,
    voxels,
    volumeMl: voxels * voxelVolumeMl(grid),
    box,
    centre: middleOf(
      members.filter((voxel) => Math.floor(voxel / plane) === slice),
      grid.shape,
    ),
    slice,
    areaMm2: most * grid.spacing[0] * grid.spacing[1],
    marked: labels.map((read) => countIn(members, read)),
  };
}

/** The labels but background that `read` has at `members`, each with its voxels. */
function countIn(members: readonly number[], read: Uint8Array): Region['marked'][number] {
  const counts = new Map<number, number>();
  for (const voxel of members)
    if (read[voxel] !== 0) counts.set(read[voxel], (counts.get(read[voxel]) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).map(([label, voxels]) => ({ label, voxels }));
}

/** Whose labels a consensus has where the reads differ, region by region, and where it stands against all of them. */
export function outcomeOf(
  { shape, labels }: Pick<Voted, 'shape' | 'labels'>,
  consensus: Uint8Array,
): Outcome {
  const map = disagreementMap(new PatternIndex(labels), consensus.length);
  const all = regionsOf(map, shape);
  const compare = (members: readonly number[]) => {
    const as = labels.map(() => 0);
    let asNone = 0;
    for (const voxel of members) {
      let some = false;
      for (const [read, mask] of labels.entries()) {
        if (mask[voxel] !== consensus[voxel]) continue;
        as[read]++;
        some = true;
      }
      if (!some) asNone++;
    }
    return { voxels: members.length, as, asNone };
  };
  const compared = all.map(({ members }) => compare(members));
  let againstAll = 0;
  for (let voxel = 0; voxel < consensus.length; voxel++)
    if (map[voxel] === 0 && consensus[voxel] !== labels[0][voxel]) againstAll++;
  const sum = (of: (one: (typeof compared)[number]) => number) =>
    compared.reduce((total, one) => total + of(one), 0);
  return {
    regions: compared.slice(0, MOST_REGIONS).map((one, n) => ({ region: n + 1, ...one })),
    disagreed: {
      voxels: sum((one) => one.voxels),
      as: labels.map((_, read) => sum((one) => one.as[read])),
      asNone: sum((one) => one.asNone),
    },
    againstAll,
  };
}

interface Voted {
  shape: Triple;
  labels: Uint8Array[];
}

/**
 * Every step in order upon `begin`, which is changed, or upon the majority vote (ties background). `reads` names the
 * masks.
 */
export function decide(
  { shape, labels }: Voted,
  reads: readonly string[],
  steps: readonly Take[],
  begin?: Uint8Array,
): Uint8Array {
  const index = new PatternIndex(labels);
  const voxels = labels[0].length;
  const votes = new Map<VoteSource, Uint8Array>();
  const vote = (source: VoteSource) => {
    const made = votes.get(source) ?? voteMask(index, voxels, source);
    votes.set(source, made);
    return made;
  };
  const result = begin ?? vote('vote').slice();
  let regions: Found[] | null = null;
  for (const { source, box, region } of steps) {
    const from = source === 'vote' || source === 'staple' ? vote(source) : labels[reads.indexOf(source)];
    if (region !== undefined) {
      regions ??= regionsOf(disagreementMap(index, voxels), shape);
      for (const voxel of regions[region - 1].members)
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
