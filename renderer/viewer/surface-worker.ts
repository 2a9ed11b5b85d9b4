// Surfaces of structures, off the page's thread: occupancy is blurred a little, marching cubes at one half, smoothed.
import vtkDataArray from '@kitware/vtk.js/Common/Core/DataArray';
import vtkImageData from '@kitware/vtk.js/Common/DataModel/ImageData';
import vtkImageMarchingCubes from '@kitware/vtk.js/Filters/General/ImageMarchingCubes';
import { smoothSurface, surfaceNormals } from './smooth-surface.ts';
import type { Triple } from '../../electron/contract/geometry.ts';

/** One structure's labels in its own box, one byte a voxel. */
export interface SurfaceTask {
  generation: number;
  label: number;
  /** 0 or 1 a voxel, with a margin of zeros. */
  occupancy: Uint8Array<ArrayBuffer>;
  shape: Triple;
  spacing: Triple;
  /** In the frame of the view: voxel (0,0,0) of the box, mm along the grid's axes. */
  origin: Triple;
}
export interface SurfaceResult {
  generation: number;
  label: number;
  points: Float32Array<ArrayBuffer>;
  normals: Float32Array<ArrayBuffer>;
  /** vtk cells: 3, a, b, c … */
  polygons: Uint32Array<ArrayBuffer>;
}

const THIN_LEVEL = 0.75;
/** Enough to take voxel steps off; a tenth of a second for a large organ. */
const SMOOTHINGS = 10;

// vtk.js says aloud how long each surface took.
Object.assign(console, { time: () => undefined, timeEnd: () => undefined });

self.onmessage = (event: MessageEvent<SurfaceTask>) => {
  const { generation, label, occupancy, shape, spacing, origin } = event.data;
  const image = vtkImageData.newInstance({ spacing, origin });
  image.setDimensions(...shape);
  const values = blur(occupancy, shape);
  image
    .getPointData()
    .setScalars(vtkDataArray.newInstance({ values, name: 'occupancy', numberOfComponents: 1 }));
  const cubes = vtkImageMarchingCubes.newInstance({
    contourValue: 0.5,
    // The normals of the smoothed surface come after it.
    computeNormals: false,
    mergePoints: true,
  });
  cubes.setInputData(image);
  cubes.update();
  const surface = cubes.getOutputData();
  const points = Float32Array.from(surface.getPoints().getData());
  const polygons = Uint32Array.from(surface.getPolys().getData());
  smoothSurface(points, polygons, SMOOTHINGS);
  const normals = surfaceNormals(points, polygons);
  const result: SurfaceResult = { generation, label, points, normals, polygons };
  self.postMessage(result, { transfer: [points.buffer, normals.buffer, polygons.buffer] });
};

/** One box blur of width 3 along each axis: voxel steps become slopes. */
function blur(occupancy: Uint8Array, shape: Triple): Float32Array<ArrayBuffer> {
  let field = Float32Array.from(occupancy);
  const strides = [1, shape[0], shape[0] * shape[1]];
  for (const stride of strides) {
    const out = new Float32Array(field.length);
    const end = field.length - stride;
    for (let n = 0; n < stride; n++) {
      out[n] = (field[n] + field[n + stride]) / 3;
      out[end + n] = (field[end + n - stride] + field[end + n]) / 3;
    }
    // What comes around from another row is 0: every box has a margin of zeros.
    for (let n = stride; n < end; n++) out[n] = (field[n - stride] + field[n] + field[n + stride]) / 3;
    field = out;
  }
  return keepThin(field, occupancy, shape);
}

/** A stroke on one slice would be blurred below the surface level and not be seen: voxels alone along an axis stay. */
function keepThin(
  field: Float32Array<ArrayBuffer>,
  occupancy: Uint8Array,
  shape: Triple,
): Float32Array<ArrayBuffer> {
  const strides = [1, shape[0], shape[0] * shape[1]];
  for (let n = 0; n < field.length; n++) {
    if (occupancy[n] === 0 || field[n] >= THIN_LEVEL) continue;
    // The margin of zeros around every box keeps n ± stride inside it.
    if (strides.some((stride) => occupancy[n - stride] === 0 && occupancy[n + stride] === 0))
      field[n] = THIN_LEVEL;
  }
  return field;
}
