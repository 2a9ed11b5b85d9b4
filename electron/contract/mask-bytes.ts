// How masks and strokes travel and rest as bytes. Page and backend share this one definition.
//
// A mask is one label (0…255; 0 = background) a voxel on the case's canonical grid, i fastest.
//   mask bytes  = varint voxelCount, then runs: varint length, byte label, until all voxels are covered
//   patch bytes = runs of voxels that changed alike, in ascending order:
//                 varint gap (voxels skipped since the end of the run before), varint length, byte old, byte new
// Varints are LEB128 (7 bits a byte, low first). The database keeps either as zstd of these bytes.
import { Problem } from './problem.ts';

/** A growing byte buffer: runs are written far faster than into a plain array. */
class ByteWriter {
  private bytes = new Uint8Array(1024);
  private length = 0;

  private reserve(extra: number): void {
    if (this.length + extra <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + extra));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }
  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }
  varint(value: number): void {
    this.reserve(6);
    while (value > 127) {
      this.bytes[this.length++] = (value & 127) | 128;
      value = Math.floor(value / 128);
    }
    this.bytes[this.length++] = value;
  }
  finish(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.length);
  }
}

class ByteReader {
  private at = 0;
  private readonly bytes: Uint8Array;
  private readonly what: string;

  constructor(bytes: Uint8Array, what: string) {
    this.bytes = bytes;
    this.what = what;
  }
  get done(): boolean {
    return this.at >= this.bytes.length;
  }
  byte(): number {
    if (this.at >= this.bytes.length) throw damaged(this.what, 'it ends in the middle of a run');
    return this.bytes[this.at++];
  }
  varint(): number {
    let value = 0;
    let scale = 1;
    for (let n = 0; n < 6; n++) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
    throw damaged(this.what, 'a number in it is too long');
  }
}

function damaged(what: string, why: string): Problem {
  return new Problem(`${what}-bytes-damaged`, `The ${what} cannot be read: ${why}. Nothing was changed.`);
}

/** Run-length encodes a label array. */
export function encodeMask(labels: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter();
  out.varint(labels.length);
  for (let start = 0; start < labels.length;) {
    const label = labels[start];
    let end = start + 1;
    while (end < labels.length && labels[end] === label) end++;
    out.varint(end - start);
    out.byte(label);
    start = end;
  }
  return out.finish();
}

/** Decodes mask bytes into a label array of exactly `count` voxels. Throws Problem `mask-bytes-damaged`. */
export function decodeMask(bytes: Uint8Array, count: number): Uint8Array<ArrayBuffer> {
  const reader = new ByteReader(bytes, 'mask');
  const stated = reader.varint();
  if (stated !== count) throw damaged('mask', `it is for ${stated} voxels and the volume has ${count}`);
  const labels = new Uint8Array(count);
  let at = 0;
  while (at < count) {
    const length = reader.varint();
    const label = reader.byte();
    if (length === 0 || at + length > count) throw damaged('mask', 'a run leaves the volume');
    if (label !== 0) labels.fill(label, at, at + length);
    at += length;
  }
  if (!reader.done) throw damaged('mask', 'bytes follow its last run');
  return labels;
}

/** Walks the runs of mask bytes without unpacking them: `visit(start, length, label)`. */
export function forEachMaskRun(
  bytes: Uint8Array,
  visit: (start: number, length: number, label: number) => void,
): void {
  const reader = new ByteReader(bytes, 'mask');
  const count = reader.varint();
  for (let at = 0; at < count;) {
    const length = reader.varint();
    const label = reader.byte();
    if (length === 0 || at + length > count) throw damaged('mask', 'a run leaves the volume');
    visit(at, length, label);
    at += length;
  }
}

/** Mask bytes of a mask with nothing in it. */
export function blankMask(count: number): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter();
  out.varint(count);
  out.varint(count);
  out.byte(0);
  return out.finish();
}

/** Voxels of each label in mask bytes; background is left out. */
export function countLabels(bytes: Uint8Array): Map<number, number> {
  const counts = new Map<number, number>();
  forEachMaskRun(bytes, (_start, length, label) => {
    if (label !== 0) counts.set(label, (counts.get(label) ?? 0) + length);
  });
  return counts;
}

