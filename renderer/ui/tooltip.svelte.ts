// One tooltip for the whole page: what a control does, and its key. Shown on hover (after a moment) and on focus.
import { untrack } from 'svelte';
import type { Attachment } from 'svelte/attachments';

export interface TooltipContent {
  text: string;
  keys?: string;
}

interface Shown extends TooltipContent {
  anchor: DOMRect;
}

const HOVER_DELAY_MS = 450;
/** Moving from one control to its neighbour within this time shows the next tooltip at once. */
const WARM_MS = 400;

class Tooltips {
  shown = $state.raw<Shown | null>(null);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private hiddenAt = -Infinity;

  show(element: Element, content: TooltipContent, delay: number): void {
    clearTimeout(this.timer);
    const warm = performance.now() - this.hiddenAt < WARM_MS;
    const reveal = () => {
      if (element.isConnected) this.shown = { ...content, anchor: element.getBoundingClientRect() };
    };
    if (delay === 0 || warm) reveal();
    else this.timer = setTimeout(reveal, delay);
  }

  hide(): void {
    clearTimeout(this.timer);
    // Called from within effects too (a dialog takes the focus): they must not come to depend on the tooltip.
    if (untrack(() => this.shown) === null) return;
    this.hiddenAt = performance.now();
    // Not at once: an element that goes away loses its focus in the middle of Svelte's own work.
    queueMicrotask(() => (this.shown = null));
  }
}

export const tooltips = new Tooltips();

/** Attaches a tooltip to an element; `content` may answer null for none. */
export function tooltip(content: () => TooltipContent | null): Attachment<Element> {
  return (element) => {
    // Whoever looks for what a cut text says in full finds that it is said.
    element.setAttribute('data-hint', '');
    const onEnter = () => {
      const now = content();
      if (now) tooltips.show(element, now, HOVER_DELAY_MS);
    };
    const onFocus = () => {
      const now = content();
      if (now && element.matches(':focus-visible')) tooltips.show(element, now, 0);
    };
    const hide = () => tooltips.hide();
    const listeners: [string, () => void][] = [
      ['pointerenter', onEnter],
      ['focus', onFocus],
      ['pointerleave', hide],
      ['pointerdown', hide],
      ['blur', hide],
    ];
    for (const [type, listener] of listeners) element.addEventListener(type, listener);
    return () => {
      for (const [type, listener] of listeners) element.removeEventListener(type, listener);
      hide();
    };
  };
}
