// The audit trail: who did what when, chained by hashes.
import * as z from 'zod';
import { TimeSchema } from './identity.ts';

export const AuditEventSchema = z.object({
  seq: z.int().positive(),
  at: TimeSchema,
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  details: z.record(z.string(), z.unknown()),
  hash: z.string(),
});
export type AuditEvent = z.infer<typeof AuditEventSchema>;

export const AuditVerdictSchema = z.object({
  intact: z.boolean(),
  events: z.int(),
  /** The first broken link, in words. */
  firstBroken: z.object({ seq: z.int(), reason: z.string() }).nullable(),
  /** Sealed reads whose mask was hashed again and compared with the read and with the trail. */
  sealsChecked: z.int(),
  sealFaults: z.array(z.object({ readId: z.string(), reason: z.string() })),
});
export type AuditVerdict = z.infer<typeof AuditVerdictSchema>;
