// From what an operation proposes to what is permitted of it, as patch bytes of the whole volume.
import { encodePatch } from '../../../electron/contract/mask-bytes.ts';
import { transitions, type EditRule } from '../permissions.ts';
import type { Block } from './block.ts';

export interface Settled {
  /** Patch bytes (contract/mask-bytes), or null when nothing changes. */
  bytes: Uint8Array<ArrayBuffer> | null;
  voxels: number;
  /** Voxels that a lock, the region or the value range kept as they were, and those of them that a lock kept. */
  kept: number;
  locked: number;
}

/** Changes in ascending order of voxels; blocks have to come in that order too. */
export class Changes {
  private indices = new Uint32Array(4096);
  private before = new Uint8Array(4096);
  private after = new Uint8Array(4096);
  private count = 0;
  private kept = 0;
  private locked = 0;

  /** `acted` are the structures that may lose voxels to nothing. */
  add(block: Block, next: Uint8Array, rule: EditRule, acted: readonly number[]): void {
    const { labels, values, shape, low, volume } = block;
    const allowed = transitions(rule, acted);
    const { range } = rule;
    if (range && !values) throw new RangeError('a value range needs the picture');
    const [nx, ny] = volume;
    const [wide, high] = shape;
    const differing = differences(labels, next);
    for (let n = differing(0); n < next.length; n = differing(n + 1)) {
      const open =
        allowed[(labels[n] << 8) | next[n]] === 1 &&
        (range === null || (values![n] >= range.low && values![n] <= range.high));
      if (open) {
        const row = Math.floor(n / wide);
        const [i, j, k] = [n - row * wide, row % high, Math.floor(row / high)];
        this.push(low[0] + i + nx * (low[1] + j + ny * (low[2] + k)), labels[n], next[n]);
      } else {
        this.kept++;
        if (rule.locked.has(labels[n]) || rule.locked.has(next[n])) this.locked++;
      }
    }
  }

  finish(): Settled {
    const { count, kept, locked } = this;
    if (count === 0) return { bytes: null, voxels: 0, kept, locked };
    const bytes = encodePatch(
      this.indices.subarray(0, count),
      this.before.subarray(0, count),
      this.after.subarray(0, count),
    );
    return { bytes, voxels: count, kept, locked };
  }

  private push(index: number, before: number, after: number): void {
    if (this.count === this.indices.length) {
      const size = this.count * 2;
      const [indices, old, now] = [new Uint32Array(size), new Uint8Array(size), new Uint8Array(size)];
      indices.set(this.indices);
      old.set(this.before);
      now.set(this.after);
      [this.indices, this.before, this.after] = [indices, old, now];
    }
    this.indices[this.count] = index;
    this.before[this.count] = before;
    this.after[this.count++] = after;
  }
}

/** Finds, from an index on, the first at which the arrays differ, or their length. Four at a time: most voxels stay. */
function differences(a: Uint8Array, b: Uint8Array): (from: number) => number {
  const { length } = a;
  const aligned = a.byteOffset % 4 === 0 && b.byteOffset % 4 === 0;
  const words = ({ buffer, byteOffset }: Uint8Array) =>
    new Uint32Array(buffer, aligned ? byteOffset : 0, aligned ? length >> 2 : 0);
  const [wordsA, wordsB] = [words(a), words(b)];
  return (from) => {
    let n = from;
    for (; n < length && (n & 3) !== 0; n++) if (a[n] !== b[n]) return n;
    let word = n >> 2;
    while (word < wordsA.length && wordsA[word] === wordsB[word]) word++;
    for (n = Math.max(n, word << 2); n < length; n++) if (a[n] !== b[n]) return n;
    return length;
  };
}
