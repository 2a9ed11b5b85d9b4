// How many views there are; what is large is the view that was active.
import type { Layout, ViewState } from '../viewer/view-state.svelte.ts';

export const LAYOUTS: readonly Layout[] = ['one-and-three', 'four', 'one', 'compare'];

export function chooseLayout(view: ViewState, layout: Layout): void {
  if (layout === 'one' || layout === 'compare') view.main = view.active;
  view.layout = layout;
}
