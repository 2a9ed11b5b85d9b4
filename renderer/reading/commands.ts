// The reading room's commands. Each acts on the room that is open; tools and views know nothing of keys.
import { chooseLayout, LAYOUTS } from './view-layout.ts';
import { CT_WINDOWS } from '../viewer/windows.ts';
import { toasts } from '../ui/toasts.svelte.ts';
import type { Command, CommandContext, CommandGroup } from '../app/commands/command.ts';
import { moved } from './display.svelte.ts';
import { roomLayout } from './layout.svelte.ts';
import type { AnyRoom } from './current-room.svelte.ts';
import type { ReadingRoom } from './room.svelte.ts';
import { toolCommands } from './tools/commands.ts';

interface Extra<Room> {
  when?: (room: Room) => boolean;
  release?: (room: Room) => unknown;
  repeats?: boolean;
  keysOnly?: boolean;
  sheet?: Command['sheet'];
}

/** All else waits for the hand: moving the picture under a stroke, say, would tear it over two slices. */
const DURING_A_STROKE = new Set([
  'cancel-stroke',
  'undo',
  'redo',
  'overlay',
  'outline',
  'brush-smaller',
  'brush-larger',
]);

/** A command of every room: views and what is shown. */
function command(
  group: CommandGroup,
  id: string,
  label: string,
  keys: string[],
  run: (room: AnyRoom) => unknown,
  { when = () => true, release, ...extra }: Extra<AnyRoom> = {},
): Command {
  return {
    id,
    label,
    group,
    keys,
    when: ({ room }: CommandContext) =>
      room !== null && (!room.editor.drawing || DURING_A_STROKE.has(id)) && when(room),
    run: ({ room }) => run(room!),
    ...(release ? { release: ({ room }: CommandContext) => void (room && release(room)) } : {}),
    ...extra,
  };
}

const isReading = (room: AnyRoom): room is ReadingRoom => room.kind === 'reading';

/** A command of the room in which something can be drawn. */
function drawing(
  group: CommandGroup,
  id: string,
  label: string,
  keys: string[],
  run: (room: ReadingRoom) => unknown,
  { when = () => true, ...extra }: Omit<Extra<ReadingRoom>, 'release'> = {},
): Command {
  return command(group, id, label, keys, (room) => isReading(room) && run(room), {
    when: (room) => isReading(room) && when(room),
    ...extra,
  });
}

const step = { repeats: true, keysOnly: true };
const isCt = (room: AnyRoom) => room.picture.data.modality === 'CT';

async function toPiece(room: AnyRoom, step: 1 | -1): Promise<void> {
  const piece = await room.pieces.step(room.editor.activeLabel, step);
  if (piece) room.view.moveTo(piece.centre);
}
/** Axial slices only: the figures are counted along the patient. */
function toDrawnSlice({ figures, editor, view }: AnyRoom, step: 1 | -1): void {
  const next = figures.nextSlice(editor.activeLabel, view.sliceOf('axial'), step);
  if (next !== null) view.setSlice('axial', next);
}

const editing = [
  drawing('Editing', 'brush-smaller', 'Smaller brush', ['['], ({ editor }) => editor.shrink(), {
    repeats: true,
  }),
  drawing('Editing', 'brush-larger', 'Larger brush', [']'], ({ editor }) => editor.grow(), { repeats: true }),
  drawing('Editing', 'brush-reach', 'Brush in this slice or as a sphere', ['S'], ({ editor }) => {
    editor.mode = editor.mode === '2D' ? 'sphere' : '2D';
  }),
  drawing('Editing', 'brush-shape', 'Round or square brush', [], ({ editor }) => {
    editor.shape = editor.shape === 'round' ? 'square' : 'round';
  }),
  drawing('Editing', 'region-anywhere', 'Draw anywhere', [], ({ editor }) => (editor.region = 'anywhere')),
  drawing(
    'Editing',
    'region-empty',
    'Draw only where it is empty',
    [],
    ({ editor }) => (editor.region = 'empty'),
  ),
  drawing(
    'Editing',
    'region-inside',
    'Draw only inside another structure',
    [],
    ({ editor }) => (editor.region = 'inside'),
    {
      when: ({ editor }) => editor.structures.length > 1,
    },
  ),
  drawing('Editing', 'undo', 'Undo', ['Ctrl+Z'], ({ journal }) => journal.undo(), {
    when: ({ journal }) => journal.canUndo,
    repeats: true,
  }),
  drawing('Editing', 'redo', 'Redo', ['Ctrl+Shift+Z', 'Ctrl+Y'], ({ journal }) => journal.redo(), {
    when: ({ journal }) => journal.canRedo,
    repeats: true,
  }),
  drawing(
    'Editing',
    'cancel-stroke',
    'Take back what is under way',
    ['Escape'],
    ({ editor }) => editor.cancel(),
    {
      when: ({ editor }) => editor.drawing || editor.underWay,
      keysOnly: true,
    },
  ),
];