/**
 * Encodes a change. `indices` ascending voxel indices, `before`/`after` the labels at each; voxels that did not
 * change are dropped, so that a patch holds changes only.
 */
export function encodePatch(
  indices: Uint32Array | readonly number[],
  before: Uint8Array,
  after: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter();
  let end = 0; // one past the last voxel written
  for (let n = 0; n < indices.length;) {
    if (before[n] === after[n]) {
      n++;
      continue;
    }
    const start = n;
    const first = indices[start];
    while (
      n < indices.length &&
      indices[n] === first + (n - start) &&
      before[n] === before[start] &&
      after[n] === after[start]
    ) {
      n++;
    }
    if (first < end) throw damaged('patch', 'its voxels are not in ascending order');
    out.varint(first - end);
    out.varint(n - start);
    out.byte(before[start]);
    out.byte(after[start]);
    end = first + (n - start);
  }
  return out.finish();
}

/** Encodes the difference between two whole masks of the same grid. */
export function encodeDifference(before: Uint8Array, after: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter();
  let end = 0;
  for (let at = 0; at < before.length;) {
    const old = before[at];
    const now = after[at];
    if (old === now) {
      at++;
      continue;
    }
    const start = at;
    while (at < before.length && before[at] === old && after[at] === now) at++;
    out.varint(start - end);
    out.varint(at - start);
    out.byte(old);
    out.byte(now);
    end = at;
  }
  return out.finish();
}

/** Walks the runs of a patch. Throws Problem `patch-bytes-damaged` for runs outside `count` voxels or without change. */
export function forEachPatchRun(
  bytes: Uint8Array,
  count: number,
  visit: (start: number, length: number, before: number, after: number) => void,
): void {
  const reader = new ByteReader(bytes, 'patch');
  let at = 0;
  while (!reader.done) {
    const start = at + reader.varint();
    const length = reader.varint();
    const before = reader.byte();
    const after = reader.byte();
    if (length === 0 || start + length > count) throw damaged('patch', 'a run leaves the volume');
    if (before === after) throw damaged('patch', 'a run changes nothing');
    visit(start, length, before, after);
    at = start + length;
  }
}

/**
 * Applies a patch to `labels` in place; `direction` 'undo' puts the old labels back. Throws Problem
 * `patch-does-not-fit` when a voxel is not what the patch says it was; `labels` is then unchanged.
 */
export function applyPatch(labels: Uint8Array, bytes: Uint8Array, direction: 'do' | 'undo' = 'do'): void {
  const runs: [number, number, number][] = [];
  forEachPatchRun(bytes, labels.length, (start, length, before, after) => {
    const from = direction === 'do' ? before : after;
    const to = direction === 'do' ? after : before;
    for (let v = start; v < start + length; v++) {
      if (labels[v] !== from) {
        throw new Problem(
          'patch-does-not-fit',
          `A stored stroke does not fit the mask it was drawn on (voxel ${v} is ${labels[v]}, expected ${from}).`,
          { status: 422 },
        );
      }
    }
    runs.push([start, length, to]);
  });
  for (const [start, length, to] of runs) labels.fill(to, start, start + length);
}

/** How many voxels a patch changes, and the labels it touches. */
export function describePatch(bytes: Uint8Array, count: number): { voxels: number; labels: Set<number> } {
  let voxels = 0;
  const labels = new Set<number>();
  forEachPatchRun(bytes, count, (_start, length, before, after) => {
    voxels += length;
    labels.add(before);
    labels.add(after);
  });
  labels.delete(0);
  return { voxels, labels };
}

/** Mask bytes with every label replaced by `map[label]`; labels that `map` lacks become background. */
export function relabelMask(bytes: Uint8Array, map: ReadonlyMap<number, number>): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter();
  let pending = 0;
  let pendingLabel = 0;
  let first = true;
  let total = 0;
  forEachMaskRun(bytes, (_start, length) => (total += length));
  out.varint(total);
  forEachMaskRun(bytes, (_start, length, label) => {
    const next = map.get(label) ?? 0;
    if (!first && next !== pendingLabel) {
      out.varint(pending);
      out.byte(pendingLabel);
      pending = 0;
    }
    first = false;
    pendingLabel = next;
    pending += length;
  });
  out.varint(pending);
  out.byte(pendingLabel);
  return out.finish();
}
