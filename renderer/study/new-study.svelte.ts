// The New study form: what was typed, and what is wrong with it beside each field, by the same schema as the backend.
import { READER_COLOURS, STRUCTURE_COLOURS } from '../../electron/contract/identity.ts';
import { Problem } from '../../electron/contract/problem.ts';
import {
  IDLE_LOCK_MINUTES,
  type Arm,
  type Design,
  type NewQuestion,
} from '../../electron/contract/design.ts';
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

/** Commas between levels, or semicolons where a level holds a comma. */
function splitLevels(line: string): string[] {
  return line
    .split(line.includes(';') ? ';' : ',')
    .map((level) => level.trim())
    .filter(Boolean);
}
function joinLevels(levels: readonly string[]): string {
  return levels.some((level) => level.includes(',')) ? `${levels.join('; ')};` : levels.join(', ');
}

function questionValues({ levels, minimum, maximum, unit, ...rest }: QuestionFields) {
  if (rest.scale !== 'interval') {
    return {
      ...rest,
      levels: splitLevels(levels),
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
  /** Of a protocol that was taken in; drawn at random where there is none. */
  seed = $state<number | undefined>(undefined);
  qualification = $state({ on: false, passMark: 0.8, cases: null as number | null });
  instructions = $state({ text: '', minutesPerRead: 15 as number | null, enforced: false });
  /** Example pictures; they are sent once the study is made. */
  pictures = $state<{ file: File; caption: string; label: number }[]>([]);
  idleLockMinutes = $state(IDLE_LOCK_MINUTES);
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
      ...(this.qualification.on ? { qualification: this.qualificationValues() } : {}),
      ...(this.seed === undefined ? {} : { seed: this.seed }),
      instructions: this.instructionValues(),
      idleLockMinutes: this.idleLockMinutes,
    };
  }

  private qualificationValues() {
    const { passMark, cases } = this.qualification;
    return { passMark, ...(cases === null ? {} : { cases }) };
  }
  private instructionValues() {
    const { text, minutesPerRead, enforced } = this.instructions;
    return {
      text,
      ...(minutesPerRead === null ? {} : { minutesPerRead }),
      timeIsUp: enforced && minutesPerRead !== null ? 'enforced' : 'shown',
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

  /** Fills the form from a protocol.json. Answers what was wrong with it, in a sentence, or null. */
  take(text: string, name: string): string | null {
    let given: unknown;
    try {
      given = JSON.parse(text);
    } catch {
      return `${name} is not JSON, so it is no protocol. Nothing was changed; choose another file.`;
    }
    const parsed = ProtocolSchema.safeParse(given);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const where = issue.path.map(String).join('.') || 'the file';
      return `${name} is no protocol: ${where} ${issue.message}. Nothing was changed; mend it and try again.`;
    }
    this.fill(parsed.data);
    return null;
  }

  private fill(protocol: Protocol): void {
    const { design, qualification, instructions } = protocol;
    this.name = protocol.name;
    this.modality = protocol.modality;
    this.structures = protocol.structures;
    this.coordinator = protocol.coordinator;
    this.readers = protocol.readers;
    this.auditors = protocol.auditors;
    this.rounds = protocol.rounds;
    this.seed = protocol.seed;
    this.idleLockMinutes = protocol.idleLockMinutes;
    const { readersPerCase = 2, groups = 2, plannedCases = 40 } = design;
    const arms = design.arms.length > 0 ? design.arms : this.design.arms;
    this.design = { ...design, arms, readersPerCase, groups, plannedCases };
    this.questions = protocol.questions.map((question) => ({
      ...question,
      levels: joinLevels(question.levels ?? []),
      minimum: question.minimum ?? null,
      maximum: question.maximum ?? null,
      unit: question.unit ?? '',
    }));
    this.qualification = {
      on: qualification !== undefined,
      passMark: qualification?.passMark ?? 0.8,
      cases: qualification?.cases ?? null,
    };
    this.instructions = {
      text: instructions?.text ?? '',
      minutesPerRead: instructions?.minutesPerRead ?? null,
      enforced: instructions?.timeIsUp === 'enforced',
    };
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
