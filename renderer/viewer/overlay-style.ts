// From structures and view settings to what the painter needs: palette, visibility, colours.
import type { EditorState } from '../editing/editor-state.svelte.ts';
import type { OverlayStyle } from './slice-painter.ts';
import { ADDED, colourWord, KEPT, REMOVED } from './slice-raster.ts';
import type { ViewState } from './view-state.svelte.ts';

/** Told apart by colour-blind readers, and not the colours of structures. */
export const CHANGE_COLOURS = { added: '#56b4e9', removed: '#e69f00', kept: '#c7cdd6' } as const;

function changeStyle(view: ViewState, changes: NonNullable<ViewState['changes']>): OverlayStyle {
  const palette = new Uint32Array(256);
  const keep = new Uint8Array(256);
  const colours: (string | undefined)[] = [];
  const codes = { added: ADDED, removed: REMOVED, kept: KEPT } as const;
  for (const what of ['added', 'removed', 'kept'] as const) {
    if (!view.overlay) break;
    // What stayed is the ground that changes stand on: fainter.
    palette[codes[what]] = colourWord(
      CHANGE_COLOURS[what],
      what === 'kept' ? view.opacity * 0.5 : Math.max(0.5, view.opacity),
    );
    keep[codes[what]] = codes[what];
    colours[codes[what]] = CHANGE_COLOURS[what];
  }
  return { palette, keep, colours, outline: view.outline, changes };
}

/** Reads runes: call it in an effect or derived, so that it follows every setting. */
export function overlayStyle(view: ViewState, editor: EditorState): OverlayStyle {
  if (view.changes) return changeStyle(view, view.changes);
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
