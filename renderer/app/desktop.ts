// The desktop bridge, when the page runs in Concord's own window.
import type { ConcordDesktop } from '../../electron/contract/desktop.ts';

/** What only the desktop window can do (real paths, pickers), or null in a browser. */
export function desktop(): ConcordDesktop | null {
  return (globalThis as { concordDesktop?: ConcordDesktop }).concordDesktop ?? null;
}
