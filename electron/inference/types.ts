// What goes into a run of a model and what comes out; plain data, because it crosses a process.
import * as z from 'zod';
import { ProviderSchema } from '../contract/models.ts';

export const InferenceRequestSchema = z.object({
  modelFolder: z.string().min(1),
  /** Volume files or DICOM folders, one a channel of the model. */
  inputs: z.array(z.string().min(1)).min(1),
  provider: ProviderSchema,
  /** Test-time mirroring, where the model's manifest allows any. */
  mirror: z.boolean(),
  /** nifti: on the file's own grid; mask: mask bytes on the canonical grid. */
  output: z.object({ kind: z.enum(['nifti', 'mask']), path: z.string().min(1) }),
  /** NIfTI; with several labels one file each, `_<label>` before the ending. */
  probabilitiesPath: z.string().min(1).optional(),
});
export type InferenceRequest = z.infer<typeof InferenceRequestSchema>;

export type Stage = 'read' | 'load' | 'preprocess' | 'network' | 'postprocess' | 'write';

export interface InferenceProgress {
  stage: Stage;
  /** Tiles, in the stage `network`; 0 of 0 elsewhere. */
  done: number;
  total: number;
  secondsLeft: number | null;
}
export type OnInferenceProgress = (progress: InferenceProgress) => void;

export interface InferenceResult {
  provider: string;
  providersTried: { provider: string; reason: string }[];
  tiles: number;
  seconds: Record<Stage, number>;
  peakMemoryMb: number;
  labels: { label: number; name: string; voxels: number; volumeMl: number }[];
  notes: string[];
  model: { name: string; version: string; sha256: string };
}
