// How many views there are; what is large is the view that was active.
import type { Layout, ViewState } from '../viewer/view-state.svelte.ts';

export const LAYOUTS: readonly Layout[] = ['one-and-three', 'four', 'one', 'compare'];

export function chooseLayout(view: ViewState, layout: Layout): void {
  if (layout === 'one' || layout === 'compare') view.main = view.active;
  view.enlarged = false;
  view.layout = layout;
}

/** The 3D or oblique view becomes the large one, or gives its place back. */
export function enlargeFourth(view: ViewState): void {
  view.enlarged = !view.enlarged;
  if (view.enlarged && view.layout !== 'one') view.layout = 'one-and-three';
}
