import type { Command } from '../app/commands/command.ts';
export const readingCommands: readonly Command[] = [];
