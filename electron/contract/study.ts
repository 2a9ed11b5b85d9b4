// A study: its structures, readers, rounds and how it is opened.
import * as z from 'zod';
import {
  ArmSchema,
  designFaults,
  DesignSchema,
  IDLE_LOCK_MINUTES,
  InstructionsSchema,
  NewQuestionSchema,
  PLAIN_DESIGN,
  QualificationSchema,
  type Arm,
} from './design.ts';
import { QuestionSchema } from './forms.ts';
import { ColourSchema, IdSchema, NameSchema, RoleSchema, TimeSchema } from './identity.ts';

export const ModalitySchema = z.enum(['CT', 'MR', 'other']);
export { ArmSchema, type Arm };

export const NewStructureSchema = z.object({
  label: z.int().min(1, 'labels go from 1 to 255').max(255, 'labels go from 1 to 255'),
  name: NameSchema,
  colour: ColourSchema,
});
export const StructureSchema = NewStructureSchema.extend({ id: IdSchema });
export type Structure = z.infer<typeof StructureSchema>;

/** A new structure of a study that is there already; its label is the lowest free one unless it names one. */
export const AddStructureSchema = NewStructureSchema.partial({ label: true });
export const ChangeStructureSchema = NewStructureSchema.pick({ name: true, colour: true }).partial();
/** Every structure of the study, by id, in the new order. */
export const StructureOrderSchema = z.object({ structures: z.array(IdSchema).min(1).max(255) });

const PassphraseSchema = z.string().min(4, 'must have at least 4 characters').max(200);

export const ChangePassphraseSchema = z.object({
  passphrase: PassphraseSchema,
  /** The one there is; needed for one's own, so that nobody changes it at a desk that was left. */
  current: z.string().max(200).optional(),
});

/** Minutes without a hand on it after which a sign-in ends. */
export const IdleLockSchema = z.object({
  minutes: z.number().min(1, 'must be at least a minute').max(480, 'must be at most 8 hours'),
});

export const NewReaderSchema = z.object({ name: NameSchema, passphrase: PassphraseSchema });
export const PersonSchema = z.object({
  id: IdSchema,
  name: z.string(),
  role: RoleSchema,
  colour: ColourSchema,
});
export type Person = z.infer<typeof PersonSchema>;

/** A round of reading. Round 2 and later unlock `washoutDays` after the same reader sealed the case in the round before. */
export const NewRoundSchema = z.object({
  name: NameSchema,
  /** Of every read of the round, unless the design gives arms otherwise. */
  arm: ArmSchema.default('assisted'),
  washoutDays: z.number().min(0).max(3650),
  /** How many of the cases are read in this round: less than 1 repeats some, for agreement with oneself. */
  share: z.number().gt(0, 'must be above 0').max(1, 'must be at most 1').default(1),
});
/** Round 0 is the qualification. */
export const RoundSchema = NewRoundSchema.extend({ id: IdSchema, number: z.int().min(0) });
export type Round = z.infer<typeof RoundSchema>;

