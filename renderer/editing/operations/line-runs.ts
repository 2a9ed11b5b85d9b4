// Which places along a straight row lie inside a closed line at any angle to it: where the line winds around a place, it is
// inside.
import type { Point } from './polygon.ts';

/** A corner or an edge on a place counts it as inside. */
const SLACK = 1e-9;

/**
 * Visits runs (first, last; ends included) of the whole numbers i from `first` to `last` for which (x + stepX·i, y +
 * stepY·i) lies inside the closed line; a line that crosses itself encloses all that it goes around (non-zero winding).
 */
export function lineRuns(
  corners: readonly Point[],
  {
    first,
    last,
    x,
    y,
    stepX,
    stepY,
  }: { first: number; last: number; x: number; y: number; stepX: number; stepY: number },
  visit: (first: number, last: number) => void,
): void {
  const length2 = stepX * stepX + stepY * stepY;
  if (length2 < 1e-18) {
    if (winding(corners, x, y) !== 0) visit(first, last);
    return;
  }
  const crossings: { i: number; turn: number }[] = [];
  let [ax, ay] = corners[corners.length - 1];
  let a = stepX * (ay - y) - stepY * (ax - x);
  for (const [bx, by] of corners) {
    const b = stepX * (by - y) - stepY * (bx - x);
    // Half open, so that a corner on the row counts once.
    if (a <= 0 !== b <= 0) {
      const t = a / (a - b);
      const i = ((ax + t * (bx - ax) - x) * stepX + (ay + t * (by - ay) - y) * stepY) / length2;
      crossings.push({ i, turn: a <= 0 ? 1 : -1 });
    }
    [ax, ay, a] = [bx, by, b];
  }
  crossings.sort((one, two) => one.i - two.i);
  let turns = 0;
  for (let n = 0; n + 1 < crossings.length; n++) {
    turns += crossings[n].turn;
    if (turns === 0) continue;
    const from = Math.max(first, Math.ceil(crossings[n].i - SLACK));
    const to = Math.min(last, Math.floor(crossings[n + 1].i + SLACK));
    if (from <= to) visit(from, to);
  }
}

/** How often a closed line goes around a place. */
function winding(corners: readonly Point[], x: number, y: number): number {
  let turns = 0;
  let [ax, ay] = corners[corners.length - 1];
  for (const [bx, by] of corners) {
    if (ay <= y !== by <= y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) turns += ay <= y ? 1 : -1;
    [ax, ay] = [bx, by];
  }
  return turns;
}
