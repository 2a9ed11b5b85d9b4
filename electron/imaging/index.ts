// The public face of imaging: files ↔ volumes and masks, orientation, facts, pictures and phantoms.
export type { FileFormat, Volume, Voxels, VoxelType } from './volume.ts';
export { readVolume, type ReadOptions } from './read-volume.ts';
export { readMask, type Mask } from './mask-read.ts';
export { writeNifti, type NiftiContent } from './nifti-write.ts';
export {
  ReorientationSchema,
  canonicalise,
  fromOriginalGrid,
  reorientationOf,
  toOriginalGrid,
  type Reorientation,
} from './reorientation.ts';
export { writeFileAtomically } from './atomic-file.ts';
export { makePhantom, type Phantom, type PhantomOptions } from './phantom/phantom.ts';
export { PHANTOM_LABELS } from './phantom/organs.ts';
export { inspectVolume, type HeaderFacts } from './read-volume.ts';
export { listDicomSeries, scanDicomFolder, type DicomSeries, type ScannedFolder } from './dicom-series.ts';
export { encodePng, type Picture } from './png.ts';
export { volumeFacts, type DisplayWindow, type ImageFacts } from './facts.ts';
export { thumbnail, type ThumbnailOptions } from './thumbnail.ts';
