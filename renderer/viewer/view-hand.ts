// What the pointer over every view has in common: two fingers, the space bar, and Escape in the middle of a stroke.
import type { EditorState } from '../editing/editor-state.svelte.ts';
import type { Plane } from './slice-geometry.ts';
import { TwoFingers, type TwoFingerStep } from './two-fingers.ts';
import type { ViewState } from './view-state.svelte.ts';

export interface ViewHandNeeds {
  view: ViewState;
  editor: EditorState;
  host: HTMLElement;
  onnotice: (sentence: string) => void;
}

export abstract class ViewHand<Drag extends { kind: string; pointer: number }> {
  protected drag: Drag | null = null;
  protected spaceHeld = false;
  protected readonly fingers = new Map<number, { x: number; y: number }>();
  protected pair: TwoFingers | null = null;
  private readonly own: ViewHandNeeds;
  private readonly name: Plane | 'oblique';

  constructor(own: ViewHandNeeds, name: Plane | 'oblique') {
    this.own = own;
    this.name = name;
  }

  protected abstract pointIn(event: MouseEvent): { x: number; y: number };
  /** What both fingers do now. */
  protected abstract onPair(step: TwoFingerStep): void;
  /** The pointer went up, was taken away, or the window lost it: what is drawn stays. */
  abstract readonly finish: (event?: PointerEvent) => void;

  /** A second finger takes back what the first began, and both move the picture. True: the event is theirs. */
  protected twoFingers(event: PointerEvent): boolean {
    if (event.pointerType !== 'touch') return false;
    this.fingers.set(event.pointerId, this.pointIn(event));
    if (this.fingers.size !== 2) return this.fingers.size > 2;
    const { view, editor, host } = this.own;
    if (this.drag?.kind === 'draw') editor.cancel();
    view.measures.cancel();
    this.drag = null;
    const [a, b] = this.fingers.values();
    this.pair = new TwoFingers(a, b);
    host.setPointerCapture(event.pointerId);
    return true;
  }
  protected movePair(event: PointerEvent): void {
    if (!this.fingers.has(event.pointerId)) return;
    this.fingers.set(event.pointerId, this.pointIn(event));
    const [a, b] = this.fingers.values();
    const step = this.pair?.move(a, b);
    if (step) this.onPair(step);
  }
  /** The drag that ends with this event, if one does; fingers that went up are forgotten. */
  protected takeDrag(event?: PointerEvent): Drag | null {
    if (event) this.fingers.delete(event.pointerId);
    else this.fingers.clear();
    if (this.fingers.size === 0) this.pair = null;
    const { drag } = this;
    if (!drag || (event && event.pointerId !== drag.pointer)) return null;
    this.drag = null;
    return drag;
  }
  protected letGo({ pointer }: Drag): void {
    const { host } = this.own;
    if (host.hasPointerCapture(pointer)) host.releasePointerCapture(pointer);
  }

  /** The window lost the keyboard: keys are up as far as this view can know. */
  readonly blur = (): void => {
    this.spaceHeld = false;
    this.finish();
  };
  /** Keys of the whole window: Space counts for the view that the pointer is over or that has the focus. */
  readonly keydown = (event: KeyboardEvent): void => {
    const { view, editor, host } = this.own;
    if (event.key === ' ' && !takesSpace(event.target)) {
      if (view.pointer?.plane !== this.name && event.target !== host) return;
      this.spaceHeld = true;
      event.preventDefault();
    }
    if (event.key === 'Escape' && this.drag?.kind === 'draw') {
      editor.cancel();
      this.finish();
      event.preventDefault();
    }
  };
  readonly keyup = (event: KeyboardEvent): void => {
    if (event.key === ' ') this.spaceHeld = false;
  };
}

/** Fields and buttons have a use of their own for the space bar. */
function takesSpace(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest('input, textarea, select, button, a[href], summary, [contenteditable], dialog') !== null
  );
}
