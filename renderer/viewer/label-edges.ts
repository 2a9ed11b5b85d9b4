// Borders between labels of one slice as straight runs along voxel sides, kept line by line so that a stroke renews few.
import type { PixelBox } from './slice-raster.ts';

/** Three numbers a run: label, from, to. */
type Line = number[];
const NONE: Line = [];

export class LabelEdges {
  private readonly across: number;
  private readonly down: number;
  /** `rows[d]` runs between row d−1 and row d; `columns[a]` between column a−1 and a. */
  private readonly rows: Line[];
  private readonly columns: Line[];

  constructor(across: number, down: number) {
    this.across = across;
    this.down = down;
    this.rows = Array.from({ length: down + 1 }, () => NONE);
    this.columns = Array.from({ length: across + 1 }, () => NONE);
  }

  /**
   * Renews the lines that touch `box`. `slice` holds the labels of the whole slice, row by row; all that are not 0 lie
   * inside `bounds` (null: there are none).
   */
  update(slice: Uint8Array, box: PixelBox, bounds: PixelBox | null): void {
    const { across, down, rows, columns } = this;
    if (!bounds) {
      rows.fill(NONE, box.d0, box.d1 + 2);
      columns.fill(NONE, box.a0, box.a1 + 2);
      return;
    }
    const { a0, d0, a1, d1 } = bounds;
    for (let d = box.d0; d <= box.d1 + 1; d++) {
      const beyond = d < d0 || d > d1 + 1;
      rows[d] = beyond ? NONE : scan(slice, (d - 1) * across, across, 1, d, down, a0, a1 + 1);
    }
    for (let a = box.a0; a <= box.a1 + 1; a++) {
      const beyond = a < a0 || a > a1 + 1;
      columns[a] = beyond ? NONE : scan(slice, a - 1, 1, across, a, across, d0, d1 + 1);
    }
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
 * Runs along line `line` of `lines`, from position `begin` to before `end`, between the voxels `first + position · step`
 * and those `across` further. Where two labels meet, the side belongs to both.
 */
function scan(
  slice: Uint8Array,
  first: number,
  across: number,
  step: number,
  line: number,
  lines: number,
  begin: number,
  end: number,
): Line {
  const hasBefore = line > 0;
  const hasAfter = line < lines;
  let out = NONE;
  let run = 0; // the label whose side is being followed after the line …
  let other = 0; // … and before it
  let from = 0;
  for (let position = begin, at = first + begin * step; position < end; position++, at += step) {
    let before = hasBefore ? slice[at] : 0;
    let after = hasAfter ? slice[at + across] : 0;
    if (before === after) before = after = 0;
    if (after === run && before === other) continue;
    if (out === NONE) out = [];
    if (run !== 0) out.push(run, from, position);
    if (other !== 0) out.push(other, from, position);
    run = after;
    other = before;
    from = position;
  }
  if (run !== 0) out.push(run, from, end);
  if (other !== 0) out.push(other, from, end);
  return out;
}
