// The image as it is in memory: a grid in patient space and one number a voxel.
import type { Grid } from '../contract/geometry.ts';
import type { Sequence } from '../contract/sequence.ts';

export type VoxelType = 'int8' | 'uint8' | 'int16' | 'uint16' | 'int32' | 'uint32' | 'float32' | 'float64';
export type Voxels =
  Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array;
export type FileFormat = 'nifti' | 'nrrd' | 'mha' | 'dicom';

/** A scalar volume: `voxels[i + nx·(j + ny·k)]` is the value at voxel (i, j, k) of `grid`, rescaling applied. */
export interface Volume {
  grid: Grid;
  voxelType: VoxelType;
  voxels: Voxels;
  format: FileFormat;
  /** DICOM's Modality (CT, MR, …) where the file says it, else null. */
  modality: string | null;
  /** MR sequence, where a DICOM series' words tell it. */
  sequence?: Sequence | null;
  /** DICOM FrameOfReferenceUID, where there is one. */
  frameOfReference?: string | null;
  /** What a careful reader should know about the file, one sentence each. */
  warnings: string[];
}
