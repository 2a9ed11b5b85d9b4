// How a person likes to see things: kept with the study for that person alone, and nothing of it changes a mask.
import * as z from 'zod';
import { ColourSchema } from './identity.ts';

/** What a person changed of one structure's look. Absent: as the study has it. */
export const StructureLookSchema = z.strictObject({
  colour: ColourSchema.optional(),
  hidden: z.boolean().optional(),
  locked: z.boolean().optional(),
  solo: z.boolean().optional(),
});
export type StructureLook = z.infer<typeof StructureLookSchema>;

export const LayoutSchema = z.enum(['one', 'one-and-three', 'four', 'compare']);
export type Layout = z.infer<typeof LayoutSchema>;
export const PlaneSchema = z.enum(['axial', 'coronal', 'sagittal']);

/** How the views hang, chosen once for each kind of picture. */
export const HangingSchema = z.strictObject({
  layout: LayoutSchema,
  main: PlaneSchema,
  smooth: z.boolean(),
});
export type Hanging = z.infer<typeof HangingSchema>;

const LabelKeySchema = z.string().regex(/^([1-9]\d?|1\d\d|2[0-4]\d|25[0-5])$/, 'must be a label, 1 to 255');

/** A person's own display of one study. */
export const DisplaySchema = z.strictObject({
  /** By label. */
  structures: z.record(LabelKeySchema, StructureLookSchema).default({}),
  /** Labels in the person's own order; those that are missing follow in the study's. */
  order: z.array(z.int().min(1).max(255)).max(255).default([]),
  /** By modality (CT, MR …); `other` where the file names none. */
  hangings: z.record(z.string().min(1).max(16), HangingSchema).default({}),
});
export type Display = z.infer<typeof DisplaySchema>;

/** How a second volume of the case was laid over the picture. */
export const SecondLookSchema = z.strictObject({
  volume: z.string().min(1).max(64),
  opacity: z.number().min(0).max(1),
  colours: z.enum(['grey', 'hot', 'cool']),
  width: z.number().positive().max(1e7),
  level: z.number().min(-1e7).max(1e7),
});
export type SecondLook = z.infer<typeof SecondLookSchema>;

/**
 * Where and how a person last looked at one read. Kept for the read and not for the case: a window or a place that came
 * along into a later round would tell a reader who is to be blind to the earlier one that there was one.
 */
export const ReadViewSchema = z.strictObject({
  window: z.strictObject({ width: z.number().positive().max(1e7), level: z.number().min(-1e7).max(1e7) }),
  /** Voxel indices; whoever reads them clips them to the grid. */
  crosshair: z.tuple([z.int().min(0), z.int().min(0), z.int().min(0)]),
  /** Absent or null: the picture alone. */
  second: SecondLookSchema.nullish(),
});
export type ReadView = z.infer<typeof ReadViewSchema>;
