// The pointer over the oblique view: it draws with the tool that is chosen, turns the plane, or moves along it.
import type { Triple } from '../../electron/contract/geometry.ts';
import { planeOffset, type DrawingPlane } from '../editing/drawing-plane.ts';
import type { Axis } from '../editing/operations/block.ts';
import type { Seat } from './measure-seat.ts';
import { drawOn, followPen, HOLDS_STROKE, isMain, resizeBrush } from './pen.ts';
import { timed } from './timings.ts';
import type { TwoFingerStep } from './two-fingers.ts';
import { ViewHand, type ViewHandNeeds } from './view-hand.ts';
import { WheelSteps, zoomFactor } from './wheel.ts';

type Point = { x: number; y: number };
type Drag =
  | { kind: 'draw'; pointer: number }
  | { kind: 'measure'; pointer: number }
  | { kind: 'turn' | 'window'; pointer: number; x: number; y: number; moved: boolean };

const DEGREES_A_PIXEL = 0.4;
/** A click trembles by so many CSS pixels. */
const CLICK_PX = 3;

export interface ObliqueNeeds extends ViewHandNeeds {
  /** The plane as it lies now, and its middle in the view: a continuous voxel. */
  plane: () => DrawingPlane;
  centre: () => Triple;
  /** CSS pixels a mm. */
  scale: () => number;
  turnBy: (turn: number, tilt: number) => void;
  /** Moves the middle, mm to the right, down and away. */
  moveBy: (right: number, down: number, away: number) => void;
  zoomBy: (factor: number) => void;
}

export class ObliqueHand extends ViewHand<Drag> {
  private readonly needs: ObliqueNeeds;
  private readonly planeWheel = new WheelSteps();
  private readonly sizeWheel = new WheelSteps();

  constructor(needs: ObliqueNeeds) {
    super(needs, 'oblique');
    this.needs = needs;
  }

  /** From the middle of the view, CSS pixels. */
  protected override pointIn(event: MouseEvent): Point {
    const box = this.needs.host.getBoundingClientRect();
    return { x: event.clientX - box.left - box.width / 2, y: event.clientY - box.top - box.height / 2 };
  }
  private voxelAt({ x, y }: Point): Triple {
    const { view, plane, centre, scale } = this.needs;
    const { right, down } = plane();
    const { spacing } = view.grid;
    return centre().map((v, a) => v + (right[a] * x + down[a] * y) / scale() / spacing[a]) as Triple;
  }
  private get seat(): Seat {
    return { plane: 'oblique', oblique: this.needs.view.oblique };
  }
  private set pointer(voxel: Triple | null) {
    const { view } = this.needs;
    if (voxel) view.pointer = { plane: 'oblique', voxel };
    else if (view.pointer?.plane === 'oblique') view.pointer = null;
  }
  /** The axis of the volume that runs most nearly across the plane. */
  private get axis(): Axis {
    const sizes = this.needs.plane().normal.map(Math.abs);
    return sizes.indexOf(Math.max(...sizes)) as Axis;
  }

  protected override onPair(step: TwoFingerStep): void {
    const { scale, moveBy, zoomBy } = this.needs;
    if (step.kind === 'slices') return this.through(step.steps);
    moveBy(-step.dx / scale(), -step.dy / scale(), 0);
    if (step.factor !== 1) zoomBy(step.factor);
  }
  private through(steps: number): void {
    const { moveBy, view } = this.needs;
    moveBy(0, 0, steps * Math.min(...view.grid.spacing));
  }

