// The curve of the plan: points to a path, and round numbers for its axes.

/** An SVG path through the points that have a value; a missing one breaks the line. */
export function curvePath<Point extends { cases: number }>(
  points: readonly Point[],
  value: (point: Point) => number | null,
  x: (cases: number) => number,
  y: (width: number) => number,
): string {
  let drawing = false;
  return points
    .map((point) => {
      const width = value(point);
      if (width === null) {
        drawing = false;
        return '';
      }
      const step = `${drawing ? 'L' : 'M'}${x(point.cases).toFixed(1)} ${y(width).toFixed(1)}`;
      drawing = true;
      return step;
    })
    .join('');
}

/** Between three and six round numbers from 0 to `most`. */
export function ticksOf(most: number): number[] {
  if (!(most > 0)) return [0];
  const rough = most / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough)!;
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, n) =>
    Number((n * step).toPrecision(6)),
  );
}
