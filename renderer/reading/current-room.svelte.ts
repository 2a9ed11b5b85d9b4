// The reading room that is open, for the commands and the keyboard.
import type { ReadingRoom } from './room.svelte.ts';

class CurrentRoom {
  room = $state.raw<ReadingRoom | null>(null);
}

export const currentRoom = new CurrentRoom();
