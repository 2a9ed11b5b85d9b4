// Commands of adjudication: from region to region, from slice to slice, and whose mask is taken over.
import type { Take } from '../../electron/contract/adjudication.ts';
import type { Command } from '../app/commands/command.ts';
import { toasts } from '../ui/toasts.svelte.ts';
import type { Adjudication } from './adjudication.svelte.ts';
import { currentAdjudication } from './current.svelte.ts';

type Extra = Partial<Pick<Command, 'repeats' | 'sheet' | 'keysOnly'>> & {
  when?: (it: Adjudication) => boolean;
};

function command(
  id: string,
  label: string,
  keys: string[],
  run: (it: Adjudication) => unknown,
  { when = () => true, ...extra }: Extra = {},
): Command {
  return {
    id,
    label,
    group: 'Adjudication',
    keys,
    when: () => {
      const { it } = currentAdjudication;
      return it !== null && !it.room.editor.drawing && when(it);
    },
    run: () => currentAdjudication.it && run(currentAdjudication.it),
    ...extra,
  };
}

/** Takes over and says what stood in the way. */
export async function takeFrom(it: Adjudication, source: Take['source']): Promise<void> {
  try {
    const sentence = await it.take(source);
    if (sentence) toasts.show({ tone: 'info', text: sentence });
  } catch (error) {
    toasts.fail(error);
  }
}

const draws = { when: (it: Adjudication) => it.drawing !== null };
const LETTERS = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'];

export const adjudicationCommands: readonly Command[] = [
  command('disagreement-next', 'Next region of disagreement', ['N'], (it) => it.stepRegion(1), {
    repeats: true,
  }),
  command(
    'disagreement-previous',
    'Previous region of disagreement',
    ['Shift+N'],
    (it) => it.stepRegion(-1),
    {
      repeats: true,
    },
  ),
  command('worst-next', 'Next worst slice', ['Alt+N'], (it) => it.stepWorst(1), { repeats: true }),
  command('worst-previous', 'Previous worst slice', ['Alt+Shift+N'], (it) => it.stepWorst(-1), {
    repeats: true,
  }),
  ...LETTERS.map((letter, index) =>
    command(
      `take-${letter.toLowerCase()}`,
      `Take over from ${letter}`,
      [`Alt+Shift+${letter}`],
      (it) => takeFrom(it, it.inputs[index].readId),
      {
        when: (it) => it.drawing !== null && it.inputs.length > index,
        sheet: index === 0 ? { label: 'Take over from a read by its letter', keys: 'Alt+Shift+A … H' } : null,
      },
    ),
  ),
  command('take-vote', 'Take over the majority vote', ['Alt+Shift+V'], (it) => takeFrom(it, 'vote'), draws),
  command('take-staple', 'Take over STAPLE', ['Alt+Shift+S'], (it) => takeFrom(it, 'staple'), draws),
  command('heat', 'Disagreement as heat, on or off', ['Alt+H'], (it) => (it.heat = !it.heat)),
  command(
    'reader-outlines',
    'Outlines of the readers, on or off',
    ['Alt+R'],
    (it) => (it.outlines = !it.outlines),
  ),
  command('reader-names', 'Readers’ names or letters', ['Alt+Shift+T'], (it) => (it.coded = !it.coded)),
];
