// Cases and the volumes behind them: what was imported and what was understood of it.
import * as z from 'zod';
import { GridSchema } from './geometry.ts';
import { IdSchema, NameSchema, TimeSchema } from './identity.ts';

/** How voxels of the canonical volume travel to the page: little-endian, i fastest, j, k. */
export const CanonicalVoxelTypeSchema = z.enum(['uint8', 'int16', 'uint16', 'float32']);
export type CanonicalVoxelType = z.infer<typeof CanonicalVoxelTypeSchema>;

/** What was understood of a volume. `grid` is canonical (axes towards L, P, S); `original` is as in the file. */
export const VolumeFactsSchema = z.object({
  format: z.enum(['nifti', 'nrrd', 'mha', 'dicom']),
  fileName: z.string(),
  byteLength: z.number(),
  sha256: z.string(),
  original: GridSchema,
  originalOrientation: z.string(),
  grid: GridSchema,
  voxelType: CanonicalVoxelTypeSchema,
  minimum: z.number(),
  maximum: z.number(),
  modality: z.string().nullable(),
  /** MR: as the series or the file's name says; null where neither does. */
  sequence: z.string().nullable(),
  /** Width and centre that show the volume sensibly: the modality's, or 1st–99th percentile. */
  window: z.object({ width: z.number(), level: z.number() }),
  warnings: z.array(z.string()),
});
export type VolumeFacts = z.infer<typeof VolumeFactsSchema>;

export const CaseSchema = z.object({
  id: IdSchema,
  /** The case's identity; coordinators only. */
  name: z.string(),
  importedAt: TimeSchema,
  volume: VolumeFactsSchema,
  reads: z.object({ assigned: z.int(), drafts: z.int(), sealed: z.int() }),
});
export type Case = z.infer<typeof CaseSchema>;

/** Something importable found at a path: one volume file, or one series of a DICOM folder. */
export const ImportCandidateSchema = z.object({
  path: z.string(),
  /** DICOM SeriesInstanceUID when the path holds series. */
  series: z.string().nullable(),
  suggestedName: z.string(),
  description: z.string(),
  shape: z.tuple([z.number(), z.number(), z.number()]).nullable(),
  spacing: z.tuple([z.number(), z.number(), z.number()]).nullable(),
  modality: z.string().nullable(),
  files: z.int(),
  /** Why it cannot be imported; null when it can. */
  problem: z.string().nullable(),
});
export type ImportCandidate = z.infer<typeof ImportCandidateSchema>;

/** Paths on this machine (desktop), or names that an upload answered with (browser). */
export const InspectSchema = z.object({ paths: z.array(z.string().min(1)).min(1).max(2000) });
export const ImportSchema = z.object({
  items: z
    .array(z.object({ path: z.string().min(1), series: z.string().nullable(), name: NameSchema }))
    .min(1)
    .max(2000),
});

/** A mask drawn in another tool, taken in as a sealed read. */
export const ImportMaskSchema = z.object({
  path: z.string().min(1),
  personId: IdSchema,
  round: z.int().positive(),
  caseId: IdSchema,
});
