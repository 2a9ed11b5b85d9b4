// Window, level and place of a read and what lies over its picture, kept for its reader: coming back looks as leaving did.
import type { ReadView } from '../../electron/contract/display.ts';
import * as api from '../api/display.ts';
import type { ViewState } from '../viewer/view-state.svelte.ts';
import type { LinkedVolumes } from './linked.svelte.ts';

const KEEP_AFTER_MS = 1000;

export function showAsBefore(view: ViewState, kept: ReadView): void {
  view.setWindow(kept.window.width, kept.window.level);
  view.moveTo(kept.crosshair);
}

/** Keeps what changes until the returned function is called. A read that is sealed meanwhile takes no more. */
export function followReadView(
  study: string,
  read: string,
  view: ViewState,
  linked: LinkedVolumes,
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waiting: ReadView | null = null;
  let first = true;
  const keep = (keepalive = false) => {
    clearTimeout(timer);
    if (!waiting) return;
    const value = waiting;
    waiting = null;
    void api.keepReadView(study, read, value, keepalive).catch(() => undefined);
  };
  const stop = $effect.root(() => {
    $effect(() => {
      const { width, level, crosshair } = view;
      const next: ReadView = { window: { width, level }, crosshair: [...crosshair], second: linked.look };
      if (first) {
        first = false;
        return;
      }
      waiting = next;
      clearTimeout(timer);
      timer = setTimeout(keep, KEEP_AFTER_MS);
    });
  });
  const closing = () => keep(true);
  addEventListener('pagehide', closing);
  return () => {
    removeEventListener('pagehide', closing);
    stop();
    keep(true);
  };
}
