// How the reading room's commands are made: they act on the open room, and wait while a stroke is under way.
import type { Command, CommandContext, CommandGroup } from '../app/commands/command.ts';
import type { AnyRoom } from './current-room.svelte.ts';
import type { ReadingRoom } from './room.svelte.ts';

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
export function command(
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
export function drawing(
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

/** Slice by slice: held keys repeat, and the palette leaves them out. */
export const step = { repeats: true, keysOnly: true };
