// What a model was made for, as a choice of one, and what a name hints at.
import { SequenceSchema, sequenceIn } from '../../../electron/contract/sequence.ts';
import type { AddModel } from '../../../electron/contract/models.ts';

export const MADE_FOR = [
  { value: '', label: 'As the model says' },
  { value: 'CT', label: 'CT' },
  { value: 'MR', label: 'MR, any sequence' },
  ...SequenceSchema.options.map((sequence) => ({ value: sequence, label: `MR ${sequence}` })),
];

/** The choice as the backend takes it. */
export function madeFor(choice: string): Omit<AddModel, 'path'> {
  if (choice === 'CT' || choice === 'MR') return { modality: choice };
  const sequence = SequenceSchema.safeParse(choice);
  return sequence.success ? { modality: 'MR', sequence: sequence.data } : {};
}

/** What a folder's or zip's name speaks of; the person sees it and may choose otherwise. */
export function hintIn(name: string): string {
  return sequenceIn(name) ?? '';
}
