// What the tools are set to. Kept while tools change; mm and the picture's own values.
import type { BrushShape } from './brush.ts';
import type { ImageSource } from './image-source.ts';
import type { Axis } from './operations/block.ts';
import type { Combination } from './operations/combine.ts';
import type { RegionRule } from './permissions.ts';

export const SMALLEST_BRUSH_MM = 1;
export const LARGEST_BRUSH_MM = 80;

export class ToolSettings {
  shape = $state<BrushShape>('round');
  /** Across, mm. */
  sizeMm = $state(8);
  mode = $state<'2D' | 'sphere'>('2D');

  region = $state<RegionRule>('anywhere');
  insideLabel = $state(0);
  /** Whether only voxels with values in the range may change, whichever tool is at work. */
  rangeOn = $state(false);

  /** The range of the threshold brush, of the threshold to mask and of the editable region. */
  low = $state(0);
  high = $state(0);

  /** Adaptive brush: how many standard deviations from the start still resemble it. */
  likeness = $state(2.5);

  /** Outlines: what closing one does. Alt does the opposite. */
  outline = $state<'fill' | 'erase'>('fill');
  scissors = $state<'erase-inside' | 'erase-outside' | 'fill-inside'>('erase-inside');
  /** How thick scissors cut, mm to both sides together; null cuts through everything. */
  slabMm = $state<number | null>(null);

  /** Flood fill: by the picture's values, or within outlines that are drawn. */
  fillBy = $state<'value' | 'outline'>('value');
  tolerance = $state(30);
  /** Region growing goes no further than this from where it began, mm. */
  reachMm = $state(50);

  /** Scribbles: how far around them the result may go, mm. */
  scribbleReachMm = $state(15);

  thresholdHow = $state<'add' | 'replace' | 'keep'>('add');

  holes = $state<'space' | 'slices' | 'slice'>('space');
  islandClick = $state<'others' | 'clicked' | 'moved'>('others');
  /** Islands below this are removed, mL. */
  islandMl = $state(1);
  margin = $state<'grow' | 'shrink' | 'hollow'>('grow');
  marginMm = $state(2);
  wall = $state<'inside' | 'outside' | 'middle'>('inside');
  smoothMm = $state(2);
  smoothIn = $state<'space' | 'slices'>('space');
  /** All structures that are not locked, together, so that no gap opens between them. */
  smoothAll = $state(false);
  combination = $state<Combination>('add');
  /** The other structure of combinations, and where a clicked island goes. */
  otherLabel = $state(0);
  combineMm = $state(0);

  private imageKnown = false;

  /** Sets what depends on the picture, once. */
  suit(image: ImageSource): void {
    if (this.imageKnown) return;
    this.imageKnown = true;
    const { width, level } = image.defaultWindow;
    const whole = !(image.voxels instanceof Float32Array);
    const round = (v: number) => (whole ? Math.round(v) : v);
    this.low = round(Math.max(image.minimum, level - width / 2));
    this.high = round(Math.min(image.maximum, level + width / 2));
    this.tolerance = round(width / 12) || width / 12;
  }

  resizeBy(direction: 1 | -1): void {
    const step = this.sizeMm < 10 ? 1 : this.sizeMm < 30 ? 2 : 5;
    this.sizeMm = Math.min(LARGEST_BRUSH_MM, Math.max(SMALLEST_BRUSH_MM, this.sizeMm + direction * step));
  }

  /** Islands and margins act in 3D; fill holes in slices across `axis`. */
  holesAxis(axis: Axis): Axis | null {
    return this.holes === 'space' ? null : axis;
  }
}
