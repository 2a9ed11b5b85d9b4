// One icon a tool, all from one set.
import Blend from '@lucide/svelte/icons/blend';
import Brush from '@lucide/svelte/icons/brush';
import ClipboardPaste from '@lucide/svelte/icons/clipboard-paste';
import Contrast from '@lucide/svelte/icons/contrast';
import Donut from '@lucide/svelte/icons/donut';
import Eraser from '@lucide/svelte/icons/eraser';
import Highlighter from '@lucide/svelte/icons/highlighter';
import Lasso from '@lucide/svelte/icons/lasso';
import Layers from '@lucide/svelte/icons/layers';
import Move from '@lucide/svelte/icons/move';
import Move3d from '@lucide/svelte/icons/move-3d';
import PaintBucket from '@lucide/svelte/icons/paint-bucket';
import Pentagon from '@lucide/svelte/icons/pentagon';
import Puzzle from '@lucide/svelte/icons/shapes';
import Scaling from '@lucide/svelte/icons/scaling';
import Scissors from '@lucide/svelte/icons/scissors';
import SlidersHorizontal from '@lucide/svelte/icons/sliders-horizontal';
import Spline from '@lucide/svelte/icons/spline-pointer';
import Sprout from '@lucide/svelte/icons/sprout';
import SquaresUnite from '@lucide/svelte/icons/squares-unite';
import WandSparkles from '@lucide/svelte/icons/wand-sparkles';
import type { LucideIcon } from '@lucide/svelte';
import type { Tool } from '../../editing/tool-list.ts';

export const TOOL_ICONS: Record<Tool, LucideIcon> = {
  brush: Brush,
  eraser: Eraser,
  'threshold-brush': Contrast,
  'adaptive-brush': WandSparkles,
  polygon: Pentagon,
  lasso: Lasso,
  livewire: Spline,
  scissors: Scissors,
  fill: PaintBucket,
  grow: Sprout,
  scribbles: Highlighter,
  threshold: SlidersHorizontal,
  interpolate: Layers,
  slices: ClipboardPaste,
  holes: Donut,
  islands: Puzzle,
  margin: Scaling,
  smooth: Blend,
  combine: SquaresUnite,
  move: Move3d,
  navigate: Move,
};
