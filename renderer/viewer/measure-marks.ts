// Measurements over the picture: lines, ends and the number beside them.
import { measure, type Annotation, type AnnotationKind } from '../../electron/contract/annotations.ts';
import { patientToVoxel, type Triple } from '../../electron/contract/geometry.ts';
import { decimal, integer } from '../ui/format.ts';
import type { Seat } from './measure-seat.ts';
import { draftStatistics, patientPoints, type Draft, type Measures } from './measures.svelte.ts';
import { pixelRatioOf } from './slice-painter.ts';
import type { VolumeData } from './volume-data.ts';

const COLOUR = '#f0e442';
const POINTED = '#ffffff';

/** What was measured ("45.3 mm", "34.2°", "3.41 cm²") and the values inside ("mean 102 ± 13 HU, n 523", else empty). */
export function annotationParts(
  { kind, value, statistics }: Pick<Annotation, 'kind' | 'value' | 'statistics'>,
  unit: string,
): { size: string; inside: string } {
  if (kind === 'ruler') return { size: `${decimal(value, 1)} mm`, inside: '' };
  if (kind === 'angle') return { size: `${decimal(value, 1)}°`, inside: '' };
  const size = value >= 100 ? `${decimal(value / 100, 2)} cm²` : `${decimal(value, 1)} mm²`;
  if (!statistics || statistics.mean === null) return { size, inside: '' };
  const digits = Math.abs(statistics.mean) < 10 ? 2 : 0;
  const spread = statistics.deviation === null ? '' : ` ± ${decimal(statistics.deviation, digits)}`;
  const mean = `mean ${decimal(statistics.mean, digits)}${spread}${unit && ` ${unit}`}`;
  return { size, inside: `${mean}, n ${integer(statistics.voxels)}` };
}

/** "45.3 mm", "34.2°", "3.41 cm², mean 102 ± 13 HU, n 523". */
export function annotationWords(
  one: Pick<Annotation, 'kind' | 'value' | 'statistics'>,
  unit: string,
): string {
  const { size, inside } = annotationParts(one, unit);
  return inside === '' ? size : `${size}, ${inside}`;
}

/** A view as measurements see it. */
export interface MeasureView {
  /** Whether it shows one that was drawn in this seat, through these voxels. */
  shows: (seat: Pick<Annotation, 'plane' | 'slice'> | Seat, points: readonly Triple[]) => boolean;
  /** From a continuous voxel to CSS pixels. */
  toView: (voxel: Readonly<Triple>) => Point;
}
type Point = { x: number; y: number };

export function paintMeasures(
  screen: HTMLCanvasElement,
  volume: VolumeData,
  { shows, toView }: MeasureView,
  measures: Measures,
): void {
  if (!measures.shown && !measures.draft) return;
  const context = screen.getContext('2d')!;
  const ratio = pixelRatioOf(screen);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.font = '12px system-ui, sans-serif';
  const { grid } = volume;
  for (const one of measures.shown ? measures.list : []) {
    const points = one.points.map((point) => patientToVoxel(grid, point));
    if (!shows(one, points)) continue;
    const words = annotationWords(one, volume.unit);
    paintOne(context, one.kind, points.map(toView), words, measures.pointed === one.id);
  }
  const { draft } = measures;
  if (!draft || !shows(draft.seat, draft.points)) return;
  const points = patientPoints(grid, draft);
  const at = points.map((point) => toView(patientToVoxel(grid, point)));
  paintOne(context, draft.kind, at, draftWords(volume, draft, points), true);
}

function draftWords(volume: VolumeData, draft: Draft, points: Triple[]): string {
  const { kind } = draft;
  if (kind === 'angle' && points.length < 3) return '';
  const value = measure(kind, points);
  if (!Number.isFinite(value)) return '';
  const statistics = kind === 'ellipse' ? draftStatistics(volume, draft) : null;
  return annotationWords({ kind, value, statistics }, volume.unit);
}

/** From an ellipse's middle to the ends of its half axes, and how far it reaches across and down. */
function axesOf([centre, one, other]: readonly Point[]) {
  const [u, v] = [one, other].map(({ x, y }) => ({ x: x - centre.x, y: y - centre.y }));
  return { u, v, reachX: Math.hypot(u.x, v.x), reachY: Math.hypot(u.y, v.y) };
}

function paintOne(
  context: CanvasRenderingContext2D,
  kind: AnnotationKind,
  at: readonly Point[],
  words: string,
  pointed: boolean,
): void {
  context.beginPath();
  if (kind === 'ellipse') {
    const { u, v } = axesOf(at);
    const [rx, ry] = [Math.hypot(u.x, u.y), Math.hypot(v.x, v.y)];
    context.ellipse(at[0].x, at[0].y, rx, ry, Math.atan2(u.y, u.x), 0, 2 * Math.PI);
  } else {
    at.forEach(({ x, y }, n) => (n === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
    const ends = kind === 'ruler' ? at : [at[0], at.at(-1)!];
    for (const { x, y } of ends) {
      context.moveTo(x + 3, y);
      context.arc(x, y, 3, 0, 2 * Math.PI);
    }
  }
  context.lineWidth = 3;
  context.strokeStyle = 'rgb(0 0 0 / 60%)';
  context.stroke();
  context.lineWidth = 1.25;
  context.strokeStyle = pointed ? POINTED : COLOUR;
  context.stroke();
  if (!words) return;
  const place = placeOfWords(kind, at);
  // At the right edge the words step over to the left.
  const wide = context.measureText(words).width;
  const widest = context.canvas.width / pixelRatioOf(context.canvas) - wide - 6;
  if (place.x > widest) place.x = Math.max(6, widest);
  context.lineWidth = 3;
  context.strokeStyle = 'rgb(0 0 0 / 80%)';
  context.lineJoin = 'round';
  context.strokeText(words, place.x, place.y);
  context.fillStyle = pointed ? POINTED : COLOUR;
  context.fillText(words, place.x, place.y);
}

function placeOfWords(kind: AnnotationKind, at: readonly Point[]): Point {
  if (kind === 'ellipse') {
    const { reachX, reachY } = axesOf(at);
    return { x: at[0].x - reachX, y: at[0].y + reachY + 16 };
  }
  return { x: Math.max(...at.map(({ x }) => x)) + 8, y: (kind === 'angle' ? at[1] : at.at(-1)!).y + 4 };
}
