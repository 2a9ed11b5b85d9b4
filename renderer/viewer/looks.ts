// The six sides that a 3D view looks from, and where its camera then stands: LPS.
export type Look = 'A' | 'P' | 'L' | 'R' | 'S' | 'I';

export const LOOKS: Readonly<
  Record<
    Look,
    { words: string; from: readonly [number, number, number]; up: readonly [number, number, number] }
  >
> = {
  A: { words: 'the front', from: [0, -1, 0], up: [0, 0, 1] },
  P: { words: 'the back', from: [0, 1, 0], up: [0, 0, 1] },
  L: { words: 'the left', from: [1, 0, 0], up: [0, 0, 1] },
  R: { words: 'the right', from: [-1, 0, 0], up: [0, 0, 1] },
  // From above and below the patient's front is up.
  S: { words: 'above', from: [0, 0, 1], up: [0, -1, 0] },
  I: { words: 'below', from: [0, 0, -1], up: [0, -1, 0] },
};
export const SIDES = Object.keys(LOOKS) as readonly Look[];
