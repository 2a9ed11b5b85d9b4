// The room that is open, for the commands and the keyboard.
import type { LookingRoom } from './looking-room.svelte.ts';
import type { ReadingRoom } from './room.svelte.ts';

export type AnyRoom = ReadingRoom | LookingRoom;

class CurrentRoom {
  room = $state.raw<AnyRoom | null>(null);
}

export const currentRoom = new CurrentRoom();
