// Long work: imports, AI masks, agreement, bundles. One life cycle, one stream of events.
import * as z from 'zod';
import { IdSchema, TimeSchema } from './identity.ts';

export const JobKindSchema = z.enum(['import', 'inference', 'agreement', 'bundle']);
export type JobKind = z.infer<typeof JobKindSchema>;

const common = {
  id: IdSchema,
  kind: JobKindSchema,
  /** What it works on, in words fit for whoever may see the job. */
  title: z.string(),
  createdAt: TimeSchema,
  readId: IdSchema.nullable(),
};

/** A job is in exactly one of these states; each carries what it needs and no more. */
export const JobSchema = z.discriminatedUnion('state', [
  z.object({ ...common, state: z.literal('queued') }),
  z.object({
    ...common,
    state: z.literal('running'),
    /** What it does now, for example "Tile 18 of 28". */
    step: z.string(),
    /** 0…1, null while unknown. */
    progress: z.number().nullable(),
    secondsLeft: z.number().nullable(),
  }),
  z.object({
    ...common,
    state: z.literal('done'),
    endedAt: TimeSchema,
    notes: z.array(z.string()),
    result: z.unknown(),
  }),
  z.object({
    ...common,
    state: z.literal('failed'),
    endedAt: TimeSchema,
    code: z.string(),
    reason: z.string(),
  }),
  z.object({ ...common, state: z.literal('cancelled'), endedAt: TimeSchema }),
]);
export type Job = z.infer<typeof JobSchema>;

/** What the event stream carries; `data:` of each Server-Sent Event is one of these as JSON. */
export const StudyEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('job'), job: JobSchema }),
  z.object({
    type: z.literal('read'),
    readId: IdSchema,
    change: z.enum(['base', 'sealed', 'reopened', 'lease-lost']),
  }),
  z.object({ type: z.literal('cases') }),
  z.object({ type: z.literal('agreement') }),
]);
export type StudyEvent = z.infer<typeof StudyEventSchema>;
