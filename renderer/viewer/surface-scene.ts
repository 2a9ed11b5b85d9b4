// The 3D scene: one actor a structure in a vtk.js render window. Loaded only when a 3D view is on screen.
import '@kitware/vtk.js/Rendering/Profiles/Geometry';
import vtkCellArray from '@kitware/vtk.js/Common/Core/CellArray';
import vtkDataArray from '@kitware/vtk.js/Common/Core/DataArray';
import vtkPoints from '@kitware/vtk.js/Common/Core/Points';
import vtkPolyData from '@kitware/vtk.js/Common/DataModel/PolyData';
import vtkPlane from '@kitware/vtk.js/Common/DataModel/Plane';
import vtkOrientationMarkerWidget from '@kitware/vtk.js/Interaction/Widgets/OrientationMarkerWidget';
import vtkActor from '@kitware/vtk.js/Rendering/Core/Actor';
import vtkAnnotatedCubeActor from '@kitware/vtk.js/Rendering/Core/AnnotatedCubeActor';
import vtkMapper from '@kitware/vtk.js/Rendering/Core/Mapper';
import vtkGenericRenderWindow from '@kitware/vtk.js/Rendering/Misc/GenericRenderWindow';
import type { Grid, Triple } from '../../electron/contract/geometry.ts';
import type { CoarseVolume } from './coarse-volume.ts';
import { LOOKS, type Look } from './looks.ts';
import type { SurfaceResult } from './surface-worker.ts';
import type { VolumeActor } from './volume-actor.ts';

export class SurfaceScene {
  private readonly window = vtkGenericRenderWindow.newInstance({
    background: [0, 0, 0],
    listenWindowResize: false,
  });
  private readonly actors = new Map<number, vtkActor>();
  /** The hand has turned the scene: from then on the camera is its own. */
  private turned = false;
  private readonly grid: Grid;
  private readonly plane = vtkPlane.newInstance();
  private clipped = false;
  private volume: VolumeActor | null = null;
  private cube: vtkOrientationMarkerWidget | null = null;

  /** Throws when there is no WebGL. */
  constructor(container: HTMLElement, grid: Grid) {
    this.grid = grid;
    this.window.setContainer(container);
    this.window.resize();
    this.addCube();
    container.addEventListener('pointerdown', () => (this.turned = true));
    container.addEventListener('wheel', () => (this.turned = true), { passive: true });
  }

  resize(): void {
    this.window.resize();
    this.render();
  }

  show(result: SurfaceResult, colour: string): void {
    const data = vtkPolyData.newInstance();
    const points = vtkPoints.newInstance();
    points.setData(result.points, 3);
    data.setPoints(points);
    data.setPolys(vtkCellArray.newInstance({ values: result.polygons }));
    if (result.normals.length > 0) {
      const normals = vtkDataArray.newInstance({
        name: 'Normals',
        values: result.normals,
        numberOfComponents: 3,
      });
      data.getPointData().setNormals(normals);
    }
    let actor = this.actors.get(result.label);
    const isNew = !actor;
    if (!actor) {
      actor = vtkActor.newInstance();
      actor.setMapper(vtkMapper.newInstance({ scalarVisibility: false }));
      // The grid's own axes lie in patient space by its direction.
      actor.setUserMatrix(rotation(this.grid));
      this.actors.set(result.label, actor);
      if (this.clipped) actor.getMapper()?.addClippingPlane(this.plane);
      this.window.getRenderer().addActor(actor);
    }
    (actor.getMapper() as vtkMapper).setInputData(data);
    paint(actor, colour);
    actor.getProperty().setSpecular(0.25);
    actor.getProperty().setSpecularPower(20);
    if (isNew && !this.turned) this.lookFrom('A');
    else this.render();
  }

  hide(keep: ReadonlySet<number>): void {
    for (const [label, actor] of this.actors) {
      if (keep.has(label)) continue;
      this.window.getRenderer().removeActor(actor);
      actor.delete();
      this.actors.delete(label);
    }
    this.render();
  }

  recolour(label: number, colour: string): void {
    const actor = this.actors.get(label);
    if (!actor) return;
    paint(actor, colour);
    this.render();
  }

  /** From the front (A) as a radiologist stands: the patient faces the reader, head up. */
  lookFrom(look: Look): void {
    const renderer = this.window.getRenderer();
    const camera = renderer.getActiveCamera();
    camera.setFocalPoint(0, 0, 0);
    camera.setPosition(...LOOKS[look].from);
    camera.setViewUp(...LOOKS[look].up);
    renderer.resetCamera();
    this.render();
  }

