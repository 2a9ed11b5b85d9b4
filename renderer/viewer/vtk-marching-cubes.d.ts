// vtk.js ships no types for this filter.
declare module '@kitware/vtk.js/Filters/General/ImageMarchingCubes' {
  import type { vtkAlgorithm, vtkObject } from '@kitware/vtk.js/interfaces';
  import type vtkPolyData from '@kitware/vtk.js/Common/DataModel/PolyData';
  export interface vtkImageMarchingCubes extends vtkObject, vtkAlgorithm {
    getOutputData(): vtkPolyData;
  }
  export function newInstance(values: {
    contourValue: number;
    computeNormals: boolean;
    mergePoints: boolean;
  }): vtkImageMarchingCubes;
  const vtkImageMarchingCubes: { newInstance: typeof newInstance };
  export default vtkImageMarchingCubes;
}
