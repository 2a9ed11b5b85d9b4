// The one list of commands. First match wins where two share a key in different places.
import type { Command } from './command.ts';
import { generalCommands } from './general.ts';
import { adjudicationCommands } from '../../adjudication/commands.ts';
import { readingCommands } from '../../reading/commands.ts';

export const commands: readonly Command[] = [...adjudicationCommands, ...readingCommands, ...generalCommands];
