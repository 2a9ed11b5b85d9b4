// The audit trail: who did what when, chained by hashes.
import * as z from 'zod';
import { TimeSchema } from './identity.ts';

export const AuditEventSchema = z.object({
  seq: z.int().positive(),
  at: TimeSchema,
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  /** What `subject` is called today; the id itself where it has no name. */
  subjectName: z.string(),
  details: z.record(z.string(), z.unknown()),
  /** Ids among the details, and what they are called. */
  names: z.record(z.string(), z.string()),
  hash: z.string(),
});
export type AuditEvent = z.infer<typeof AuditEventSchema>;

const TextSchema = z.string().min(1).max(200).optional();

/** Query parameters of the audit page and its CSV; all that are given must hold. */
export const AuditFilterSchema = z.object({
  actor: TextSchema,
  action: TextSchema,
  subject: TextSchema,
  from: TimeSchema.optional(),
  /** Before this moment. */
  to: TimeSchema.optional(),
  /** Every word must occur in who, what, of or details. */
  words: TextSchema,
  /** Only events with a lower number: the next page. */
  before: z.coerce.number().int().positive().optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(200),
});
export type AuditFilter = z.infer<typeof AuditFilterSchema>;

export const AuditPageSchema = z.object({
  events: z.array(AuditEventSchema),
  /** How many events match, on all pages. */
  matching: z.int(),
  more: z.boolean(),
  /** Everybody and everything that occurs, for the filters. */
  actors: z.array(z.string()),
  actions: z.array(z.string()),
});
export type AuditPage = z.infer<typeof AuditPageSchema>;

export const AuditVerdictSchema = z.object({
  intact: z.boolean(),
  events: z.int(),
  /** The first broken link, in words. */
  firstBroken: z.object({ seq: z.int(), reason: z.string() }).nullable(),
  /** Sealed reads whose mask was hashed again and compared with the read and with the trail. */
  sealsChecked: z.int(),
  /** Those among them that do not cover measurements: of an older Concord, or carried along in a bundle. */
  sealsWithoutMeasurements: z.int(),
  sealFaults: z.array(z.object({ readId: z.string(), reason: z.string() })),
});
export type AuditVerdict = z.infer<typeof AuditVerdictSchema>;
