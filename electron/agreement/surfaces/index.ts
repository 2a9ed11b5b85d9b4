// The public face of surfaces: figures of a pair of masks beyond the usual ones.
export { boundaryIou, surfacePoints, type SurfacePoints } from './boundary.ts';
export {
  EXTENDED_SETTINGS,
  extendedMetrics,
  matthews,
  type ExtendedMetrics,
  type ExtendedSettings,
} from './extended.ts';
export { surfelMetrics, type SurfelMetrics } from './surfel-distances.ts';
export { surfelsOf, type Surfels } from './surfels.ts';
