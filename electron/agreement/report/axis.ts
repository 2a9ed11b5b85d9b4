// A linear axis with round ticks.

export interface Axis {
  low: number;
  high: number;
  ticks: number[];
  /** Decimals that tell the ticks apart. */
  decimals: number;
  /** Value → pixels. */
  at(value: number): number;
}

/** An axis over [low, high] widened to round ticks, drawn from pixel `from` to pixel `to` (either way round). */
export function axis(low: number, high: number, from: number, to: number, wantedTicks = 5): Axis {
  const span = high > low ? high - low : Math.max(Math.abs(low), 1) * 0.2;
  const middle = (low + high) / 2;
  const raw = span / wantedTicks;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((n) => n * power).find((candidate) => candidate >= raw * 0.999)!;
  const first = Math.floor((middle - span / 2) / step + 1e-9);
  const last = Math.ceil((middle + span / 2) / step - 1e-9);
  const ticks = Array.from({ length: last - first + 1 }, (_, n) => (first + n) * step);
  const [start, end] = [first * step, last * step];
  return {
    low: start,
    high: end,
    ticks,
    decimals: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)),
    at: (value) => from + ((value - start) / (end - start)) * (to - from),
  };
}
