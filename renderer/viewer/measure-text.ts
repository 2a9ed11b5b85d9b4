// Measurements as words: their names, and as text for a letter or a table.
import type { Annotation, AnnotationKind, NewAnnotation } from '../../electron/contract/annotations.ts';
import { decimal } from '../ui/format.ts';
import { annotationWords } from './measure-marks.ts';

const NAMES = { ruler: 'Length', angle: 'Angle', ellipse: 'Ellipse' };
export const measureName = (kind: AnnotationKind): string => NAMES[kind];

/** "axial slice 12", "oblique 20° / −5° from axial". */
export function whereWords({ plane, slice, oblique }: Annotation): string {
  if (!oblique) return `${plane} slice ${slice! + 1}`;
  const angle = (degrees: number) => `${decimal(degrees, 0)}°`;
  return `oblique ${angle(oblique.turn)} / ${angle(oblique.tilt)} from ${oblique.from}`;
}

/** A line each: what, how much, where; tabs between them, so that a spreadsheet takes them as columns. */
export function measuresText(list: readonly Annotation[], unit: string): string {
  return list
    .map((one) => [measureName(one.kind), annotationWords(one, unit), whereWords(one)].join('\t'))
    .join('\n');
}

/** The same once more, as it would be drawn; null where the points are not those of its kind. */
export function drawnAgain({
  kind,
  plane,
  slice,
  oblique,
  points,
  statistics,
}: Annotation): NewAnnotation | null {
  const [first, second, third] = points;
  const seat = { plane, slice, oblique };
  if (kind === 'ruler') return { kind, ...seat, points: [first, second] };
  if (points.length < 3) return null;
  if (kind === 'angle') return { kind, ...seat, points: [first, second, third] };
  return statistics && { kind, ...seat, points: [first, second, third], statistics };
}
