// Colours of adjudication: readers told apart by everybody, and how much they disagree as heat.
import { colourWord } from '../viewer/slice-raster.ts';
import type { OverlayStyle } from '../viewer/slice-painter.ts';

/**
 * Brighter than structures are drawn, and of different brightness one after the other, so that they are told apart by
 * eyes of every kind and from what they lie over.
 */
const READERS = ['#35e0ff', '#ff5fd2', '#d7ff3f', '#ff8c3b', '#9f8cff', '#5fffb0', '#ff6b6b', '#c7cdd6'];
export const CONSENSUS = '#ffffff';

/** The letter tells apart what shares a colour. */
export function readerColour(index: number): string {
  return READERS[index % READERS.length];
}

/** From little to much disagreement; brightness rises all the way, so that grey eyes read it too. */
const STOPS = [
  [88, 28, 135],
  [190, 40, 110],
  [239, 92, 60],
  [252, 176, 64],
  [255, 238, 92],
] as const;

/** `share` of the most disagreement, 0…1, as #rrggbb. */
export function heatColour(share: number): string {
  const at = Math.min(1, Math.max(0, share)) * (STOPS.length - 1);
  const low = Math.min(STOPS.length - 2, Math.floor(at));
  const parts = STOPS[low].map((value, n) => Math.round(value + (STOPS[low + 1][n] - value) * (at - low)));
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

export const HEAT_GRADIENT = `linear-gradient(to right, ${[0, 0.25, 0.5, 0.75, 1].map(heatColour).join(', ')})`;

/** Entropy maps (1…255) as heat. With two readers every difference is the most there is. */
export function heatStyle(opacity: number): OverlayStyle {
  const palette = new Uint32Array(256);
  const keep = new Uint8Array(256);
  for (let level = 1; level < 256; level++) {
    palette[level] = colourWord(heatColour(level / 255), opacity);
    keep[level] = level;
  }
  return { palette, keep, colours: [], outline: false };
}

/** The structures that show, their fill faint or none, outlined in one colour. */
export function outlineStyle(
  structures: readonly { label: number; colour: string }[],
  colour: string,
  fill: number,
): OverlayStyle {
  const palette = new Uint32Array(256);
  const keep = new Uint8Array(256);
  const colours: (string | undefined)[] = [];
  for (const structure of structures) {
    if (fill > 0) palette[structure.label] = colourWord(structure.colour, fill);
    keep[structure.label] = structure.label;
    colours[structure.label] = colour;
  }
  return { palette, keep, colours, outline: true };
}
