// Numbers, counts and dates as a paper prints them.
import type { FigureKey } from '../figures.ts';

export const UNDEFINED = '–';

/** Fixed decimals with a true minus sign; "–" for an undefined value. */
export function fixed(value: number | null, decimals: number): string {
  if (value === null) return UNDEFINED;
  const text = value.toFixed(decimals);
  // −0.00 is 0.00.
  return Number(text) === 0 ? text.replace('-', '') : text.replace('-', '−');
}

/** Decimals that suit a figure: three for shares, two for lengths and volumes. */
export function decimalsOf(key: FigureKey): number {
  return key.endsWith('Mm') || key.endsWith('Ml') ? 2 : 3;
}

/** A figure in its usual decimals. */
export function figureText(key: FigureKey, value: number | null): string {
  return fixed(value, decimalsOf(key));
}

/** "low to high", or "–". */
export function intervalText(key: FigureKey, interval: readonly [number, number] | null): string {
  if (interval === null) return UNDEFINED;
  return `${figureText(key, interval[0])} to ${figureText(key, interval[1])}`;
}

/** "1 case", "3 cases". */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en-GB')} ${n === 1 ? one : many}`;
}

const WORDS = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine', 'Ten'];

/** The same at the beginning of a sentence: "Three cases", "14 cases". */
export function countedAtStart(n: number, one: string, many = `${one}s`): string {
  return n < WORDS.length ? `${WORDS[n]} ${n === 1 ? one : many}` : counted(n, one, many);
}

/** "A", "A and B", "A, B and C". */
export function listed(items: readonly string[]): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items[items.length - 1]}`;
}

/** "23 November 2026, 08:15 UTC". */
export function dateText(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  const day = date.toLocaleDateString('en-GB', {
    timeZone: 'UTC',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  });
  return `${day}, ${date.toISOString().slice(11, 16)} UTC`;
}
