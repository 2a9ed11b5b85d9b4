// Measuring in the views: rulers, angles and ellipses from the first touch to what is kept with the read.
import type { Annotation, AnnotationKind, NewAnnotation } from '../../electron/contract/annotations.ts';
import { patientToVoxel, voxelToPatient, type Grid, type Triple } from '../../electron/contract/geometry.ts';
import { planeOffset } from '../editing/drawing-plane.ts';
import { ellipseStatistics } from './ellipse-statistics.ts';
import { planeOf, sameSeat, seatFields, type Seat } from './measure-seat.ts';
import type { VolumeData } from './volume-data.ts';

/** What is drawn and not kept yet; points are continuous voxels. */
export interface Draft {
  kind: AnnotationKind;
  seat: Seat;
  points: Triple[];
}

/** Nearer than this is a click and not a drag, voxels. */
const CLICK = 0.75;

export class Measures {
  tool = $state<AnnotationKind | null>(null);
  draft = $state.raw<Draft | null>(null);
  list = $state.raw<readonly Annotation[]>([]);
  shown = $state(true);
  /** The one under the pointer in the list. */
  pointed = $state<string | null>(null);
  /** Keeps what was drawn; null where nothing can be kept (sealed reads). */
  keep: ((drawn: NewAnnotation) => void) | null = null;
  private readonly volume: VolumeData;
  private readonly grid: Grid;

  constructor(volume: VolumeData) {
    this.volume = volume;
    this.grid = volume.grid;
  }

  choose(tool: AnnotationKind | null): void {
    this.draft = null;
    this.tool = this.tool === tool ? null : tool;
  }
  /** True when there was something to take back. */
  cancel(): boolean {
    if (!this.draft) return false;
    this.draft = null;
    return true;
  }

  press(at: Triple, seat: Seat): void {
    const { tool, draft } = this;
    if (!tool) return;
    // An angle whose first leg stands gets its second.
    if (draft?.kind === 'angle' && draft.points.length === 3 && this.isHere(draft, at, seat)) {
      this.draft = { ...draft, points: [draft.points[0], draft.points[1], at] };
      return;
    }
    this.draft = { kind: tool, seat, points: [at, at] };
  }

  /** The pointer moved with or without its button. */
  move(at: Triple, seat: Seat, held: boolean): void {
    const { draft } = this;
    if (!draft || !this.isHere(draft, at, seat)) return;
    if (draft.points.length === 3) this.draft = { ...draft, points: [draft.points[0], draft.points[1], at] };
    else if (held) this.draft = { ...draft, points: [draft.points[0], at] };
  }
  private isHere(draft: Draft, at: Triple, seat: Seat): boolean {
    return sameSeat(this.grid, draft.seat, seat, draft.points[0], at);
  }

  release(): void {
    const { draft } = this;
    if (!draft) return;
    const [first, second] = draft.points;
    if (distance(first, second) < CLICK) {
      this.draft = null;
      return;
    }
    if (draft.kind !== 'angle') {
      this.finish(draft);
    } else if (draft.points.length === 2) {
      this.draft = { ...draft, points: [first, second, second] };
    } else if (distance(second, draft.points[2]) >= CLICK) {
      this.finish(draft);
    }
  }

  private finish(draft: Draft): void {
    this.draft = null;
    const points = patientPoints(this.grid, draft);
    const { kind } = draft;
    const seat = seatFields(draft.seat);
    if (kind === 'ruler') this.keep?.({ kind, ...seat, points: [points[0], points[1]] });
    else if (kind === 'angle') this.keep?.({ kind, ...seat, points: [points[0], points[1], points[2]] });
    else {
      const { halfRight, halfDown } = ellipseOf(this.grid, draft);
      if (Math.min(halfRight, halfDown) < (CLICK / 2) * Math.min(...this.grid.spacing)) return;
      const statistics = draftStatistics(this.volume, draft);
      this.keep?.({ kind, ...seat, points: [points[0], points[1], points[2]], statistics });
    }
  }
}

function distance(a: Triple, b: Triple): number {
  return Math.hypot(...a.map((v, axis) => v - b[axis]));
}

/** An ellipse is drawn from corner to corner of the box around it: its middle (voxel) and half axes, mm. */
function ellipseOf(grid: Grid, { seat, points }: Draft) {
  const [a, b] = points;
  const { x, y } = planeOffset(grid, planeOf(seat), a, b);
  return {
    centre: a.map((v, axis) => (v + b[axis]) / 2) as Triple,
    halfRight: Math.abs(x) / 2,
    halfDown: Math.abs(y) / 2,
  };
}

/** The values inside an ellipse that is being drawn. */
export function draftStatistics(volume: VolumeData, draft: Draft) {
  const { centre, halfRight, halfDown } = ellipseOf(volume.grid, draft);
  return ellipseStatistics(volume, planeOf(draft.seat), centre, halfRight, halfDown);
}

/** As they are kept, LPS mm: an ellipse as its centre and the ends of its half axes. */
export function patientPoints(grid: Grid, draft: Draft): Triple[] {
  if (draft.kind !== 'ellipse') return draft.points.map((point) => voxelToPatient(grid, point));
  const { centre, halfRight, halfDown } = ellipseOf(grid, draft);
  const { right, down } = planeOf(draft.seat);
  const along = (way: Readonly<Triple>, mm: number) =>
    centre.map((v, axis) => v + (way[axis] * mm) / grid.spacing[axis]) as Triple;
  return [centre, along(right, halfRight), along(down, halfDown)].map((point) => voxelToPatient(grid, point));
}

/** The middle of a kept measurement as a continuous voxel: where to look for it. */
export function placeOf(grid: Grid, { kind, points }: Pick<Annotation, 'kind' | 'points'>): Triple {
  if (kind !== 'ruler') return patientToVoxel(grid, kind === 'angle' ? points[1] : points[0]);
  const middle = points[0].map((v, axis) => (v + points[1][axis]) / 2) as Triple;
  return patientToVoxel(grid, middle);
}
