// From structures and view settings to what the painter needs: palette, visibility, colours.
import type { EditorState } from '../editing/editor-state.svelte.ts';
import type { OverlayStyle } from './slice-painter.ts';
import { colourWord } from './slice-raster.ts';
import type { ViewState } from './view-state.svelte.ts';

/** Reads runes: call it in an effect or derived, so that it follows every setting. */
export function overlayStyle(view: ViewState, editor: EditorState): OverlayStyle {
  const palette = new Uint32Array(256);
  const keep = new Uint8Array(256);
  const colours: (string | undefined)[] = [];
  for (const structure of editor.structures) {
    if (!view.overlay || !editor.isShown(structure)) continue;
    palette[structure.label] = colourWord(structure.colour, view.opacity);
    keep[structure.label] = structure.label;
    colours[structure.label] = structure.colour;
  }
  return { palette, keep, colours, outline: view.outline };
}
