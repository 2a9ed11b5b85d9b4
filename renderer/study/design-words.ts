// The design in words, the same on the designer and on the protocol page.
import type { Design } from '../../electron/contract/design.ts';
import { armWords } from './words.ts';

export function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}

export function readingWords(design: Design): string {
  if (design.reading === 'balanced') {
    return `Each case by ${design.readersPerCase ?? 2} readers, pairs of readers meeting equally often`;
  }
  if (design.reading === 'split-plot')
    return `${design.groups ?? 2} groups of readers, each with its own cases`;
  return 'Every reader reads every case';
}

export function armsWords(design: Design): string {
  const arms = design.arms.map(armWords).join(' / ');
  if (design.armsBy === 'round') return 'As each round says';
  if (design.armsBy === 'case') return `${arms}, drawn for each case`;
  if (design.armsBy === 'reader') return `${arms}, drawn for each reader`;
  return `${arms}, every case in each of them, in counterbalanced order`;
}

interface Asked {
  scale: 'nominal' | 'ordinal' | 'interval';
  levels?: string[];
  minimum?: number | null;
  maximum?: number | null;
  unit?: string | null;
  scope: 'case' | 'structure';
  required: boolean;
  moment: 'before' | 'after';
}

export function questionWords(question: Asked): string {
  const range = [question.minimum, question.maximum].map((value) => value ?? '…').join(' to ');
  const answers =
    question.scale === 'interval'
      ? `number, ${range}${question.unit ? ` ${question.unit}` : ''}`
      : (question.levels ?? []).join(' · ');
  const scope = question.scope === 'structure' ? 'each structure' : 'the case';
  const need = question.required ? 'required' : 'optional';
  return `${question.scale}: ${answers}; of ${scope}, ${question.moment} the mask, ${need}`;
}
