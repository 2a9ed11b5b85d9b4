// The tools' commands: one to take each tool, and one for each thing that tools do at once.
import { TOOLS } from '../../editing/tool-list.ts';
import type { Command, CommandContext } from '../../app/commands/command.ts';
import type { ReadingRoom } from '../room.svelte.ts';
import * as actions from './actions.ts';

interface Extra {
  when?: (room: ReadingRoom) => boolean;
  repeats?: boolean;
  keysOnly?: boolean;
  group?: 'Tools' | 'Editing';
}

/** A command of the room in which something can be drawn. */
function tool(
  id: string,
  label: string,
  keys: string[],
  run: (room: ReadingRoom) => unknown,
  { when = () => true, group = 'Editing', ...extra }: Extra = {},
): Command {
  const roomOf = ({ room }: CommandContext) => (room?.kind === 'reading' ? room : null);
  return {
    id,
    label,
    group,
    keys,
    when: (context) => {
      const room = roomOf(context);
      return room !== null && !room.editor.drawing && when(room);
    },
    run: (context) => {
      const room = roomOf(context);
      return room && run(room);
    },
    ...extra,
  };
}

const choose = TOOLS.map(({ id, label, key }) =>
  tool(`tool-${id}`, label, [key], ({ editor }) => (editor.tool = id), { group: 'Tools' }),
);

const moving = { when: ({ editor }: ReadingRoom) => editor.tool === 'move', repeats: true, keysOnly: true };
const several = { when: ({ editor }: ReadingRoom) => editor.structures.length > 1 };

export const toolCommands: readonly Command[] = [
  ...choose,
  tool('apply-tool', 'Apply the tool, or close the outline', ['Enter'], actions.applyTool, {
    when: actions.canApply,
  }),
  tool('outline-back', 'Take the last corner back', ['Backspace'], ({ editor }) => editor.back(), {
    when: ({ editor }) => editor.pending,
    keysOnly: true,
    repeats: true,
  }),
  tool('fill-holes', 'Fill holes', ['Alt+J'], (room) => actions.fillHoles(room, 'space')),
  tool('fill-holes-slices', 'Fill holes in every slice', ['Alt+Shift+J'], (room) =>
    actions.fillHoles(room, 'slices'),
  ),
  tool('fill-holes-slice', 'Fill holes in this slice', ['Alt+K'], (room) => actions.fillHoles(room, 'slice')),
  tool('islands-largest', 'Keep the largest island', ['Shift+K'], actions.keepLargestIsland),
  tool('islands-small', 'Remove small islands', ['Alt+Shift+K'], actions.removeSmallIslands),
  tool('margin-grow', 'Grow by the margin', ['Alt+M'], (room) => actions.applyMargin(room, 'grow')),
  tool('margin-shrink', 'Shrink by the margin', ['Alt+Shift+M'], (room) =>
    actions.applyMargin(room, 'shrink'),
  ),
  tool('margin-hollow', 'Hollow by the margin', ['Alt+Shift+W'], (room) =>
    actions.applyMargin(room, 'hollow'),
  ),
  tool('smooth-now', 'Smooth the structure', ['Alt+Shift+O'], actions.smoothStructures),
  tool('interpolate-all', 'Interpolate all gaps between slices', ['Shift+I'], (room) =>
    actions.interpolateSlices(room),
  ),
  tool('interpolate-here', 'Interpolate the gap at this slice', ['Alt+Shift+I'], (room) =>
    actions.interpolateSlices(room, 'here'),
  ),
  tool('slice-copy', 'Copy the structure in this slice', ['Ctrl+C'], actions.copyThisSlice),
  tool('slice-cut', 'Cut the structure from this slice', ['Ctrl+X'], actions.cutThisSlice),
  tool('slice-paste', 'Paste into this slice', ['Ctrl+V'], actions.pasteIntoSlice),
  tool('slice-from-previous', 'Take the structure from the previous slice', ['<'], (room) =>
    actions.copyFromSlice(room, -1),
  ),
  tool('slice-from-next', 'Take the structure from the next slice', ['>'], (room) =>
    actions.copyFromSlice(room, 1),
  ),
  tool('threshold-apply', 'Threshold to mask', ['Alt+Shift+L'], actions.applyThreshold),
  tool(
    'combine-add',
    'Add the other structure',
    ['Alt+Shift+U'],
    (room) => actions.combineStructures(room, 'add'),
    several,
  ),
  tool(
    'combine-subtract',
    'Subtract the other structure',
    ['Alt+Shift+X'],
    (room) => actions.combineStructures(room, 'subtract'),
    several,
  ),
  tool(
    'combine-intersect',
    'Intersect with the other structure',
    ['Alt+Shift+Y'],
    (room) => actions.combineStructures(room, 'intersect'),
    several,
  ),
  tool(
    'combine-swap',
    'Swap with the other structure',
    ['Alt+Shift+Z'],
    (room) => actions.combineStructures(room, 'swap'),
    several,
  ),
  tool('range-switch', 'Only values in the range, on or off', ['Alt+T'], ({ editor }) => {
    editor.settings.rangeOn = !editor.settings.rangeOn;
  }),
  tool(
    'move-left',
    'Move structure left',
    ['Shift+ArrowLeft'],
    (room) => actions.moveStructure(room, -1, 0),
    moving,
  ),
  tool(
    'move-right',
    'Move structure right',
    ['Shift+ArrowRight'],
    (room) => actions.moveStructure(room, 1, 0),
    moving,
  ),
  tool(
    'move-up',
    'Move structure up',
    ['Shift+ArrowUp'],
    (room) => actions.moveStructure(room, 0, -1),
    moving,
  ),
  tool(
    'move-down',
    'Move structure down',
    ['Shift+ArrowDown'],
    (room) => actions.moveStructure(room, 0, 1),
    moving,
  ),
  tool(
    'move-next',
    'Move structure one slice on',
    ['Shift+PageUp'],
    (room) => actions.moveThroughSlices(room, 1),
    moving,
  ),
  tool(
    'move-previous',
    'Move structure one slice back',
    ['Shift+PageDown'],
    (room) => actions.moveThroughSlices(room, -1),
    moving,
  ),
];