  readonly down = (event: PointerEvent): void => {
    const { view, editor, host, plane, scale, onnotice } = this.needs;
    event.preventDefault();
    host.focus({ preventScroll: true });
    if (this.twoFingers(event) || this.drag) return;
    followPen(event, editor, view);
    const { clientX: x, clientY: y, pointerId: pointer } = event;
    const at = this.voxelAt(this.pointIn(event));
    this.pointer = at;
    const main = isMain(event);
    const finger = event.pointerType === 'touch' && view.penSeen;
    const measuring = view.measures.tool !== null;
    const idle = editor.hand === 'crosshair' && !measuring;
    const looks = idle || event.ctrlKey || event.metaKey || this.spaceHeld || finger;
    if (event.button === 2) this.drag = { kind: 'window', pointer, x, y, moved: false };
    else if (event.button === 1 || (main && looks)) this.drag = { kind: 'turn', pointer, x, y, moved: false };
    else if (main && view.measures.tool) {
      this.drag = { kind: 'measure', pointer };
      view.measures.press(at, this.seat);
    } else if (main) {
      const voxelsPerPixel = 1 / scale() / Math.min(...view.grid.spacing);
      const reason = timed('stroke', () => editor.begin(at, this.axis, voxelsPerPixel, plane()));
      if (reason) onnotice(reason);
      else this.drag = { kind: 'draw', pointer };
    }
    if (this.drag) host.setPointerCapture(pointer);
  };

  readonly move = (event: PointerEvent): void => {
    const { view, editor, plane } = this.needs;
    if (this.pair) return this.movePair(event);
    followPen(event, editor, view);
    const { drag } = this;
    if (drag && drag.pointer !== event.pointerId) return;
    const at = (sample: PointerEvent) => this.voxelAt(this.pointIn(sample));
    this.pointer = at(event);
    if (!drag && view.measures.tool) return view.measures.move(at(event), this.seat, false);
    if (!drag) return editor.hover(at(event), this.axis, plane());
    // The button went up where no event told of it.
    if (event.buttons === 0 || (drag.kind === 'draw' && (event.buttons & HOLDS_STROKE) === 0))
      return this.finish();
    if (drag.kind === 'draw') return timed('stroke', () => drawOn(event, editor, at));
    if (drag.kind === 'measure') return view.measures.move(at(event), this.seat, true);
    const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
    if (!drag.moved && Math.hypot(dx, dy) < CLICK_PX) return;
    Object.assign(drag, { x: event.clientX, y: event.clientY, moved: true });
    if (drag.kind === 'turn') return this.needs.turnBy(dx * DEGREES_A_PIXEL, dy * DEGREES_A_PIXEL);
    const step = Math.max(view.width / 400, view.smallestWindow);
    view.setWindow(view.width + dx * step, view.level + dy * step);
  };

  /** Besides, a click that was to turn moves the crosshair. */
  readonly finish = (event?: PointerEvent): void => {
    const drag = this.takeDrag(event);
    if (!drag) return;
    const { editor, view, moveBy, plane, centre } = this.needs;
    if (drag.kind === 'draw') {
      timed('stroke', () => editor.end());
      editor.pressure = 1;
    } else if (drag.kind === 'measure') {
      view.measures.release();
    } else if (drag.kind === 'turn' && !drag.moved && event?.type === 'pointerup') {
      const { x, y } = planeOffset(view.grid, plane(), centre(), this.voxelAt(this.pointIn(event)));
      moveBy(x, y, 0);
    }
    this.letGo(drag);
  };

  readonly leave = (): void => {
    if (this.drag) return;
    this.pointer = null;
    this.needs.editor.hover(null, this.axis, this.needs.plane());
  };

  readonly wheel = (event: WheelEvent): void => {
    event.preventDefault();
    // A plane that moves under a stroke would tear it.
    if (this.drag?.kind === 'draw' || this.drag?.kind === 'measure') return;
    const { editor, zoomBy } = this.needs;
    if (event.ctrlKey || event.metaKey) zoomBy(zoomFactor(event));
    else if (event.shiftKey) resizeBrush(editor, this.sizeWheel.take(event));
    else {
      const steps = this.planeWheel.take(event);
      if (steps !== 0) this.through(steps);
    }
    this.pointer = this.voxelAt(this.pointIn(event));
  };
}
