// How long the page's thread worked for a pointer move or a slice step, and how long a surface was in coming, for the
// benchmark; nothing unless asked for.
type Kind = 'stroke' | 'slice' | 'surfaceWork';

interface Timings {
  stroke: number[];
  slice: number[];
  /** The page's own part of a surface: cutting a structure out for the worker, taking the answer over. */
  surfaceWork: number[];
  /** From the last change of a structure to its surface in the scene. */
  surface: number[];
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

/** Notes for a listening benchmark how long ago `since` (performance.now) was. */
export function surfaceShown(since: number): void {
  globalThis.window?.__concordTimings?.surface.push(performance.now() - since);
}
