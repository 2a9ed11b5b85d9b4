// Pens and modifier keys as every view follows them.
import type { EditorState } from '../editing/editor-state.svelte.ts';
import { pressureFactor } from './two-fingers.ts';
import type { ViewState } from './view-state.svelte.ts';

/** The left button, or a pen's eraser end. */
export const isMain = (event: PointerEvent) => event.button === 0 || event.button === 5;

/** What of `buttons` holds a stroke up: the left button and the pen's eraser end. */
export const HOLDS_STROKE = 1 | 32;

/**
 * Alt may have been pressed while another window had the keyboard. A pen that is turned round erases whatever the
 * tool; how hard it is pressed is the brush's size.
 */
export function followPen(event: PointerEvent, editor: EditorState, view: ViewState): void {
  const turned = event.button === 5 || (event.buttons & 32) !== 0;
  const inverted = event.altKey !== (turned && editor.tool !== 'eraser');
  if (editor.inverted !== inverted) editor.inverted = inverted;
  const pen = event.pointerType === 'pen';
  if (pen) view.penSeen = true;
  editor.pressure = pen && view.penPressure && event.buttons !== 0 ? pressureFactor(event.pressure) : 1;
}

/** Draws on to where the pointer is. Fast hands: every sample between two frames is drawn. */
export function drawOn(
  event: PointerEvent,
  editor: EditorState,
  at: (sample: PointerEvent) => Parameters<EditorState['extend']>[0],
): void {
  const samples = event.getCoalescedEvents?.() ?? [];
  for (const sample of samples.length > 0 ? samples : [event]) {
    if (editor.pressure !== 1) editor.pressure = pressureFactor(sample.pressure);
    editor.extend(at(sample));
  }
}

/** The wheel with Shift: the brush grows and shrinks. */
export function resizeBrush(editor: EditorState, steps: number): void {
  for (let n = 0; n < Math.abs(steps); n++) {
    if (steps < 0) editor.grow();
    else editor.shrink();
  }
}
