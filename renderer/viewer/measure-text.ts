// Measurements as words: their names, and as text for a letter or a table.
import type { Annotation, AnnotationKind, NewAnnotation } from '../../electron/contract/annotations.ts';
import { annotationWords } from './measure-marks.ts';

const NAMES = { ruler: 'Length', angle: 'Angle', ellipse: 'Ellipse' };
export const measureName = (kind: AnnotationKind): string => NAMES[kind];

/** A line each: what, how much, where; tabs between them, so that a spreadsheet takes them as columns. */
export function measuresText(list: readonly Annotation[], unit: string): string {
  return list
    .map((one) =>
      [measureName(one.kind), annotationWords(one, unit), `${one.plane} slice ${one.slice + 1}`].join('\t'),
    )
    .join('\n');
}

/** The same once more, as it would be drawn; null where the points are not those of its kind. */
export function drawnAgain({ kind, plane, slice, points, statistics }: Annotation): NewAnnotation | null {
  const [first, second, third] = points;
  if (kind === 'ruler') return { kind, plane, slice, points: [first, second] };
  if (points.length < 3) return null;
  if (kind === 'angle') return { kind, plane, slice, points: [first, second, third] };
  return statistics && { kind, plane, slice, points: [first, second, third], statistics };
}
