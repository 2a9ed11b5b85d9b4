// The three planes: which voxel axes lie across and down the screen, true proportions, letters and positions.
import {
  axisDirection,
  patientLetter,
  voxelToPatient,
  type Grid,
  type Triple,
} from '../../electron/contract/geometry.ts';

export type Plane = 'axial' | 'coronal' | 'sagittal';
export const PLANES: readonly Plane[] = ['axial', 'coronal', 'sagittal'];

export interface PlaneAxes {
  /** The voxel axis through the screen … */
  through: 0 | 1 | 2;
  /** … the one to the right … */
  across: 0 | 1 | 2;
  /** … and the one down the screen; `upward` when its index grows towards the top. */
  down: 0 | 1 | 2;
  upward: boolean;
}

/**
 * Radiological convention on a grid whose axes grow towards L, P and S: the patient's right is on the screen's left;
 * anterior is on top of axial and left of sagittal views, superior on top of the others.
 */
export const PLANE_AXES: Readonly<Record<Plane, PlaneAxes>> = {
  axial: { through: 2, across: 0, down: 1, upward: false },
  coronal: { through: 1, across: 0, down: 2, upward: true },
  sagittal: { through: 0, across: 1, down: 2, upward: true },
};

export interface ViewPort {
  /** CSS pixels. */
  width: number;
  height: number;
  /** 1 fits the slice into the view. */
  zoom: number;
  /** CSS pixels by which the slice is moved. */
  pan: { x: number; y: number };
}

/** Where a slice lies in its view: x = left + (a + 0.5)·pixelA for the voxel a across, likewise y. */
export interface Placement {
  left: number;
  top: number;
  /** CSS pixels a voxel, across and down. */
  pixelA: number;
  pixelD: number;
  /** CSS pixels a millimetre. */
  scale: number;
}

export function sliceSize(grid: Grid, plane: Plane): { across: number; down: number } {
  const axes = PLANE_AXES[plane];
  return { across: grid.shape[axes.across], down: grid.shape[axes.down] };
}

export function place(grid: Grid, plane: Plane, port: ViewPort): Placement {
  const axes = PLANE_AXES[plane];
  const size = sliceSize(grid, plane);
  const widthMm = size.across * grid.spacing[axes.across];
  const heightMm = size.down * grid.spacing[axes.down];
  const scale = Math.min(port.width / widthMm, port.height / heightMm) * port.zoom;
  return {
    left: (port.width - widthMm * scale) / 2 + port.pan.x,
    top: (port.height - heightMm * scale) / 2 + port.pan.y,
    pixelA: grid.spacing[axes.across] * scale,
    pixelD: grid.spacing[axes.down] * scale,
    scale,
  };
}

/** The continuous voxel under a point of the view; its centre is at whole numbers. */
export function viewToVoxel(
  grid: Grid,
  plane: Plane,
  placement: Placement,
  slice: number,
  point: { x: number; y: number },
): Triple {
  const axes = PLANE_AXES[plane];
  const voxel: Triple = [0, 0, 0];
  voxel[axes.through] = slice;
  voxel[axes.across] = (point.x - placement.left) / placement.pixelA - 0.5;
  const down = (point.y - placement.top) / placement.pixelD - 0.5;
  voxel[axes.down] = axes.upward ? grid.shape[axes.down] - 1 - down : down;
  return voxel;
}

/** The point of the view at a continuous voxel. */
export function voxelToView(
  grid: Grid,
  plane: Plane,
  placement: Placement,
  voxel: Readonly<Triple>,
): { x: number; y: number } {
  const axes = PLANE_AXES[plane];
  const down = axes.upward ? grid.shape[axes.down] - 1 - voxel[axes.down] : voxel[axes.down];
  return {
    x: placement.left + (voxel[axes.across] + 0.5) * placement.pixelA,
    y: placement.top + (down + 0.5) * placement.pixelD,
  };
}

/** Patient letters at the four edges. Where an axis is tilted by more than 20°, its second direction follows. */
export function edgeLetters(
  grid: Grid,
  plane: Plane,
): { left: string; right: string; top: string; bottom: string } {
  const axes = PLANE_AXES[plane];
  const right = axisDirection(grid, axes.across);
  const downward = axisDirection(grid, axes.down).map((v) => (axes.upward ? -v : v)) as Triple;
  const opposite = (v: Triple) => v.map((x) => -x) as Triple;
  return {
    left: letters(opposite(right)),
    right: letters(right),
    top: letters(opposite(downward)),
    bottom: letters(downward),
  };
}

function letters(direction: Triple): string {
  const main = patientLetter(direction);
  const rest = [...direction] as Triple;
  rest[rest.map(Math.abs).indexOf(Math.max(...rest.map(Math.abs)))] = 0;
  return Math.max(...rest.map(Math.abs)) > Math.sin((20 * Math.PI) / 180) ? main + patientLetter(rest) : main;
}

/** The slice's position along its normal in mm with its letter, for example `S −804.5`. */
export function slicePosition(grid: Grid, plane: Plane, slice: number): { letter: string; mm: number } {
  const { through } = PLANE_AXES[plane];
  const normal = axisDirection(grid, through);
  const patientAxis = normal.map(Math.abs).indexOf(Math.max(...normal.map(Math.abs)));
  const centre = grid.shape.map((n) => (n - 1) / 2) as Triple;
  centre[through] = slice;
  return { letter: ['L', 'P', 'S'][patientAxis], mm: voxelToPatient(grid, centre)[patientAxis] };
}

/** A round length for the scale bar, mm, at most `widest` CSS pixels wide. */
export function scaleBar(scale: number, widest = 110): { mm: number; pixels: number } {
  const steps = [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500];
  const mm = steps.findLast((step) => step * scale <= widest) ?? steps[0];
  return { mm, pixels: mm * scale };
}
