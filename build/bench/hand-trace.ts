// The pointer's way in the benchmarks: a hand that follows an organ's outline, as a 125 Hz mouse tells it.

/** Offsets from the middle of the view, as shares of its smaller side. */
export interface TracePoint {
  x: number;
  y: number;
}

const HERTZ = 125;
const TREMOR_HERTZ = 9;
const TREMOR = 0.0012;

/**
 * Strokes along a closed, bean-shaped outline, each a stretch of it drawn in half a second. The hand starts and ends
 * at rest with the least jerk (Flash and Hogan 1985: 10 t³ − 15 t⁴ + 6 t⁵) and trembles a little across its way.
 */
export function handTrace(strokes: number, seconds = 0.5): TracePoint[][] {
  const events = Math.round(HERTZ * seconds);
  return Array.from({ length: strokes }, (_, stroke) =>
    Array.from({ length: events + 1 }, (_, event) => {
      const t = event / events;
      const along = 10 * t ** 3 - 15 * t ** 4 + 6 * t ** 5;
      const angle = ((stroke + along) / strokes) * 2 * Math.PI;
      const tremor = TREMOR * Math.sin(2 * Math.PI * TREMOR_HERTZ * t * seconds + stroke);
      const radius = 0.2 + 0.05 * Math.cos(2 * angle) + 0.03 * Math.cos(3 * angle) + tremor;
      return { x: radius * 1.2 * Math.cos(angle), y: radius * Math.sin(angle) };
    }),
  );
}
