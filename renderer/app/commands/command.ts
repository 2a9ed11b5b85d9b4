// A command is data: the palette, the key sheet, tooltips, the keyboard and the tests read one list of them.
import type { Role } from '../../../electron/contract/identity.ts';
import type { AnyRoom } from '../../reading/current-room.svelte.ts';
import type { Route } from '../routes.ts';

export type CommandGroup =
  'Concord' | 'Go to' | 'Worklist' | 'Tools' | 'Editing' | 'View' | 'Structures' | 'Adjudication' | 'Read';

/** What a command may ask before it runs. */
export interface CommandContext {
  route: Route;
  study: string | null;
  role: Role | null;
  /** The open room, for reading or for looking; null elsewhere or while it loads. */
  room: AnyRoom | null;
}

export interface Command {
  id: string;
  label: string;
  group: CommandGroup;
  /** Its own keys; a person may give it others in the settings. */
  keys: readonly string[];
  /** False hides it from the palette and leaves its keys alone. */
  when: (context: CommandContext) => boolean;
  run: (context: CommandContext) => unknown;
  /** For keys that act while held. */
  release?: (context: CommandContext) => void;
  /** Whether holding the key down repeats it. */
  repeats?: boolean;
  /** Not worth a line in the palette (slice by slice). */
  keysOnly?: boolean;
  /** How the key sheet prints it where one line stands for several commands; null leaves it out. */
  sheet?: { label: string; keys: string } | null;
}

export const always = () => true;
