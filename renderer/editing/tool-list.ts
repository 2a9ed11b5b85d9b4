// The tools as data: palette, keys, commands, hints and tests read this one list.

export type Tool =
  | 'brush'
  | 'eraser'
  | 'threshold-brush'
  | 'adaptive-brush'
  | 'polygon'
  | 'lasso'
  | 'livewire'
  | 'scissors'
  | 'fill'
  | 'grow'
  | 'scribbles'
  | 'threshold'
  | 'interpolate'
  | 'slices'
  | 'holes'
  | 'islands'
  | 'margin'
  | 'smooth'
  | 'combine'
  | 'move'
  | 'navigate';

export type ToolGroup = 'Paint' | 'Outline' | 'By value' | 'Slices' | 'Whole structure' | 'Look';

export interface ToolFacts {
  id: Tool;
  label: string;
  key: string;
  group: ToolGroup;
  /** How to use it, in one or two plain sentences. */
  hint: string;
  /** What the left button does in the views: it paints with a tip, makes another gesture, or moves the crosshair. */
  hand: 'tip' | 'gesture' | 'crosshair';
}

// prettier-ignore
export const TOOLS: readonly ToolFacts[] = [
  { id: 'brush', label: 'Brush', key: 'B', group: 'Paint', hand: 'tip', hint: 'Drag to paint; with Alt to erase.' },
  { id: 'eraser', label: 'Eraser', key: 'E', group: 'Paint', hand: 'tip', hint: 'Drag to take away from the structure; with Alt to paint.' },
  { id: 'threshold-brush', label: 'Threshold brush', key: 'T', group: 'Paint', hand: 'tip', hint: 'Paints only voxels whose value is in the range.' },
  { id: 'adaptive-brush', label: 'Adaptive brush', key: 'Shift+T', group: 'Paint', hand: 'tip', hint: 'Paints only what resembles the place where the stroke begins.' },
  { id: 'polygon', label: 'Polygon', key: 'P', group: 'Outline', hand: 'gesture', hint: 'Click corners; click the first again, double click or press Enter to fill. Backspace takes a corner back.' },
  { id: 'lasso', label: 'Lasso', key: 'Shift+P', group: 'Outline', hand: 'gesture', hint: 'Drag around an area to fill it; with Alt to erase it.' },
  { id: 'livewire', label: 'Livewire', key: 'L', group: 'Outline', hand: 'gesture', hint: 'Click along an edge: the line follows it. Close it as a polygon.' },
  { id: 'scissors', label: 'Scissors', key: 'Shift+L', group: 'Outline', hand: 'gesture', hint: 'Drag around an area: it is cut straight through everything, or through a slab.' },
  { id: 'fill', label: 'Flood fill', key: 'F', group: 'By value', hand: 'gesture', hint: 'Press on a place; drag right or left for more or less tolerance; let go to fill.' },
  { id: 'grow', label: 'Region growing', key: 'G', group: 'By value', hand: 'gesture', hint: 'Press on a place in the structure; drag right or left for more or less; let go to grow in 3D.' },
  { id: 'scribbles', label: 'Grow from scribbles', key: 'Shift+G', group: 'By value', hand: 'tip', hint: 'Scribble inside the structure, with Alt on what is outside it; press Enter to keep the result.' },
  { id: 'threshold', label: 'Threshold to mask', key: 'Shift+H', group: 'By value', hand: 'crosshair', hint: 'Every voxel in the range becomes the structure.' },
  { id: 'interpolate', label: 'Interpolate slices', key: 'I', group: 'Slices', hand: 'crosshair', hint: 'Fills the slices between those that are drawn in the active view.' },
  { id: 'slices', label: 'Cut and paste slices', key: 'Shift+C', group: 'Slices', hand: 'crosshair', hint: 'The structure in this slice, from a neighbour or from the clipboard.' },
  { id: 'holes', label: 'Fill holes', key: 'H', group: 'Whole structure', hand: 'crosshair', hint: 'Fills what the structure encloses; other structures inside stay.' },
  { id: 'islands', label: 'Islands', key: 'K', group: 'Whole structure', hand: 'gesture', hint: 'Click an island in a view, or choose by size.' },
  { id: 'margin', label: 'Margin', key: 'M', group: 'Whole structure', hand: 'crosshair', hint: 'Grows, shrinks or hollows the structure by millimetres.' },
  { id: 'smooth', label: 'Smooth', key: 'O', group: 'Whole structure', hand: 'crosshair', hint: 'Each voxel becomes what most voxels around it are.' },
  { id: 'combine', label: 'Combine structures', key: 'Shift+O', group: 'Whole structure', hand: 'crosshair', hint: 'Adds, subtracts or intersects with another structure.' },
  { id: 'move', label: 'Move structure', key: 'Shift+M', group: 'Whole structure', hand: 'crosshair', hint: 'Shift with the arrow keys moves the structure by one voxel in the active view.' },
  { id: 'navigate', label: 'Navigate', key: 'V', group: 'Look', hand: 'crosshair', hint: 'Click or drag to move the crosshair.' },
];

/** In the order of the palette. */
export const TOOL_GROUPS: readonly ToolGroup[] = [
  'Paint',
  'Look',
  'Outline',
  'Slices',
  'By value',
  'Whole structure',
];

export function toolFacts(id: Tool): ToolFacts {
  return TOOLS.find((tool) => tool.id === id)!;
}
