// Two masks laid over each other: what only the first drew, what only the second drew, what both drew.
import type { Triple } from '../../electron/contract/geometry.ts';

export const ONLY_FIRST = 1;
export const ONLY_SECOND = 2;
export const BOTH = 3;

/** A label array of ONLY_FIRST, ONLY_SECOND and BOTH for one structure; the masks have the same grid. */
export function difference(first: Uint8Array, second: Uint8Array, label: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(first.length);
  for (let at = 0; at < first.length; at++) {
    out[at] = Number(first[at] === label) + 2 * Number(second[at] === label);
  }
  return out;
}

/** The middle of what differs in the slice (along the third axis) that differs most, or null when nothing does. */
export function mostDifferentPlace(labels: Uint8Array, shape: Readonly<Triple>): Triple | null {
  const [nx] = shape;
  const slice = nx * shape[1];
  let best: Triple | null = null;
  let most = 0;
  for (let k = 0; k < shape[2]; k++) {
    let differing = 0;
    let across = 0;
    let down = 0;
    for (let at = 0; at < slice; at++) {
      const label = labels[k * slice + at];
      if (label !== ONLY_FIRST && label !== ONLY_SECOND) continue;
      differing++;
      across += at % nx;
      down += Math.floor(at / nx);
    }
    if (differing > most) {
      most = differing;
      best = [Math.round(across / differing), Math.round(down / differing), k];
    }
  }
  return best;
}
