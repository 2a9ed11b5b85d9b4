// The page's keyboard: every key press finds its command in the one list.
import { settings } from './settings.svelte.ts';
import type { Command, CommandContext } from './commands/command.ts';
import { commands } from './commands/list.ts';
import { commandFor } from './commands/keymap.ts';
import { isTyping, keyText } from './keys.ts';
import { overlays } from './overlays.svelte.ts';
import { router } from './router.svelte.ts';
import { studyOf } from './routes.ts';
import { session } from './session.svelte.ts';
import { currentRoom } from '../reading/current-room.svelte.ts';
import { toasts } from '../ui/toasts.svelte.ts';

/** Where the page is, for commands to ask. */
export function commandContext(): CommandContext {
  return {
    route: router.route,
    study: studyOf(router.route),
    role: session.you?.role ?? null,
    room: currentRoom.room,
  };
}

/** Runs a command; what it throws becomes a message, not silence. */
export function run(command: Command): void {
  try {
    Promise.resolve(command.run(commandContext())).catch((error: unknown) => toasts.fail(error));
  } catch (error) {
    toasts.fail(error);
  }
}

/** Listens on the window until the returned function is called. */
export function startKeyboard(): () => void {
  const held = new Map<string, Command>();

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return;
    const keys = keyText(event);
    if (isTyping(event.target, keys)) return;
    const command = commandFor(commands, keys, commandContext(), settings.values.keys);
    if (!command) return;
    // A dialog keeps the keyboard to itself, apart from the keys that open and close what lies over the page.
    const modal = document.querySelector('dialog[open]');
    if (modal && command.id !== 'palette' && command.id !== 'key-sheet') return;
    if (modal && overlays.open === null) return;
    event.preventDefault();
    if (event.repeat && !command.repeats) return;
    if (command.release) held.set(event.code, command);
    run(command);
  };
  const releaseAll = () => {
    for (const command of held.values()) command.release?.(commandContext());
    held.clear();
  };
  const onKeyUp = (event: KeyboardEvent) => {
    held.get(event.code)?.release?.(commandContext());
    held.delete(event.code);
  };

  addEventListener('keydown', onKeyDown);
  addEventListener('keyup', onKeyUp);
  addEventListener('blur', releaseAll);
  return () => {
    removeEventListener('keydown', onKeyDown);
    removeEventListener('keyup', onKeyUp);
    removeEventListener('blur', releaseAll);
  };
}
