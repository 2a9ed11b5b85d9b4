// The 3D scene: one actor a structure in a vtk.js render window. Loaded only when a 3D view is on screen.
import '@kitware/vtk.js/Rendering/Profiles/Geometry';
import vtkCellArray from '@kitware/vtk.js/Common/Core/CellArray';
import vtkDataArray from '@kitware/vtk.js/Common/Core/DataArray';
import vtkPoints from '@kitware/vtk.js/Common/Core/Points';
import vtkPolyData from '@kitware/vtk.js/Common/DataModel/PolyData';
import vtkActor from '@kitware/vtk.js/Rendering/Core/Actor';
import vtkMapper from '@kitware/vtk.js/Rendering/Core/Mapper';
import vtkGenericRenderWindow from '@kitware/vtk.js/Rendering/Misc/GenericRenderWindow';
import type { Grid, Triple } from '../../electron/contract/geometry.ts';
import type { SurfaceResult } from './surface-worker.ts';

export class SurfaceScene {
  private readonly window = vtkGenericRenderWindow.newInstance({
    background: [0, 0, 0],
    listenWindowResize: false,
  });
  private readonly actors = new Map<number, vtkActor>();
  /** The hand has turned the scene: from then on the camera is its own. */
  private turned = false;
  private readonly grid: Grid;

  /** Throws when there is no WebGL. */
  constructor(container: HTMLElement, grid: Grid) {
    this.grid = grid;
    this.window.setContainer(container);
    this.window.resize();
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
      this.window.getRenderer().addActor(actor);
    }
    (actor.getMapper() as vtkMapper).setInputData(data);
    const rgb = Number.parseInt(colour.slice(1), 16);
    actor.getProperty().setColor(((rgb >> 16) & 255) / 255, ((rgb >> 8) & 255) / 255, (rgb & 255) / 255);
    actor.getProperty().setSpecular(0.25);
    actor.getProperty().setSpecularPower(20);
    if (isNew && !this.turned) this.lookFromTheFront();
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

  /** As a radiologist stands: the patient faces the reader, head up. */
  lookFromTheFront(): void {
    const renderer = this.window.getRenderer();
    const camera = renderer.getActiveCamera();
    camera.setFocalPoint(0, 0, 0);
    camera.setPosition(0, -1, 0);
    camera.setViewUp(0, 0, 1);
    renderer.resetCamera();
    this.render();
  }

  delete(): void {
    this.window.delete();
  }
  private render(): void {
    this.window.getRenderer().resetCameraClippingRange();
    this.window.getRenderWindow().render();
  }
}

/** Column-major 4×4 of the direction cosines. */
function rotation(grid: Grid): [...Triple, number, ...Triple, number, ...Triple, number, ...Triple, number] {
  const d = grid.direction;
  return [d[0], d[3], d[6], 0, d[1], d[4], d[7], 0, d[2], d[5], d[8], 0, 0, 0, 0, 1];
}
