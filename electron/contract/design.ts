// The design of a reader study: who reads what in which arm, what is asked beside the mask, who is let in.
import * as z from 'zod';

/** assisted: AI masks at any time. unassisted: never. after-draft: once the reader's first draft is kept. */
export const ArmSchema = z.enum(['assisted', 'unassisted', 'after-draft']);
export type Arm = z.infer<typeof ArmSchema>;

/** More cases are nobody's plan. */
export const PLAN_LIMIT = 100_000;

export const DesignSchema = z
  .strictObject({
    armsBy: z
      .enum(['round', 'case', 'reader', 'crossed'])
      .default('round')
      .describe(
        'How arms are given. round: every round has its own. case, reader: by permuted blocks. crossed: every reader reads every case in every arm, in different rounds, in counterbalanced order.',
      ),
    arms: z
      .array(ArmSchema)
      .max(3)
      .default([])
      .describe('The arms that are compared, when they are not given by round.'),
    reading: z
      .enum(['all', 'split-plot', 'balanced'])
      .default('all')
      .describe(
        'all: every reader reads every case. split-plot: groups of readers read blocks of cases. balanced: each case is read by some readers, pairs of readers meeting equally often (balanced incomplete blocks).',
      ),
    readersPerCase: z.int().min(2).max(100).optional().describe('Of the balanced design.'),
    groups: z.int().min(2).max(20).optional().describe('Of the split-plot design.'),
    plannedCases: z.int().min(1).max(PLAN_LIMIT).optional().describe('For costs and checks; no limit.'),
  })
  .describe('Who reads what, in which arm.');
export type Design = z.infer<typeof DesignSchema>;
export const PLAIN_DESIGN: Design = { armsBy: 'round', arms: [], reading: 'all' };

const WordSchema = z.string().trim().min(1, 'must not be empty').max(200);

/** One question that a reader answers beside the mask. */
export const NewQuestionSchema = z
  .strictObject({
    text: z.string().trim().min(1, 'must not be empty').max(500),
    scale: z.enum(['nominal', 'ordinal', 'interval']),
    levels: z.array(WordSchema).max(30).optional().describe('Nominal and ordinal: the answers, in order.'),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    unit: z.string().trim().max(30).optional(),
    scope: z.enum(['case', 'structure']).default('case').describe('Asked once, or for every structure.'),
    required: z.boolean().default(true),
    moment: z
      .enum(['before', 'after'])
      .default('after')
      .describe('before: answered before the first stroke and fixed from then on. after: asked at sealing.'),
  })
  .superRefine((question, context) => {
    const fault = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    const levels = question.levels ?? [];
    if (question.scale === 'interval') {
      if (levels.length > 0) fault('levels', 'an interval scale has no levels; give minimum and maximum');
      const { minimum, maximum } = question;
      if (minimum !== undefined && maximum !== undefined && minimum >= maximum) {
        fault('maximum', 'must be above the minimum');
      }
    } else if (levels.length < 2) fault('levels', `a ${question.scale} question needs at least two levels`);
    else if (new Set(levels).size < levels.length) fault('levels', 'two levels are the same');
  });
export type NewQuestion = z.infer<typeof NewQuestionSchema>;

export const QualificationSchema = z
  .strictObject({
    passMark: z
      .number()
      .min(0)
      .max(1)
      .describe('Dice with the reference that every structure of the reference must reach.'),
    cases: z.int().min(1).max(1000).optional().describe('How many must be passed; all when absent.'),
  })
  .describe('Readers start the study once they have passed the qualification cases.');
export type Qualification = z.infer<typeof QualificationSchema>;

/** An example in a protocol.json: a PNG or JPEG file beside it. */
export const PictureFileSchema = z.strictObject({
  file: z.string().min(1).max(500).describe('A PNG or JPEG, relative to protocol.json.'),
  caption: z.string().trim().max(500).default(''),
  label: z.int().min(0).max(255).default(0).describe('The structure that it shows; 0 is none of them.'),
});
/** More are no instructions any more. */
export const MOST_PICTURES = 60;

