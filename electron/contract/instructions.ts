// What readers are told, with example pictures; in a study, not in a protocol.json.
import * as z from 'zod';
import { InstructionsSchema } from './design.ts';
import { IdSchema } from './identity.ts';

export const PictureSchema = z.object({
  id: IdSchema,
  caption: z.string(),
  /** The structure that it shows; 0 is none of them. */
  label: z.int(),
  width: z.int(),
  height: z.int(),
  mediaType: z.enum(['image/png', 'image/jpeg']),
});
export type Picture = z.infer<typeof PictureSchema>;

export const ShownInstructionsSchema = InstructionsSchema.omit({ pictures: true }).extend({
  pictures: z.array(PictureSchema),
});
export type ShownInstructions = z.infer<typeof ShownInstructionsSchema>;

export const ChangeInstructionsSchema = InstructionsSchema.omit({ pictures: true });

/** Query parameters of a new picture; its bytes are the body. */
export const NewPictureSchema = z.object({
  caption: z.string().trim().max(500).default(''),
  label: z.coerce.number().int().min(0).max(255).default(0),
});

/** Bytes of one picture. */
export const LARGEST_PICTURE = 12 << 20;
