// The key of a command as buttons print it: the one that is set now.
import { keyLabel } from '../keys.ts';
import { settings } from '../settings.svelte.ts';
import { keysOf } from './keymap.ts';
import { commands } from './list.ts';

/** Undefined while the command has no key. */
export function shownKey(id: string): string | undefined {
  const command = commands.find((one) => one.id === id);
  const [keys] = command ? keysOf(command, settings.values.keys) : [];
  return keys === undefined ? undefined : keyLabel(keys);
}
