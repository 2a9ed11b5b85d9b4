// Measuring in the views: rulers, angles and ellipses from the first touch to what is kept with the read.
import type { Annotation, AnnotationKind, NewAnnotation } from '../../electron/contract/annotations.ts';
import { patientToVoxel, voxelToPatient, type Grid, type Triple } from '../../electron/contract/geometry.ts';
import { ellipseStatistics } from './ellipse-statistics.ts';
import { PLANE_AXES, type Plane } from './slice-geometry.ts';
import type { VolumeData } from './volume-data.ts';

/** What is drawn and not kept yet; points are continuous voxels. */
export interface Draft {
  kind: AnnotationKind;
  plane: Plane;
  slice: number;
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

  press(at: Triple, plane: Plane, slice: number): void {
    const { tool, draft } = this;
    if (!tool) return;
    // An angle whose first leg stands gets its second.
    if (draft?.kind === 'angle' && draft.points.length === 3 && draft.plane === plane) {
      this.draft = { ...draft, points: [draft.points[0], draft.points[1], at] };
      return;
    }
    this.draft = { kind: tool, plane, slice, points: [at, at] };
  }

  /** The pointer moved with or without its button. */
  move(at: Triple, held: boolean): void {
    const { draft } = this;
    if (!draft) return;
    if (draft.points.length === 3) this.draft = { ...draft, points: [draft.points[0], draft.points[1], at] };
    else if (held) this.draft = { ...draft, points: [draft.points[0], at] };
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
    const { kind, plane, slice } = draft;
    if (kind === 'ruler') this.keep?.({ kind, plane, slice, points: [points[0], points[1]] });
    else if (kind === 'angle') this.keep?.({ kind, plane, slice, points: [points[0], points[1], points[2]] });
    else {
      const { centre, halfA, halfD } = ellipseOf(draft);
      const statistics = ellipseStatistics(this.volume, plane, slice, centre, halfA, halfD);
      if (Math.min(halfA, halfD) < CLICK / 2) return;
      this.keep?.({ kind, plane, slice, points: [points[0], points[1], points[2]], statistics });
    }
  }
}

function distance(a: Triple, b: Triple): number {
  return Math.hypot(...a.map((v, axis) => v - b[axis]));
}

/** An ellipse is drawn from corner to corner of the box around it. */
export function ellipseOf({ plane, points }: Draft): { centre: Triple; halfA: number; halfD: number } {
  const { across, down } = PLANE_AXES[plane];
  const [a, b] = points;
  return {
    centre: a.map((v, axis) => (v + b[axis]) / 2) as Triple,
    halfA: Math.abs(a[across] - b[across]) / 2,
    halfD: Math.abs(a[down] - b[down]) / 2,
  };
}

/** As they are kept, LPS mm: an ellipse as its centre and the ends of its half axes. */
export function patientPoints(grid: Grid, draft: Draft): Triple[] {
  if (draft.kind !== 'ellipse') return draft.points.map((point) => voxelToPatient(grid, point));
  const { centre, halfA, halfD } = ellipseOf(draft);
  const { across, down } = PLANE_AXES[draft.plane];
  const beside: Triple = [...centre];
  beside[across] += halfA;
  const below: Triple = [...centre];
  below[down] += halfD;
  return [centre, beside, below].map((point) => voxelToPatient(grid, point));
}

/** The middle of a kept measurement as a voxel: where to look for it. */
export function placeOf(grid: Grid, { kind, points }: Annotation): Triple {
  if (kind !== 'ruler') return patientToVoxel(grid, kind === 'angle' ? points[1] : points[0]);
  const middle = points[0].map((v, axis) => (v + points[1][axis]) / 2) as Triple;
  return patientToVoxel(grid, middle);
}
