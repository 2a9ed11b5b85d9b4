// Which gesture each tool makes with the left button.
import type { EditorState } from '../editor-state.svelte.ts';
import type { Tool } from '../tool-list.ts';
import { BrushGesture } from './brush-gesture.ts';
import type { Gesture } from './gesture.ts';
import { GrowGesture } from './grow-gesture.ts';
import { IslandsGesture } from './islands-gesture.ts';
import { LivewireGesture } from './livewire-gesture.ts';
import { LassoGesture, PolygonGesture, ScissorsGesture } from './outline.ts';
import { ScribblesGesture } from './scribbles-gesture.ts';

/** Nothing: the views move their crosshair instead. */
const still: Gesture = {
  press: () => 'Choose a tool that draws.',
  drag: () => undefined,
  release: () => undefined,
  cancel: () => false,
  pending: false,
};

export function gestureOf(tool: Tool, editor: EditorState): Gesture {
  switch (tool) {
    case 'brush':
    case 'eraser':
    case 'threshold-brush':
    case 'adaptive-brush':
      return new BrushGesture(editor);
    case 'polygon':
      return new PolygonGesture(editor);
    case 'lasso':
      return new LassoGesture(editor);
    case 'livewire':
      return new LivewireGesture(editor);
    case 'scissors':
      return new ScissorsGesture(editor);
    case 'fill':
      return new GrowGesture(editor, 'Flood fill');
    case 'grow':
      return new GrowGesture(editor, 'Region growing');
    case 'scribbles':
      return new ScribblesGesture(editor);
    case 'islands':
      return new IslandsGesture(editor);
    default:
      return still;
  }
}
