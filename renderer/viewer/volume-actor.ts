// The picture itself in 3D: a ray-cast volume whose opacity follows the window. Loaded when it is first looked at.
import '@kitware/vtk.js/Rendering/Profiles/Volume';
import vtkDataArray from '@kitware/vtk.js/Common/Core/DataArray';
import vtkImageData from '@kitware/vtk.js/Common/DataModel/ImageData';
import vtkPiecewiseFunction from '@kitware/vtk.js/Common/DataModel/PiecewiseFunction';
import vtkColorTransferFunction from '@kitware/vtk.js/Rendering/Core/ColorTransferFunction';
import vtkVolume from '@kitware/vtk.js/Rendering/Core/Volume';
import vtkVolumeMapper from '@kitware/vtk.js/Rendering/Core/VolumeMapper';
import type { CoarseVolume } from './coarse-volume.ts';

/** Opacity of a mm of path. */
const HALF_WAY = 0.25;
const DENSEST = 0.8;

export class VolumeActor {
  readonly volume: vtkVolume = vtkVolume.newInstance();
  readonly mapper: vtkVolumeMapper = vtkVolumeMapper.newInstance();
  private readonly opacity = vtkPiecewiseFunction.newInstance();
  private readonly colours = vtkColorTransferFunction.newInstance();

  constructor(coarse: CoarseVolume) {
    const image = vtkImageData.newInstance({ spacing: coarse.spacing, origin: [0, 0, 0] });
    image.setDimensions(...coarse.shape);
    const scalars = vtkDataArray.newInstance({
      values: coarse.values,
      name: 'values',
      numberOfComponents: 1,
    });
    image.getPointData().setScalars(scalars);
    this.mapper.setInputData(image);
    this.mapper.setSampleDistance(Math.max(...coarse.spacing) * 0.7);
    this.mapper.setMaximumSamplesPerRay(2000);
    this.volume.setMapper(this.mapper);
    const property = this.volume.getProperty();
    property.setScalarOpacity(0, this.opacity);
    property.setRGBTransferFunction(0, this.colours);
    property.setInterpolationTypeToLinear();
    property.setShade(true);
    property.setAmbient(0.25);
    property.setDiffuse(0.75);
    property.setSpecular(0.2);
  }

  /** What is darker than the middle of the window is clear, and soon above it dense: level says where, width how sharply. */
  followWindow(width: number, level: number): void {
    const { opacity, colours } = this;
    opacity.removeAllPoints();
    opacity.addPoint(level - width, 0);
    opacity.addPoint(level, 0);
    opacity.addPoint(level + width / 8, HALF_WAY);
    opacity.addPoint(level + width / 2, DENSEST);
    colours.removeAllPoints();
    colours.addRGBPoint(level, 0.5, 0.24, 0.18);
    colours.addRGBPoint(level + width / 8, 0.78, 0.45, 0.36);
    colours.addRGBPoint(level + width / 2, 0.95, 0.88, 0.77);
    colours.addRGBPoint(level + width, 1, 1, 1);
  }
}
