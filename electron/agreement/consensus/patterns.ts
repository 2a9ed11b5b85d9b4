// Which combinations of labels the raters gave, and at how many voxels: all a consensus needs to know of the masks.

/**
 * Combinations of labels, one a pattern. `votes[p · raters + r]` is what rater r said in pattern p; pattern 0 is all
 * background. `voxels[p]` counts voxels.
 */
export interface VotePatterns {
  readonly raters: number;
  readonly votes: Uint8Array;
  readonly voxels: Float64Array;
  readonly total: number;
}

/**
 * Finds the pattern of every voxel: a tree with one level a rater and one branch a label, walked only where the labels
 * change. With `label`, votes are 1 for that label and 0 for everything else.
 */
export class PatternIndex {
  readonly raters: number;
  private readonly masks: readonly Uint8Array[];
  /** label → what the pattern holds for it. */
  private readonly meaning: Uint8Array;
  /** next[node · 256 + vote]: the next node, or at the last rater the pattern + 1; 0 where nothing is yet. */
  private next = new Int32Array(256 * 64);
  private nodes = 1;
  private readonly found: number[][] = [];

  /** Throws RangeError below two masks, above 32, for masks of different lengths, and a label outside 1…255. */
  constructor(masks: readonly Uint8Array[], label: number | null = null) {
    if (masks.length < 2 || masks.length > 32)
      throw new RangeError(`${masks.length} masks: 2 to 32 can be combined`);
    if (masks.some((mask) => mask.length !== masks[0].length))
      throw new RangeError('masks of different sizes');
    if (label !== null && !(Number.isInteger(label) && label >= 1 && label <= 255)) {
      throw new RangeError(`label ${label} is not a whole number from 1 to 255`);
    }
    this.masks = masks;
    this.raters = masks.length;
    this.meaning = Uint8Array.from({ length: 256 }, (_, value) =>
      label === null ? value : value === label ? 1 : 0,
    );
    this.patternOf(new Array<number>(masks.length).fill(0));
  }

  /** Calls `visit` for runs of voxels [start, end) of one pattern, in order, over voxels [from, to). */
  runs(
    visit: (start: number, end: number, pattern: number) => void,
    from = 0,
    to = this.masks[0].length,
  ): void {
    const { masks, meaning } = this;
    const votes = new Array<number>(masks.length).fill(0);
    // How far each mask keeps its label; looked up again only where that ends.
    const ends = new Array<number>(masks.length).fill(from);
    for (let start = from; start < to;) {
      let end = to;
      for (let r = 0; r < masks.length; r++) {
        if (ends[r] <= start) {
          votes[r] = meaning[masks[r][start]];
          ends[r] = sameUntil(masks[r], masks[r][start], start + 1, to);
        }
        if (ends[r] < end) end = ends[r];
      }
      visit(start, end, this.patternOf(votes));
      start = end;
    }
  }

  /** Every pattern with its voxels; `inside` (one byte a voxel) leaves out voxels where it is 0. */
  count(inside: Uint8Array | null = null): VotePatterns {
    const voxels: number[] = this.found.map(() => 0);
    let total = 0;
    this.runs((start, end, pattern) => {
      let count = end - start;
      if (inside) for (let at = start; at < end; at++) if (inside[at] === 0) count--;
      voxels[pattern] = (voxels[pattern] ?? 0) + count;
      total += count;
    });
    return {
      raters: this.raters,
      votes: Uint8Array.from(this.found.flat()),
      voxels: Float64Array.from(voxels),
      total,
    };
  }

  private patternOf(votes: readonly number[]): number {
    let node = 0;
    for (let r = 0; r < votes.length - 1; r++) {
      const at = node * 256 + votes[r];
      node = this.next[at];
      if (node === 0) {
        node = this.nodes++;
        this.room();
        this.next[at] = node;
      }
    }
    const at = node * 256 + votes[votes.length - 1];
    if (this.next[at] === 0) {
      this.found.push([...votes]);
      this.next[at] = this.found.length;
    }
    return this.next[at] - 1;
  }

  private room(): void {
    if (this.nodes * 256 <= this.next.length) return;
    const larger = new Int32Array(this.next.length * 2);
    larger.set(this.next);
    this.next = larger;
  }
}

/** The first voxel from `start` on whose label is not `label`, or `end`. */
function sameUntil(mask: Uint8Array, label: number, start: number, end: number): number {
  let at = start;
  while (at < end && mask[at] === label) at++;
  return at;
}

/** Writes `values[pattern]` at every voxel. */
export function paintPatterns<T extends Uint8Array | Float32Array>(
  index: PatternIndex,
  values: ArrayLike<number>,
  out: T,
): T {
  index.runs((start, end, pattern) => {
    if (values[pattern] !== 0) out.fill(values[pattern], start, end);
  });
  return out;
}
