// Borders between labels of one slice as straight runs along voxel sides, kept line by line so that a stroke renews few.
import type { PixelBox, Walk } from './slice-raster.ts';

/** Three numbers a run: label, from, to. */
type Line = number[];
const NONE: Line = [];

export class LabelEdges {
  private readonly across: number;
  private readonly down: number;
  /** `rows[d]` runs between row d−1 and row d; `columns[a]` between column a−1 and a. */
  private readonly rows: Line[];
  private readonly columns: Line[];
  private readonly kept = new Uint8Array(256);

  constructor(across: number, down: number) {
    this.across = across;
    this.down = down;
    this.rows = Array.from({ length: down + 1 }, () => NONE);
    this.columns = Array.from({ length: across + 1 }, () => NONE);
  }

  /** Renews the lines that touch `box`; labels with `shown` 0 count as background. */
  update(labels: Uint8Array, walk: Walk, shown: Uint8Array, box: PixelBox): void {
    const { across, down, kept } = this;
    const { start, stepA, stepD } = walk;
    for (let label = 0; label < 256; label++) kept[label] = shown[label] === 1 ? label : 0;
    for (let d = box.d0; d <= box.d1 + 1; d++)
      this.rows[d] = scan(labels, kept, start + (d - 1) * stepD, stepD, stepA, d, down, across);
    for (let a = box.a0; a <= box.a1 + 1; a++)
      this.columns[a] = scan(labels, kept, start + (a - 1) * stepA, stepA, stepD, a, across, down);
  }

  /** Every run as a line from (a0, d0) to (a1, d1) in voxel sides, with the label it belongs to. */
  forEach(visit: (label: number, a0: number, d0: number, a1: number, d1: number) => void): void {
    for (let d = 0; d <= this.down; d++) {
      const line = this.rows[d];
      for (let n = 0; n < line.length; n += 3) visit(line[n], line[n + 1], d, line[n + 2], d);
    }
    for (let a = 0; a <= this.across; a++) {
      const line = this.columns[a];
      for (let n = 0; n < line.length; n += 3) visit(line[n], a, line[n + 1], a, line[n + 2]);
    }
  }
}

/**
 * Runs along line `line`, between the voxels from `first` (one `across` further: the other side), `step` apart. Where two
 * labels meet, the side belongs to both.
 */
function scan(
  labels: Uint8Array,
  kept: Uint8Array,
  first: number,
  across: number,
  step: number,
  line: number,
  lines: number,
  length: number,
): Line {
  const hasBefore = line > 0;
  const hasAfter = line < lines;
  let out = NONE;
  let run = 0; // the label whose side is being followed after the line …
  let other = 0; // … and before it
  let from = 0;
  for (let position = 0, at = first; position < length; position++, at += step) {
    let before = hasBefore ? kept[labels[at]] : 0;
    let after = hasAfter ? kept[labels[at + across]] : 0;
    if (before === after) before = after = 0;
    if (after === run && before === other) continue;
    if (out === NONE) out = [];
    if (run !== 0) out.push(run, from, position);
    if (other !== 0) out.push(other, from, position);
    run = after;
    other = before;
    from = position;
  }
  if (run !== 0) out.push(run, from, length);
  if (other !== 0) out.push(other, from, length);
  return out;
}