/** What readers are told of a structure or of the study. */
export const InstructionsSchema = z.strictObject({
  text: z.string().max(20_000).default(''),
  minutesPerRead: z
    .number()
    .positive()
    .max(24 * 60)
    .optional()
    .describe('Shown beside the active time.'),
  timeIsUp: z
    .enum(['shown', 'enforced'])
    .default('shown')
    .describe('shown: drawing may go on. enforced: nothing more is drawn; the read can still be sealed.'),
  pictures: z.array(PictureFileSchema).max(MOST_PICTURES).default([]).describe('Examples for readers.'),
});
export type Instructions = z.infer<typeof InstructionsSchema>;

/** Nobody who left their desk stays signed in for longer, unless the study says otherwise. */
export const IDLE_LOCK_MINUTES = 30;

/** What a study keeps of its design. */
export const StoredDesignSchema = z.object({
  design: DesignSchema.default(PLAIN_DESIGN),
  qualification: QualificationSchema.nullable().default(null),
  instructions: InstructionsSchema.prefault({}),
  idleLockMinutes: z.number().default(IDLE_LOCK_MINUTES),
});
export type StoredDesign = z.infer<typeof StoredDesignSchema>;

interface Planned {
  design: Design;
  readers: number;
  rounds: readonly { share: number }[];
}

/** Which constraint of a design cannot be met, in words, with the field it is about. Empty: it can be met. */
export function designFaults({
  design,
  readers,
  rounds,
}: Planned): { path: (string | number)[]; message: string }[] {
  const faults: { path: (string | number)[]; message: string }[] = [];
  const say = (path: (string | number)[], message: string) => faults.push({ path, message });
  const arms = new Set(design.arms).size;
  if (arms < design.arms.length) say(['design', 'arms'], 'an arm is named twice');
  if (design.armsBy === 'round' && arms > 0) {
    say(['design', 'arms'], 'arms are given by round here: name each round’s arm, or say armsBy');
  }
  if (design.armsBy !== 'round' && arms < 2) {
    say(['design', 'arms'], `arms by ${design.armsBy} need at least two arms to compare`);
  }
  if (design.armsBy === 'crossed' && arms >= 2) {
    if (rounds.length % arms !== 0) {
      say(
        ['design', 'armsBy'],
        `crossed arms need a number of rounds that ${arms} divides: every case is read once in each arm; there are ${rounds.length}`,
      );
    }
    const cut = rounds.slice(0, arms).findIndex((round) => round.share < 1);
    if (cut >= 0) {
      say(['rounds', cut, 'share'], `crossed arms need every case in the first ${arms} rounds`);
    }
  }
  if (design.armsBy === 'reader' && readers > 0 && readers < arms) {
    say(['design', 'arms'], `${arms} arms by reader need at least ${arms} readers; there are ${readers}`);
  }
  if (design.reading === 'balanced') {
    const per = design.readersPerCase;
    if (per === undefined)
      say(['design', 'readersPerCase'], 'a balanced design says how many readers a case has');
    else if (readers > 0 && per > readers) {
      say(['design', 'readersPerCase'], `${per} readers a case, but the study has ${readers}`);
    }
  } else if (design.readersPerCase !== undefined) {
    say(['design', 'readersPerCase'], 'belongs to a balanced design only');
  }
  if (design.reading === 'split-plot') {
    if (design.groups === undefined)
      say(['design', 'groups'], 'a split-plot design says how many groups of readers');
    else if (readers > 0 && readers < design.groups) {
      say(
        ['design', 'groups'],
        `${design.groups} groups need at least as many readers; there are ${readers}`,
      );
    } else if (design.plannedCases !== undefined && design.plannedCases < design.groups) {
      say(['design', 'plannedCases'], `${design.groups} groups need at least as many cases`);
    }
  } else if (design.groups !== undefined) say(['design', 'groups'], 'belongs to a split-plot design only');
  if (rounds[0] && rounds[0].share < 1) {
    say(['rounds', 0, 'share'], 'the first round reads every case; a share belongs to a later round');
  }
  rounds.forEach((round, index) => {
    if (design.plannedCases !== undefined && design.plannedCases * round.share < 1) {
      say(
        ['rounds', index, 'share'],
        `a share of ${round.share} of ${design.plannedCases} planned cases repeats none`,
      );
    }
  });
  return faults;
}
