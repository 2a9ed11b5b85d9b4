// The reading room's commands. Each acts on the room that is open; tools and views know nothing of keys.
import { toasts } from '../ui/toasts.svelte.ts';
import type { Command } from '../app/commands/command.ts';
import { moved } from './display.svelte.ts';
import type { AnyRoom } from './current-room.svelte.ts';
import { command, drawing, step } from './command-kinds.ts';
import { viewCommands } from './view-commands.ts';
import { toolCommands } from './tools/commands.ts';

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
  drawing('Editing', 'brush-shape', 'Round or square brush', ['Alt+B'], ({ editor }) => {
    editor.shape = editor.shape === 'round' ? 'square' : 'round';
  }),
  drawing(
    'Editing',
    'region-anywhere',
    'Draw anywhere',
    ['Alt+W'],
    ({ editor }) => (editor.region = 'anywhere'),
  ),
  drawing(
    'Editing',
    'region-empty',
    'Draw only where it is empty',
    ['Alt+Y'],
    ({ editor }) => (editor.region = 'empty'),
  ),
  drawing(
    'Editing',
    'region-inside',
    'Draw only inside another structure',
    ['Alt+G'],
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
  command('Structures', 'structure-up', 'Move the structure up the list', ['Alt+PageUp'], ({ editor }) => {
    editor.structures = moved(editor.structures, editor.activeLabel, -1);
  }),
  command(
    'Structures',
    'structure-down',
    'Move the structure down the list',
    ['Alt+PageDown'],
    ({ editor }) => {
      editor.structures = moved(editor.structures, editor.activeLabel, 1);
    },
  ),
  command('Structures', 'hide', 'Hide or show the structure', ['Alt+Q'], ({ editor }) => {
    if (editor.active) editor.active.visible = !editor.active.visible;
  }),
  drawing('Structures', 'lock', 'Lock or unlock the structure', ['Alt+L'], ({ editor }) => {
    if (editor.active) editor.active.locked = !editor.active.locked;
  }),
  command('Structures', 'solo', 'Show this structure alone', ['Alt+U'], ({ editor }) => {
    if (editor.active) editor.active.solo = !editor.active.solo;
  }),
];

const read = [
  drawing('Read', 'seal', 'Seal the read…', ['Ctrl+Enter'], (room) => (room.sealing = true), {
    when: (room) => room.read.state === 'draft' && room.presence.lost === null,
  }),
  drawing('Read', 'retry', 'Try again to save', ['Ctrl+S'], ({ journal }) => journal.retry(), {
    when: ({ journal }) => journal.save.kind === 'failed',
  }),
];

export const readingCommands: readonly Command[] = [
  ...toolCommands,
  ...editing,
  ...structures,
  ...viewCommands,
  ...read,
];
