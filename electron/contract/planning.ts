// What a design costs and buys: reads and hours for each reader, and how narrow the intervals will be.
import * as z from 'zod';
import { DesignSchema, PLAN_LIMIT } from './design.ts';

const share = z.number().gt(0).max(1);
const expected = z.number().min(0).max(1);

export const PlanRequestSchema = z.object({
  cases: z.int().min(2, 'one case gives no interval').max(PLAN_LIMIT),
  readers: z.int().min(1).max(100),
  design: DesignSchema,
  /** Shares of the rounds, the first one first. */
  shares: z.array(share).min(1).max(20),
  minutesPerRead: z
    .number()
    .positive()
    .max(24 * 60),
  /** What is expected between readers and within one. */
  inter: expected.default(0.8),
  intra: expected.default(0.9),
  /** How often a yes-or-no question is answered yes; for kappa. */
  prevalence: z.number().min(0.01).max(0.99).default(0.5),
});
export type PlanRequest = z.infer<typeof PlanRequestSchema>;

const width = z.number().nullable();
export const PlanSchema = z.object({
  readsPerReader: z.number(),
  hoursPerReader: z.number(),
  reads: z.number(),
  /** Readers that a case has, and cases that are read more than once by each of them. */
  readersPerCase: z.int(),
  repeatedCases: z.int(),
  /** Expected widths of 95 % intervals; null where the design says nothing of it. */
  inter: z.object({ kappa: width, icc: width }).nullable(),
  intra: z.object({ kappa: width, icc: width }).nullable(),
  /** The same between readers for other numbers of cases, for a plot. */
  curve: z.array(z.object({ cases: z.int(), kappa: width, icc: width })),
  notes: z.array(z.string()),
});
export type Plan = z.infer<typeof PlanSchema>;
