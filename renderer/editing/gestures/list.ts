// Which gesture each tool makes with the left button.
import type { EditorState } from '../editor-state.svelte.ts';
import type { Tool } from '../tool-list.ts';
import { BrushGesture } from './brush-gesture.ts';
import type { Gesture } from './gesture.ts';

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
    default:
      return still;
  }
}
