// Random numbers that depend on a seed and a replicate's number alone, so that threads may share the work in any way.

/** The next whole number, 0 … 2³² − 1. */
export type RandomStream = () => number;

/**
 * The stream of one replicate: sfc32, a small generator with a counter in its state (Doty-Humphrey 2010, PractRand),
 * begun from seed and replicate, both 0 … 2³² − 1, and run in. The same pair gives the same numbers on every machine.
 */
export function streamOf(seed: number, replicate: number): RandomStream {
  let a = seed >>> 0;
  let b = replicate >>> 0;
  let c = 0x9e3779b9;
  let counter = 1;
  const next = () => {
    const out = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + out) | 0;
    return out >>> 0;
  };
  for (let round = 0; round < 15; round++) next();
  return next;
}

/**
 * One resample with replacement: `times[c]` becomes how often cluster c was drawn; the times add up to their number.
 * The remainder of 2³² by the number of clusters favours none by more than 2⁻³² · clusters.
 */
export function resample(times: Int32Array, stream: RandomStream): void {
  const clusters = times.length;
  times.fill(0);
  for (let draw = 0; draw < clusters; draw++) times[Math.floor((stream() / 2 ** 32) * clusters)] += 1;
}
