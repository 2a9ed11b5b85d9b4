// Which MR sequence words speak of: names of channels, series, protocols and files.
import * as z from 'zod';

export const SequenceSchema = z.enum(['T1', 'T2', 'FLAIR', 'DWI', 'ADC', 'PD']);
export type Sequence = z.infer<typeof SequenceSchema>;

/** Words that stand alone or lead one: `T1W`, `t2_haste`, `eT1`; and none inside another or a made-up id, such as `att1c` and `7f1adc5`. */
const SIGNS: [Sequence, RegExp][] = [
  ['FLAIR', /flair|tirm[_ -]?dark/i],
  ['ADC', /(?<![a-z0-9])adc(?![a-z0-9])/i],
  ['DWI', /(?<![a-z])dwi(?![a-z])|diffusion|ep2d[_ -]?diff/i],
  ['T1', /(?<![a-z0-9])e?t1(?!\d)/i],
  ['T2', /(?<![a-z0-9])e?t2(?!\d)/i],
  ['PD', /(?<![a-z0-9])pdw?(?![a-z0-9])/i],
];

/** The one sequence that `words` name; null for none, or for several (FLAIR, ADC and diffusion outweigh their weighting). */
export function sequenceIn(words: string): Sequence | null {
  const found = SIGNS.filter(([, sign]) => sign.test(words)).map(([sequence]) => sequence);
  const [first] = found;
  if (first === 'FLAIR' || first === 'ADC' || first === 'DWI') return first;
  return found.length === 1 ? first : null;
}
