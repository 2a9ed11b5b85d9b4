// The pointer over one planar view: which gesture is under way, and what each move of it does.
import type { Triple } from '../../electron/contract/geometry.ts';
import type { Seat } from './measure-seat.ts';
import { place, PLANE_AXES, viewToVoxel, voxelToView, type Placement, type Plane } from './slice-geometry.ts';
import { timed } from './timings.ts';
import { drawOn, followPen, HOLDS_STROKE, isMain, resizeBrush } from './pen.ts';
import type { TwoFingerStep } from './two-fingers.ts';
import { ViewHand, type ViewHandNeeds } from './view-hand.ts';
import { WheelSteps, zoomFactor } from './wheel.ts';

type Point = { x: number; y: number };
type Drag =
  | { kind: 'draw'; pointer: number }
  | { kind: 'measure'; pointer: number }
  | { kind: 'navigate'; pointer: number }
  | { kind: 'pan' | 'window'; pointer: number; x: number; y: number };

/** Which of a pointer event's `buttons` holds a drag up; −1: any. */
const HOLDS = { draw: HOLDS_STROKE, measure: 1, navigate: 1, pan: -1, window: -1 };

export interface HandNeeds extends ViewHandNeeds {
  plane: Plane;
  /** As the view is laid out right now, CSS pixels. */
  placement: () => Placement;
  size: () => { width: number; height: number };
}

export class Hand extends ViewHand<Drag> {
  private readonly needs: HandNeeds;
  private readonly sliceWheel = new WheelSteps();
  private readonly sizeWheel = new WheelSteps();

  constructor(needs: HandNeeds) {
    super(needs, needs.plane);
    this.needs = needs;
  }

  protected override pointIn(event: MouseEvent): Point {
    const box = this.needs.host.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }
  private voxelAt(point: Point): Triple {
    const { view, plane, placement } = this.needs;
    return viewToVoxel(view.grid, plane, placement(), view.sliceOf(plane), point);
  }
  private get seat(): Seat {
    const { view, plane } = this.needs;
    return { plane, slice: view.sliceOf(plane) };
  }
  private set pointer(voxel: Triple | null) {
    const { view, plane } = this.needs;
    if (voxel) view.pointer = { plane, voxel };
    else if (view.pointer?.plane === plane) view.pointer = null;
  }
  protected override onPair(step: TwoFingerStep): void {
    const { view, plane } = this.needs;
    if (step.kind === 'slices') {
      view.scroll(plane, -step.steps);
      return;
    }
    this.moveBy('pan', step.dx, step.dy);
    if (step.factor !== 1) this.zoomAbout(step.centre, step.factor);
  }

  readonly down = (event: PointerEvent): void => {
    const { view, editor, plane, host } = this.needs;
    host.focus({ preventScroll: true });
    view.active = plane;
    event.preventDefault();
    if (this.twoFingers(event)) return;
    // A second button does not take over from the first.
    if (this.drag) return;
    followPen(event, editor, view);
    const { clientX: x, clientY: y, pointerId: pointer } = event;
    const voxel = this.voxelAt(this.pointIn(event));
    this.pointer = voxel;
    const main = isMain(event);
    // Where a pen draws, a finger (or the palm beside the pen) only moves the picture.
    const finger = event.pointerType === 'touch' && view.penSeen;
    if (event.button === 1 || (main && (this.spaceHeld || finger))) {
      this.drag = { kind: 'pan', pointer, x, y };
    } else if (event.button === 2) {
      this.drag = { kind: 'window', pointer, x, y };
    } else if (main && view.measures.tool && !event.ctrlKey && !event.metaKey) {
      this.drag = { kind: 'measure', pointer };
      view.measures.press(voxel, this.seat);
    } else if (main) {
      if (editor.hand === 'crosshair' || event.ctrlKey || event.metaKey) {
        this.drag = { kind: 'navigate', pointer };
        view.moveTo(voxel);
      } else {
        const reason = timed('stroke', () =>
          editor.begin(voxel, PLANE_AXES[plane].through, 1 / this.needs.placement().pixelA),
        );
        if (reason) this.needs.onnotice(reason);
        else this.drag = { kind: 'draw', pointer };
      }
    }
    if (this.drag) host.setPointerCapture(pointer);
  };

