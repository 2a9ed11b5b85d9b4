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
  // Written out: this is the innermost function of a phantom, called tens of millions of times.
  return (x, y, z) => {
    const u = x / wavelength + 64;
    const v = y / wavelength + 64;
    const w = z / wavelength + 64;
    const i = Math.floor(u);
    const j = Math.floor(v);
    const k = Math.floor(w);
    const fu = u - i;
    const fv = v - j;
    const fw = w - k;
    const a = fu * fu * (3 - 2 * fu);
    const b = fv * fv * (3 - 2 * fv);
    const c = fw * fw * (3 - 2 * fw);
    const i0 = i & mask;
    const i1 = (i + 1) & mask;
    const j0 = LATTICE * (j & mask);
    const j1 = LATTICE * ((j + 1) & mask);
    const k0 = LATTICE * LATTICE * (k & mask);
    const k1 = LATTICE * LATTICE * ((k + 1) & mask);
    const p00 = lattice[i0 + j0 + k0] + a * (lattice[i1 + j0 + k0] - lattice[i0 + j0 + k0]);
    const p10 = lattice[i0 + j1 + k0] + a * (lattice[i1 + j1 + k0] - lattice[i0 + j1 + k0]);
    const p01 = lattice[i0 + j0 + k1] + a * (lattice[i1 + j0 + k1] - lattice[i0 + j0 + k1]);
    const p11 = lattice[i0 + j1 + k1] + a * (lattice[i1 + j1 + k1] - lattice[i0 + j1 + k1]);
    const near = p00 + b * (p10 - p00);
    return near + c * (p01 + b * (p11 - p01) - near);
  };
}
