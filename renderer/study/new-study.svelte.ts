// The New study form: what was typed, and what is wrong with it beside each field, by the same schema as the backend.
import { READER_COLOURS, STRUCTURE_COLOURS } from '../../electron/contract/identity.ts';
import { Problem } from '../../electron/contract/problem.ts';
import type { Arm, Design, NewQuestion } from '../../electron/contract/design.ts';
import { ProtocolSchema, type Protocol } from '../../electron/contract/study.ts';

export interface Issue {
  path: readonly (string | number)[];
  message: string;
}

/** The address of a field in the form, for example `readers.0.name`. */
type FieldErrors = Record<string, string>;

/** A question as it is typed: levels in one line, commas between them. */
export interface QuestionFields {
  text: string;
  scale: NewQuestion['scale'];
  levels: string;
  minimum: number | null;
  maximum: number | null;
  unit: string;
  scope: NewQuestion['scope'];
  required: boolean;
  moment: NewQuestion['moment'];
}

function questionValues({ levels, minimum, maximum, unit, ...rest }: QuestionFields) {
  if (rest.scale !== 'interval') {
    return {
      ...rest,
      levels: levels
        .split(',')
        .map((level) => level.trim())
        .filter(Boolean),
    };
  }
  return {
    ...rest,
    ...(minimum === null ? {} : { minimum }),
    ...(maximum === null ? {} : { maximum }),
    ...(unit.trim() === '' ? {} : { unit: unit.trim() }),
  };
}

export class NewStudyForm {
  name = $state('');
  modality = $state<Protocol['modality']>('CT');
  structures = $state([{ label: 1, name: '', colour: STRUCTURE_COLOURS[0] as string }]);
  coordinator = $state({ name: 'Coordinator', passphrase: '' });
  readers = $state([
    { name: '', passphrase: '' },
    { name: '', passphrase: '' },
  ]);
  rounds = $state<Protocol['rounds']>([
    { name: 'Round 1', arm: 'assisted', washoutDays: 0, share: 1 },
    { name: 'Round 2', arm: 'assisted', washoutDays: 14, share: 1 },
  ]);
  auditors = $state<{ name: string; passphrase: string }[]>([]);
  design = $state({
    armsBy: 'round' as Design['armsBy'],
    arms: ['assisted', 'unassisted'] as Arm[],
    reading: 'all' as Design['reading'],
    readersPerCase: 2,
    groups: 2,
    plannedCases: 40,
  });
  questions = $state<QuestionFields[]>([]);
  qualification = $state({ on: false, passMark: 0.8 });
  instructions = $state({ text: '', minutesPerRead: 15 });
  /** Errors show once somebody tried to create the study, then follow the typing. */
  tried = $state(false);
  private refused = $state.raw<FieldErrors>({});

  readonly parsed = $derived(ProtocolSchema.safeParse(this.values()));
  readonly errors = $derived.by((): FieldErrors => {
    if (!this.tried) return {};
    if (this.parsed.success) return this.refused;
    return fieldErrors(this.parsed.error.issues as Issue[]);
  });

  private values() {
    return {
      name: this.name,
      modality: this.modality,
      structures: $state.snapshot(this.structures),
      coordinator: $state.snapshot(this.coordinator),
      // A reader's line that was left empty is no reader.
      readers: $state.snapshot(this.readers).filter((reader) => reader.name || reader.passphrase),
      rounds: $state.snapshot(this.rounds),
      auditors: $state.snapshot(this.auditors).filter((auditor) => auditor.name || auditor.passphrase),
      design: this.designValues(),
      questions: $state.snapshot(this.questions).map(questionValues),
      ...(this.qualification.on ? { qualification: { passMark: this.qualification.passMark } } : {}),
      instructions: $state.snapshot(this.instructions),
    };
  }

  /** Only what belongs to the chosen design: the rest is no part of the protocol. */
  designValues(): Design {
    const { armsBy, arms, reading, readersPerCase, groups, plannedCases } = $state.snapshot(this.design);
    return {
      armsBy,
      arms: armsBy === 'round' ? [] : arms,
      reading,
      plannedCases,
      ...(reading === 'balanced' ? { readersPerCase } : {}),
      ...(reading === 'split-plot' ? { groups } : {}),
    };
  }
  /** Readers that have a name; what the plan counts. */
  readonly namedReaders = $derived(this.readers.filter((reader) => reader.name.trim()).length);

  addQuestion(): void {
    this.questions.push({
      text: '',
      scale: 'ordinal',
      levels: 'low, middle, high',
      minimum: null,
      maximum: null,
      unit: '',
      scope: 'case',
      required: true,
      moment: 'after',
    });
  }
  addStructure(): void {
    const label = Math.max(0, ...this.structures.map((structure) => structure.label)) + 1;
    const unused = STRUCTURE_COLOURS.find(
      (c) => !this.structures.some((structure) => structure.colour === c),
    );
    const colour = unused ?? STRUCTURE_COLOURS[this.structures.length % STRUCTURE_COLOURS.length];
    this.structures.push({ label: Math.min(255, label), name: '', colour });
  }
  addReader(): void {
    this.readers.push({ name: '', passphrase: '' });
  }
  addRound(): void {
    const last = this.rounds.at(-1);
    this.rounds.push({
      name: `Round ${this.rounds.length + 1}`,
      arm: last?.arm ?? 'assisted',
      washoutDays: this.rounds.length > 1 ? (last?.washoutDays ?? 14) : 14,
      share: 1,
    });
  }
  readerColour(index: number): string {
    return READER_COLOURS[index % READER_COLOURS.length];
  }

  /** The protocol when it is right; otherwise null, and `errors` says why. */
  check(): Protocol | null {
    this.tried = true;
    this.refused = {};
    return this.parsed.success ? this.parsed.data : null;
  }
  /** Takes a refusal of the backend: true when it was about fields, which then show it. */
  refuse(error: unknown): boolean {
    if (!(error instanceof Problem) || !error.fields?.length) return false;
    this.refused = fieldErrors(
      error.fields.map(({ path, message }) => ({
        path: path
          .replace(/^protocol\./, '')
          .split('.')
          .map((part) => (/^\d+$/.test(part) ? Number(part) : part)),
        message,
      })),
    );
    return true;
  }
}

/** The first message of each field. */
export function fieldErrors(issues: readonly Issue[]): FieldErrors {
  const errors: FieldErrors = {};
  for (const { path, message } of issues) {
    const key = fieldOf(path);
    errors[key] ??= message.charAt(0).toUpperCase() + message.slice(1);
  }
  return errors;
}

function fieldOf(path: readonly (string | number)[]): string {
  const [list, index] = path;
  if (path.length === 2 && list === 'structures') return `structures.${index}.name`;
  return path.join('.');
}
