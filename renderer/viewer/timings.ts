// How long the page's thread worked for a pointer move or a slice step, for the benchmark; nothing unless asked for.
type Kind = 'stroke' | 'slice';

interface Timings {
  stroke: number[];
  slice: number[];
}

declare global {
  interface Window {
    /** Set before the views are made, by the benchmark only. */
    __concordTimings?: Timings;
  }
}

/** Runs `work` and, when a benchmark listens, notes its milliseconds. */
export function timed<T>(kind: Kind, work: () => T): T {
  const timings = globalThis.window?.__concordTimings;
  if (!timings) return work();
  const began = performance.now();
  const result = work();
  timings[kind].push(performance.now() - began);
  return result;
}
