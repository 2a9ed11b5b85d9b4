// How many views there are; what is large is the view that was active.
import type { Layout, ViewState } from '../viewer/view-state.svelte.ts';

export const LAYOUTS: readonly Layout[] = ['one-and-three', 'four', 'one'];

export function chooseLayout(view: ViewState, layout: Layout): void {
  if (layout === 'one') view.main = view.active;
  view.layout = layout;
}
