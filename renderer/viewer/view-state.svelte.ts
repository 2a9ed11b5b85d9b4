// What the views show: one crosshair for all, a window, and for each plane its zoom and pan.
import { voxelToPatient, type Grid, type Triple } from '../../electron/contract/geometry.ts';
import type { Layout } from '../../electron/contract/display.ts';
import { Cine } from './cine.svelte.ts';
import { Fusion } from './fusion.svelte.ts';
import { Measures } from './measures.svelte.ts';
import type { Oblique } from './oblique.ts';
import type { Slab } from './slab.ts';
import { PLANE_AXES, PLANES, type Plane } from './slice-geometry.ts';
import type { VolumeData } from './volume-data.ts';

export type { Layout } from '../../electron/contract/display.ts';

export class PlaneView {
  zoom = $state(1);
  pan = $state.raw({ x: 0, y: 0 });

  reset(): void {
    this.zoom = 1;
    this.pan = { x: 0, y: 0 };
  }
}

export class ViewState {
  readonly volume: VolumeData;
  readonly grid: Grid;
  /** The voxel in the crosshair. */
  crosshair = $state.raw<Triple>([0, 0, 0]);
  width = $state(400);
  level = $state(40);
  active = $state<Plane>('axial');
  layout = $state<Layout>('one-and-three');
  /** The plane in the large view. */
  main = $state<Plane>('axial');
  /** The 3D or oblique view is in its place. */
  enlarged = $state(false);
  /** Overlay fill, 0…1. */
  opacity = $state(0.35);
  overlay = $state(true);
  outline = $state(true);
  smooth = $state(true);
  crosshairShown = $state(true);
  /** How thick the planar views look into the volume. */
  slab = $state.raw<Slab>({ mode: 'off', mm: 10 });
  /** What stands beside the three planes. */
  fourth = $state<'surfaces' | 'oblique'>('surfaces');
  oblique = $state.raw<Oblique>({ from: 'axial', turn: 20, tilt: 0 });
  /** The middle of the oblique view: continuous, so that small steps along the normal are not lost to whole voxels. */
  obliqueCentre = $state.raw<Triple>([0, 0, 0]);
  /** What the 3D view shows, and where it is cut: at the crosshair, across a plane. */
  scene = $state.raw<{ shows: 'surfaces' | 'picture' | 'both'; cut: Plane | null; side: 1 | -1 }>({
    shows: 'surfaces',
    cut: null,
    side: 1,
  });
  /** A pen's pressure is the brush's size. */
  penPressure = true;
  /** A pen was used here: fingers do not draw any more. */
  penSeen = false;
  /** A lens around the pointer. */
  lens = $state(false);
  /** Shows, instead of the mask, what became of one structure since an earlier one. */
  changes = $state.raw<{ before: Uint8Array; label: number } | null>(null);
  /** The continuous voxel under the pointer and the view it is in; null outside. */
  pointer = $state.raw<{ plane: Plane | 'oblique'; voxel: Triple } | null>(null);
  readonly planes: Readonly<Record<Plane, PlaneView>> = {
    axial: new PlaneView(),
    coronal: new PlaneView(),
    sagittal: new PlaneView(),
  };

  /** Another volume of the case over the picture. */
  readonly fusion = new Fusion();
  readonly measures: Measures;
  readonly cine: Cine;

  constructor(volume: VolumeData) {
    this.volume = volume;
    this.measures = new Measures(volume);
    this.cine = new Cine(this);
    this.grid = volume.grid;
    this.crosshair = volume.grid.shape.map((n) => Math.floor(n / 2)) as Triple;
    this.obliqueCentre = [...this.crosshair];
    this.resetWindow();
  }

  sliceOf(plane: Plane): number {
    return this.crosshair[PLANE_AXES[plane].through];
  }
  /** Scrolls a view; the others follow the crosshair. */
  setSlice(plane: Plane, slice: number): void {
    const { through } = PLANE_AXES[plane];
    const next = Math.min(this.grid.shape[through] - 1, Math.max(0, Math.round(slice)));
    if (next === this.crosshair[through]) return;
    const crosshair: Triple = [...this.crosshair];
    crosshair[through] = next;
    this.crosshair = crosshair;
  }
  /** +1 goes towards the next higher index: up the patient in axial views. */
  scroll(plane: Plane, steps: number): void {
    this.setSlice(plane, this.sliceOf(plane) + steps);
  }
  moveTo(voxel: Readonly<Triple>): void {
    const next = voxel.map((v, axis) =>
      Math.min(this.grid.shape[axis] - 1, Math.max(0, Math.round(v))),
    ) as Triple;
    if (next.some((v, axis) => v !== this.crosshair[axis])) this.crosshair = next;
  }
  /** Moves the crosshair within the active view: +1 across is to the screen's right, +1 down is downwards. */
  nudge(across: number, down: number): void {
    const axes = PLANE_AXES[this.active];
    const voxel: Triple = [...this.crosshair];
    voxel[axes.across] += across;
    voxel[axes.down] += axes.upward ? -down : down;
    this.moveTo(voxel);
  }
  /** The narrowest window, in units of the volume's values; also the finest step of a hand that drags it. */
  get smallestWindow(): number {
    const { voxels, maximum, minimum } = this.volume;
    return voxels instanceof Float32Array ? (maximum - minimum || 1) / 1000 : 1;
  }
  setWindow(width: number, level: number): void {
    const range = this.volume.maximum - this.volume.minimum || 1;
    const least = this.smallestWindow;
    this.width = Math.min(range * 2, Math.max(least, width));
    this.level = Math.min(this.volume.maximum + range, Math.max(this.volume.minimum - range, level));
  }
  /** The window that suits the modality: soft tissue for CT, 1st–99th percentile for MR. */
  resetWindow(): void {
    this.setWindow(this.volume.defaultWindow.width, this.volume.defaultWindow.level);
  }
  /** Turns the oblique view so, through a continuous voxel, and shows it. */
  lookObliquely(oblique: Oblique, centre: Readonly<Triple>): void {
    this.fourth = 'oblique';
    if (this.layout === 'compare' || (this.layout === 'one' && !this.enlarged)) this.layout = 'four';
    this.oblique = oblique;
    this.obliqueCentre = [...centre];
    this.moveTo(centre);
  }
  resetViews(): void {
    for (const plane of PLANES) this.planes[plane].reset();
  }
  /** What the status line says of the pointer, or of the crosshair when the pointer is elsewhere. */
  readout = $derived.by(() => {
    const source = this.pointer?.voxel ?? this.crosshair;
    const voxel = source.map(Math.round) as Triple;
    const inside = voxel.every((v, axis) => v >= 0 && v < this.grid.shape[axis]);
    return {
      voxel,
      inside,
      patient: voxelToPatient(this.grid, source),
      value: inside ? this.volume.valueAt(voxel) : null,
      unit: this.volume.unit,
    };
  });
}