const structures = [
  ...Array.from({ length: 9 }, (_, index) =>
    command(
      'Structures',
      `structure-${index + 1}`,
      `Structure ${index + 1}`,
      [String(index + 1)],
      ({ editor }) => editor.chooseNumber(index + 1),
      {
        when: ({ editor }) => editor.structures.length > index,
        keysOnly: true,
        sheet: index === 0 ? { label: 'Structure by its number', keys: '1 … 9' } : null,
      },
    ),
  ),
  command('Structures', 'next-structure', 'Next structure', ['Tab'], ({ editor }) => editor.nextStructure(1)),
  command('Structures', 'previous-structure', 'Previous structure', ['Shift+Tab'], ({ editor }) =>
    editor.nextStructure(-1),
  ),
  command('Structures', 'jump', 'Go to the structure’s centre', ['J'], (room) => {
    const active = room.editor.active;
    if (active && !room.jumpTo(active.label)) {
      toasts.show({ tone: 'info', text: `Nothing of ${active.name} is drawn yet.` });
    }
  }),
  command('Structures', 'next-piece', 'Next piece of the structure', ['U'], (room) => toPiece(room, 1), {
    when: ({ editor }) => (editor.active?.voxels ?? 0) > 0,
  }),
  command(
    'Structures',
    'previous-piece',
    'Previous piece of the structure',
    ['Shift+U'],
    (room) => toPiece(room, -1),
    { when: ({ editor }) => (editor.active?.voxels ?? 0) > 0 },
  ),
  command(
    'Structures',
    'next-drawn-slice',
    'Next slice with the structure',
    ['Shift+D'],
    (room) => toDrawnSlice(room, 1),
    step,
  ),
  command(
    'Structures',
    'previous-drawn-slice',
    'Previous slice with the structure',
    ['Shift+A'],
    (room) => toDrawnSlice(room, -1),
    step,
  ),
  command('Structures', 'structure-up', 'Move the structure up the list', [], ({ editor }) => {
    editor.structures = moved(editor.structures, editor.activeLabel, -1);
  }),
  command('Structures', 'structure-down', 'Move the structure down the list', [], ({ editor }) => {
    editor.structures = moved(editor.structures, editor.activeLabel, 1);
  }),
  command('Structures', 'hide', 'Hide or show the structure', [], ({ editor }) => {
    if (editor.active) editor.active.visible = !editor.active.visible;
  }),
  drawing('Structures', 'lock', 'Lock or unlock the structure', [], ({ editor }) => {
    if (editor.active) editor.active.locked = !editor.active.locked;
  }),
  command('Structures', 'solo', 'Show this structure alone', [], ({ editor }) => {
    if (editor.active) editor.active.solo = !editor.active.solo;
  }),
];

const views = [
  command('View', 'overlay', 'Mask off while held', ['Q'], ({ view }) => (view.overlay = false), {
    release: ({ view }) => (view.overlay = true),
    keysOnly: true,
  }),
  command('View', 'outline', 'Outline on or off', ['W'], ({ view }) => (view.outline = !view.outline)),
  command(
    'View',
    'crosshair',
    'Crosshair on or off',
    ['X'],
    ({ view }) => (view.crosshairShown = !view.crosshairShown),
  ),
  command(
    'View',
    'slice-previous',
    'Previous slice',
    ['A', 'PageDown'],
    ({ view }) => view.scroll(view.active, -1),
    step,
  ),
  command(
    'View',
    'slice-next',
    'Next slice',
    ['D', 'PageUp'],
    ({ view }) => view.scroll(view.active, 1),
    step,
  ),
  command('View', 'crosshair-left', 'Crosshair left', ['ArrowLeft'], ({ view }) => view.nudge(-1, 0), step),
  command('View', 'crosshair-right', 'Crosshair right', ['ArrowRight'], ({ view }) => view.nudge(1, 0), step),
  command('View', 'crosshair-up', 'Crosshair up', ['ArrowUp'], ({ view }) => view.nudge(0, -1), step),
  command('View', 'crosshair-down', 'Crosshair down', ['ArrowDown'], ({ view }) => view.nudge(0, 1), step),
  command('View', 'reset-views', 'Fit the picture', ['0'], ({ view }) => view.resetViews()),
  command('View', 'maximise', 'Active view large, and back', ['Enter'], ({ view }) => {
    if (view.layout === 'one' && view.main === view.active) view.layout = 'one-and-three';
    else chooseLayout(view, 'one');
  }),
  command('View', 'layout-next', 'Next layout of the views', ['Y'], ({ view }) => {
    chooseLayout(view, LAYOUTS[(LAYOUTS.indexOf(view.layout) + 1) % LAYOUTS.length]);
  }),
  command('View', 'smooth', 'Smooth or exact pixels', [], ({ view }) => (view.smooth = !view.smooth)),
  command('View', 'window-reset', 'Window that suits the picture', ['Alt+0'], ({ view }) =>
    view.resetWindow(),
  ),
  ...CT_WINDOWS.map(({ id, name, width, level }, index) =>
    command(
      'View',
      `window-${id}`,
      `Window: ${name.toLowerCase()}`,
      [`Alt+${index + 1}`],
      ({ view }) => {
        view.setWindow(width, level);
      },
      { when: isCt },
    ),
  ),
  command('View', 'left-rail', 'Show or hide the tools', [','], () => roomLayout.toggleLeft()),
  drawing('View', 'right-rail', 'Show or hide AI and history', ['.'], () => roomLayout.toggleRight()),
];

const read = [
  drawing('Read', 'seal', 'Seal the read…', ['Ctrl+Enter'], (room) => (room.sealing = true), {
    when: (room) => room.read.state === 'draft' && room.presence.lost === null,
  }),
  drawing('Read', 'retry', 'Try again to save', [], ({ journal }) => journal.retry(), {
    when: ({ journal }) => journal.save.kind === 'failed',
  }),
];

export const readingCommands: readonly Command[] = [...toolCommands, ...editing, ...structures, ...views, ...read];