  readonly move = (event: PointerEvent): void => {
    const { view, editor, plane } = this.needs;
    if (this.pair) {
      this.movePair(event);
      return;
    }
    followPen(event, editor, view);
    const box = this.needs.host.getBoundingClientRect();
    const at = (sample: PointerEvent) =>
      this.voxelAt({ x: sample.clientX - box.left, y: sample.clientY - box.top });
    const { drag } = this;
    if (drag && drag.pointer !== event.pointerId) return;
    this.pointer = at(event);
    if (!drag && view.measures.tool) {
      view.measures.move(at(event), this.seat, false);
      return;
    }
    if (!drag) {
      editor.hover(at(event), PLANE_AXES[plane].through);
      return;
    }
    // The button went up where no event told of it.
    if ((event.buttons & HOLDS[drag.kind]) === 0) {
      this.finish();
      return;
    }
    if (drag.kind === 'draw') {
      timed('stroke', () => drawOn(event, editor, at));
    } else if (drag.kind === 'measure') {
      view.measures.move(at(event), this.seat, true);
    } else if (drag.kind === 'navigate') {
      view.moveTo(at(event));
    } else {
      this.moveBy(drag.kind, event.clientX - drag.x, event.clientY - drag.y);
      drag.x = event.clientX;
      drag.y = event.clientY;
    }
  };

  private moveBy(kind: 'pan' | 'window', dx: number, dy: number): void {
    const { view, plane } = this.needs;
    if (kind === 'pan') {
      const { pan } = view.planes[plane];
      view.planes[plane].pan = { x: pan.x + dx, y: pan.y + dy };
      return;
    }
    // To the right is wider; downwards raises the level, so that the picture darkens.
    const step = Math.max(view.width / 400, view.smallestWindow);
    view.setWindow(view.width + dx * step, view.level + dy * step);
  }

  readonly finish = (event?: PointerEvent): void => {
    const drag = this.takeDrag(event);
    if (!drag) return;
    if (drag.kind === 'draw') {
      timed('stroke', () => this.needs.editor.end());
      this.needs.editor.pressure = 1;
    }
    if (drag.kind === 'measure') this.needs.view.measures.release();
    this.letGo(drag);
  };

  readonly leave = (): void => {
    if (this.drag) return;
    this.pointer = null;
    this.needs.editor.hover(null, PLANE_AXES[this.needs.plane].through);
  };

  readonly wheel = (event: WheelEvent): void => {
    const { view, editor, plane } = this.needs;
    event.preventDefault();
    // A page that moves under a stroke would tear it over two slices.
    if (this.drag?.kind === 'draw' || this.drag?.kind === 'measure') return;
    view.active = plane;
    if (event.ctrlKey || event.metaKey) {
      this.zoomAbout(this.pointIn(event), zoomFactor(event));
    } else if (event.shiftKey) {
      resizeBrush(editor, this.sizeWheel.take(event));
    } else {
      const steps = this.sliceWheel.take(event);
      if (steps !== 0) view.scroll(plane, -steps);
    }
    this.pointer = this.voxelAt(this.pointIn(event));
  };

  private zoomAbout(point: Point, factor: number): void {
    const { view, plane } = this.needs;
    const camera = view.planes[plane];
    const fixed = this.voxelAt(point);
    const zoom = Math.min(40, Math.max(0.2, camera.zoom * factor));
    const next = place(view.grid, plane, { ...this.needs.size(), zoom, pan: camera.pan });
    const after = voxelToView(view.grid, plane, next, fixed);
    camera.zoom = zoom;
    camera.pan = { x: camera.pan.x + point.x - after.x, y: camera.pan.y + point.y - after.y };
  }
}
