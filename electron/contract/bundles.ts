// Bundles: a reader's part of a study for another machine, and what came back of it.
import * as z from 'zod';
import { IdSchema, TimeSchema } from './identity.ts';

const PassphraseSchema = z
  .string()
  .min(8, 'must have at least 8 characters: the file may be copied and guessed at')
  .max(200);

/** A passphrase told to the reader, or their public key. */
export const BundleLockSchema = z.union([
  z.strictObject({ passphrase: PassphraseSchema }),
  z.strictObject({
    recipient: z
      .string()
      .trim()
      .regex(/^age1[0-9a-z]+$/, 'is no public key: it begins with age1'),
  }),
]);
export const HandOutSchema = z.object({ personId: IdSchema, lock: BundleLockSchema });

/** A file that came back: a path on this machine, or what an upload answered. */
export const MergeBundleSchema = z.object({ path: z.string().min(1, 'choose the file that came back') });

export const OpenBundleSchema = z.object({
  path: z.string().min(1, 'choose the bundle'),
  /** Of the study folder that is made. */
  name: z.string().trim().min(1, 'must not be empty').max(120),
  key: z.union([
    z.strictObject({ passphrase: z.string().min(1, 'must not be empty').max(200) }),
    z.strictObject({
      identity: z
        .string()
        .trim()
        .regex(/^AGE-SECRET-KEY-1[0-9A-Z]+$/, 'is no secret key: it begins with AGE-SECRET-KEY-1'),
    }),
  ]),
});

/** What a job that writes a bundle answers. */
export const HandedOutSchema = z.object({
  bundleId: IdSchema,
  reads: z.int(),
  drafts: z.int(),
  cases: z.int(),
});
export type HandedOut = z.infer<typeof HandedOutSchema>;

/** What a job that merges answers. */
export const MergeReportSchema = z.object({
  /** In words: case, round. */
  taken: z.array(z.string()),
  /** There already, exactly as it came back. */
  present: z.int(),
  conflicts: z.array(z.object({ read: z.string(), reason: z.string() })),
  notes: z.array(z.string()),
});
export type MergeReport = z.infer<typeof MergeReportSchema>;

export const BundleEntrySchema = z.object({
  id: IdSchema,
  personId: IdSchema,
  madeAt: TimeSchema,
  madeBy: z.string(),
  /** out: the reader works there. back: something was merged. taken-back: ended here, with nothing back. */
  state: z.enum(['out', 'back', 'taken-back']),
  endedAt: TimeSchema.nullable(),
  merges: z.array(z.object({ at: TimeSchema, report: MergeReportSchema })),
  /** Bytes of the file while it is kept in the study folder; null once it is not. */
  size: z.int().nullable(),
});
export type BundleEntry = z.infer<typeof BundleEntrySchema>;

export const BundleDeskSchema = z.object({
  /** True in a copy that was handed out itself: it gives back, and hands out nothing. */
  isCopy: z.boolean(),
  readers: z.array(
    z.object({
      personId: IdSchema,
      /** Reads that a bundle would hold, and drafts that would stay here. */
      open: z.int(),
      drafts: z.int(),
      /** Why no bundle can be made now, in a sentence. */
      hindrance: z.string().nullable(),
    }),
  ),
  /** The latest first. */
  bundles: z.array(BundleEntrySchema),
});
export type BundleDesk = z.infer<typeof BundleDeskSchema>;