  /** Cuts everything away on one side of the plane through `voxel` across `axis`; null shows all again. */
  clip(cut: { axis: 0 | 1 | 2; voxel: Readonly<Triple>; side: 1 | -1 } | null): void {
    const mappers = [
      ...[...this.actors.values()].map((actor) => actor.getMapper()),
      ...(this.volume ? [this.volume.mapper] : []),
    ];
    if (cut) {
      const { direction, spacing } = this.grid;
      const along = cut.voxel.map((v, axis) => v * spacing[axis]);
      const world = [0, 1, 2].map((row) =>
        along.reduce((sum, mm, axis) => sum + direction[row * 3 + axis] * mm, 0),
      ) as Triple;
      this.plane.setOrigin(world);
      this.plane.setNormal([0, 1, 2].map((row) => direction[row * 3 + cut.axis] * cut.side) as Triple);
    }
    if (this.clipped !== (cut !== null)) {
      this.clipped = cut !== null;
      for (const mapper of mappers) {
        mapper?.removeAllClippingPlanes();
        if (cut) mapper?.addClippingPlane(this.plane);
      }
    }
    this.render();
  }

  /** Shows the picture itself too, or takes it away (null). */
  async showVolume(coarse: CoarseVolume | null, window: { width: number; level: number }): Promise<void> {
    const renderer = this.window.getRenderer();
    if (this.volume) renderer.removeVolume(this.volume.volume);
    this.volume = null;
    if (coarse) {
      const { VolumeActor: Actor } = await import('./volume-actor.ts');
      const made = new Actor(coarse);
      made.volume.setUserMatrix(rotation(this.grid));
      made.followWindow(window.width, window.level);
      if (this.clipped) made.mapper.addClippingPlane(this.plane);
      this.volume = made;
      renderer.addVolume(made.volume);
      if (!this.turned) this.lookFrom('A');
    }
    this.render();
  }
  followWindow(width: number, level: number): void {
    if (!this.volume) return;
    this.volume.followWindow(width, level);
    this.render();
  }
  hideSurfaces(hidden: boolean): void {
    for (const actor of this.actors.values()) actor.setVisibility(!hidden);
    this.render();
  }

  private addCube(): void {
    const cube = vtkAnnotatedCubeActor.newInstance();
    cube.setDefaultStyle({
      fontFamily: 'sans-serif',
      fontColor: '#dfe4ea',
      faceColor: '#1d2128',
      edgeColor: '#59626f',
      edgeThickness: 0.06,
      resolution: 200,
    });
    cube.setXPlusFaceProperty({ text: 'L' });
    cube.setXMinusFaceProperty({ text: 'R' });
    cube.setYPlusFaceProperty({ text: 'P' });
    cube.setYMinusFaceProperty({ text: 'A' });
    cube.setZPlusFaceProperty({ text: 'S' });
    cube.setZMinusFaceProperty({ text: 'I' });
    this.cube = vtkOrientationMarkerWidget.newInstance({
      actor: cube,
      interactor: this.window.getInteractor(),
    });
    this.cube.setViewportCorner(vtkOrientationMarkerWidget.Corners.BOTTOM_LEFT);
    this.cube.setViewportSize(0.16);
    this.cube.setMinPixelSize(44);
    this.cube.setMaxPixelSize(88);
  }

  /** The cube says how what is shown lies; with nothing shown it says nothing. */
  showCube(shown: boolean): void {
    if (!this.cube || this.cube.getEnabled() === shown) return;
    this.cube.setEnabled(shown);
    this.render();
  }

  delete(): void {
    this.cube?.setEnabled(false);
    this.window.delete();
  }
  /** Draws it now: a picture of the canvas can be taken right after. */
  render(): void {
    this.window.getRenderer().resetCameraClippingRange();
    this.window.getRenderWindow().render();
  }
}

function paint(actor: vtkActor, colour: string): void {
  const rgb = Number.parseInt(colour.slice(1), 16);
  actor.getProperty().setColor(((rgb >> 16) & 255) / 255, ((rgb >> 8) & 255) / 255, (rgb & 255) / 255);
}

/** Column-major 4×4 of the direction cosines. */
function rotation(grid: Grid): [...Triple, number, ...Triple, number, ...Triple, number, ...Triple, number] {
  const d = grid.direction;
  return [d[0], d[3], d[6], 0, d[1], d[4], d[7], 0, d[2], d[5], d[8], 0, 0, 0, 0, 1];
}
