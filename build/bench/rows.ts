// What a benchmark hands back, and how the table shows it.

export interface Row {
  what: string;
  /** Ours: every single measurement, in `unit`. */
  samples: number[];
  unit: 'ms' | 's' | 'MB' | '%';
  /** An upper bound that ours must not pass, and whether it holds for the median or the 95th percentile. */
  target?: { limit: number; of: 'median' | 'p95' };
  /** The same work done by something else on this machine. */
  peer?: {
    name: string;
    value: number;
    /** Which figure of ours it stands beside; the median where nothing is said. */
    of?: 'median' | 'p95';
  };
}

export interface Bench {
  name: string;
  /** Rows, in the order of the table. Throws when it cannot measure at all; the reason then stands in the table. */
  run(say: (line: string) => void): Promise<Row[]>;
}

/** The value below which the share `p` of the samples lies, by linear interpolation. */
export function quantile(samples: readonly number[], p: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (sorted.length - 1) * p;
  const below = Math.floor(at);
  const next = sorted[Math.min(below + 1, sorted.length - 1)];
  return sorted[below] + (next - sorted[below]) * (at - below);
}

const HEAD = ['what', 'median', 'p95', 'n', 'target', '', 'peer', 'its value', 'ours/peer'];

export function renderTable(rows: readonly (Row | { what: string; reason: string })[]): string {
  const lines = rows.map((row) => ('reason' in row ? [row.what, row.reason] : cells(row)));
  const widths = HEAD.map((head, column) =>
    Math.max(head.length, ...lines.filter((line) => line.length > 2).map((line) => line[column].length)),
  );
  widths[0] = Math.max(widths[0], ...lines.map((line) => line[0].length));
  const format = (line: string[]) =>
    line.length === 2
      ? `${line[0].padEnd(widths[0])}  ${line[1]}`
      : line
          .map((cell, n) => (n === 0 || n === 6 ? cell.padEnd(widths[n]) : cell.padStart(widths[n])))
          .join('  ');
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  return [format(HEAD), rule, ...lines.map(format)].join('\n');
}

function cells({ what, samples, unit, target, peer }: Row): string[] {
  const [median, p95] = [quantile(samples, 0.5), quantile(samples, 0.95)];
  const show = (value: number) => `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ${unit}`;
  return [
    what,
    show(median),
    samples.length > 4 ? show(p95) : '–',
    String(samples.length),
    target ? `${target.of} ≤ ${target.limit} ${unit}` : '',
    target ? (meets({ samples, target }) ? 'met' : 'MISSED') : '',
    peer?.name ?? '',
    peer ? show(peer.value) : '',
    peer ? ((peer.of === 'p95' ? p95 : median) / peer.value).toFixed(2) : '',
  ];
}

export function meets({ samples, target }: Pick<Row, 'samples' | 'target'>): boolean {
  return !target || quantile(samples, target.of === 'p95' ? 0.95 : 0.5) <= target.limit;
}

/** Milliseconds of `work`, `times` times after one run that does not count. */
export async function repeat(times: number, work: () => unknown): Promise<number[]> {
  await work();
  const samples: number[] = [];
  for (let n = 0; n < times; n++) {
    const began = performance.now();
    await work();
    samples.push(performance.now() - began);
  }
  return samples;
}
