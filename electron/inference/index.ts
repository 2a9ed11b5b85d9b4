// The public face of inference: manifests, models, and a model over a volume.
export { ManifestSchema, manifestJsonSchema, type Manifest, type Normalisation } from './manifest.ts';
export { loadModel, readManifest, type LoadedModel } from './load-model.ts';
export { providersFor } from './providers.ts';
export { openModel, type OpenedModel } from './ensemble.ts';
export { openSession } from './session.ts';
export { probabilityFiles } from './outputs.ts';
export { segment } from './segment.ts';
export {
  InferenceRequestSchema,
  type InferenceProgress,
  type InferenceRequest,
  type InferenceResult,
  type OnInferenceProgress,
} from './types.ts';
