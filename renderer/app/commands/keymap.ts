// Which key runs what: the commands' own keys, with a person's changes over them.
import type { Command, CommandContext } from './command.ts';

/** The keys of a command as they are set now. */
export function keysOf(command: Command, changed: Record<string, readonly string[]>): readonly string[] {
  return changed[command.id] ?? command.keys;
}

/** The command that `keys` runs here and now, or null. */
export function commandFor(
  commands: readonly Command[],
  keys: string,
  context: CommandContext,
  changed: Record<string, readonly string[]>,
): Command | null {
  return commands.find((command) => keysOf(command, changed).includes(keys) && command.when(context)) ?? null;
}

/** Commands that would answer to the same key in the same place, as pairs of ids. */
export function conflicts(
  commands: readonly Command[],
  contexts: readonly CommandContext[],
  changed: Record<string, readonly string[]> = {},
): [string, string, string][] {
  const found = new Map<string, [string, string, string]>();
  for (const context of contexts) {
    const taken = new Map<string, string>();
    for (const command of commands) {
      if (!command.when(context)) continue;
      for (const keys of keysOf(command, changed)) {
        const other = taken.get(keys);
        if (other) found.set(`${keys} ${other} ${command.id}`, [keys, other, command.id]);
        else taken.set(keys, command.id);
      }
    }
  }
  return [...found.values()];
}

/** How well `label` answers what was typed: 0 not at all, higher is better. Letters must occur in order. */
export function matchScore(label: string, typed: string): number {
  const text = label.toLowerCase();
  const query = typed.trim().toLowerCase();
  if (query === '') return 1;
  const at = text.indexOf(query);
  if (at === 0) return 100;
  if (at > 0) return text[at - 1] === ' ' ? 80 : 60;
  let from = 0;
  let gaps = 0;
  for (const letter of query) {
    const next = text.indexOf(letter, from);
    if (next < 0) return 0;
    gaps += next - from;
    from = next + 1;
  }
  return Math.max(1, 40 - gaps);
}