/** What creates a study: the New study page and `concord study create --protocol protocol.json` alike. */
export const ProtocolSchema = z
  .strictObject({
    /** Where protocol.schema.json lies, for editors that help with typing. */
    $schema: z.string().optional(),
    name: NameSchema,
    modality: ModalitySchema,
    structures: z.array(NewStructureSchema).min(1, 'a study needs at least one structure').max(255),
    coordinator: z.object({ name: NameSchema.default('Coordinator'), passphrase: PassphraseSchema }),
    readers: z.array(NewReaderSchema).max(100).default([]),
    rounds: z
      .array(NewRoundSchema)
      .min(1, 'a study needs at least one round')
      .max(20)
      .default([
        { name: 'Round 1', arm: 'assisted', washoutDays: 0, share: 1 },
        { name: 'Round 2', arm: 'assisted', washoutDays: 14, share: 1 },
      ]),
    /** See the audit trail and the board; never images, masks or results. */
    auditors: z.array(NewReaderSchema).max(20).default([]),
    design: DesignSchema.default(PLAIN_DESIGN),
    questions: z.array(NewQuestionSchema).max(100).default([]),
    qualification: QualificationSchema.optional(),
    instructions: InstructionsSchema.optional(),
    idleLockMinutes: IdleLockSchema.shape.minutes
      .default(IDLE_LOCK_MINUTES)
      .describe('A sign-in ends after so many minutes without a hand on it; the work stays.'),
    /** Seeds every reader's order of cases; chosen at random when absent. */
    seed: z.int().min(0).max(2147483647).optional(),
  })
  .superRefine((protocol, context) => {
    const repeated = (values: (string | number)[], path: string, what: string) => {
      values.forEach((value, index) => {
        if (values.indexOf(value) !== index) {
          context.addIssue({
            code: 'custom',
            path: [path, index],
            message: `${what} ${value} is used twice`,
          });
        }
      });
    };
    repeated(
      protocol.structures.map((s) => s.label),
      'structures',
      'label',
    );
    repeated(
      protocol.structures.map((s) => s.name.toLowerCase()),
      'structures',
      'structure',
    );
    // Each name where it stands, so that the fault points at the field that somebody typed it into.
    const seen = new Set([protocol.coordinator.name.toLowerCase()]);
    const people = [
      ...protocol.readers.map(({ name }, index) => ({ name, path: ['readers', index, 'name'] })),
      ...protocol.auditors.map(({ name }, index) => ({ name, path: ['auditors', index, 'name'] })),
    ];
    for (const { name, path } of people) {
      const key = name.toLowerCase();
      if (seen.has(key)) context.addIssue({ code: 'custom', path, message: `name ${name} is used twice` });
      seen.add(key);
    }
    const { design, rounds } = protocol;
    for (const fault of designFaults({ design, rounds, readers: protocol.readers.length })) {
      context.addIssue({ code: 'custom', ...fault });
    }
  });
export type Protocol = z.infer<typeof ProtocolSchema>;

/** One line of the start screen. */
export const StudySummarySchema = z.object({
  id: IdSchema,
  name: z.string(),
  folder: z.string(),
  modality: ModalitySchema,
  lastOpenedAt: TimeSchema.nullable(),
  isDemo: z.boolean(),
  /** False when the folder is gone or cannot be read; `problem` then says why. */
  available: z.boolean(),
  problem: z.string().nullable(),
});
export type StudySummary = z.infer<typeof StudySummarySchema>;

/** What anyone who opened the study sees before signing in. */
export const StudyFaceSchema = z.object({
  id: IdSchema,
  name: z.string(),
  modality: ModalitySchema,
  isDemo: z.boolean(),
  /** A reader's copy that came in a bundle: what is sealed in it goes back. */
  isCopy: z.boolean(),
  people: z.array(PersonSchema),
  you: PersonSchema.nullable(),
  /** The idle lock ended the sign-in that asks, after so many minutes; absent where it did not. */
  idleMinutes: z.number().optional(),
});
export type StudyFace = z.infer<typeof StudyFaceSchema>;

export const SignInSchema = z.object({ personId: IdSchema, passphrase: z.string().max(200) });
export const SignedInSchema = z.object({ token: z.string(), you: PersonSchema });

/** Everything a coordinator sees of the set-up. */
export const StudyOverviewSchema = StudyFaceSchema.extend({
  folder: z.string(),
  createdAt: TimeSchema,
  structures: z.array(StructureSchema),
  rounds: z.array(RoundSchema),
  design: DesignSchema,
  qualification: QualificationSchema.nullable(),
  instructions: InstructionsSchema,
  questions: z.array(QuestionSchema),
  idleLockMinutes: z.number(),
  /** Who has mistyped, and until when they wait; for coordinators only, empty for others. */
  accounts: z.array(
    z.object({ personId: IdSchema, failedTries: z.int(), lockedUntil: TimeSchema.nullable() }),
  ),
  /** In order of import; images and masks are elsewhere. */
  cases: z.array(z.object({ id: IdSchema, name: z.string(), purpose: z.enum(['study', 'qualification']) })),
});
export type StudyOverview = z.infer<typeof StudyOverviewSchema>;

/** The published description of protocol.json, made from the schema itself. */
export function protocolJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(ProtocolSchema, { io: 'input' });
  return {
    $schema,
    title: 'Concord study protocol',
    description: 'What `concord study create STUDY.concord --protocol protocol.json` makes a study from.',
    ...schema,
  };
}
