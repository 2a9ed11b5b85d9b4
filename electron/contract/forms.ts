// Forms: questions beside the mask, and a reader's answers.
import * as z from 'zod';
import { IdSchema, TimeSchema } from './identity.ts';

export const QuestionSchema = z.object({
  id: IdSchema,
  text: z.string(),
  scale: z.enum(['nominal', 'ordinal', 'interval']),
  /** In order; empty on an interval scale. */
  levels: z.array(z.string()),
  minimum: z.number().nullable(),
  maximum: z.number().nullable(),
  unit: z.string().nullable(),
  scope: z.enum(['case', 'structure']),
  required: z.boolean(),
  moment: z.enum(['before', 'after']),
});
export type Question = z.infer<typeof QuestionSchema>;

const LabelSchema = z.int().min(0).max(255);

/** Label 0 is the case as a whole; null takes an answer back. */
export const GivenAnswerSchema = z.object({
  questionId: IdSchema,
  label: LabelSchema.default(0),
  value: z.union([z.string().max(200), z.number()]).nullable(),
});
export type GivenAnswer = z.infer<typeof GivenAnswerSchema>;
export const GiveAnswersSchema = z.object({ answers: z.array(GivenAnswerSchema).max(5000) });

export const AnswerSchema = z.object({
  questionId: IdSchema,
  label: LabelSchema,
  value: z.union([z.string(), z.number()]),
  at: TimeSchema,
});
export type Answer = z.infer<typeof AnswerSchema>;

export const FormSchema = z.object({
  questions: z.array(QuestionSchema),
  answers: z.array(AnswerSchema),
  /** Required and not answered: `before` holds back the first stroke, either holds back the seal. */
  missing: z.array(
    z.object({ questionId: IdSchema, label: LabelSchema, moment: z.enum(['before', 'after']) }),
  ),
});
export type Form = z.infer<typeof FormSchema>;
