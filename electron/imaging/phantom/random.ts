// Randomness that is the same on every machine: mulberry32 and smooth value noise on its lattice.

/** Uniform numbers in [0, 1) from a 32-bit seed: mulberry32 (T. Ettinger, public domain). */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Draws for one anatomy: each call takes the next number of the seed. */
export interface Draw {
  /** Uniform between low and high. */
  between(low: number, high: number): number;
  /** A seed for a further generator. */
  seed(): number;
}

export function drawFrom(seed: number): Draw {
  const next = mulberry32(seed);
  return {
    between: (low, high) => low + (high - low) * next(),
    seed: () => Math.floor(next() * 4294967296),
  };
}

const LATTICE = 32;

/** Smooth noise in −1…1 over space: random values on a 32³ lattice `wavelength` mm apart, blended, repeating. */
export function smoothNoise(seed: number, wavelength: number): (x: number, y: number, z: number) => number {
  const next = mulberry32(seed);
  const lattice = new Float32Array(LATTICE ** 3);
  for (let n = 0; n < lattice.length; n++) lattice[n] = 2 * next() - 1;
  const mask = LATTICE - 1;
  const at = (i: number, j: number, k: number) =>
    lattice[(i & mask) + LATTICE * ((j & mask) + LATTICE * (k & mask))];
  const fade = (t: number) => t * t * (3 - 2 * t);
  return (x, y, z) => {
    const [u, v, w] = [x / wavelength + 64, y / wavelength + 64, z / wavelength + 64];
    const [i, j, k] = [Math.floor(u), Math.floor(v), Math.floor(w)];
    const [a, b, c] = [fade(u - i), fade(v - j), fade(w - k)];
    const row = (dj: number, dk: number) => {
      const first = at(i, j + dj, k + dk);
      return first + a * (at(i + 1, j + dj, k + dk) - first);
    };
    const [near, far] = [row(0, 0), row(0, 1)];
    const low = near + b * (row(1, 0) - near);
    return low + c * (far + b * (row(1, 1) - far) - low);
  };
}
