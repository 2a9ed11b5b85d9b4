// The questions of a read: what is asked, what was answered (stored at once), and what still holds back a step.
import type { Form, GivenAnswer, Question } from '../../../electron/contract/forms.ts';
import type { Structure } from '../../../electron/contract/study.ts';
import * as reads from '../../api/reads.ts';

export type Moment = Question['moment'];

/** One question at one place: of the case (label 0), or of a structure. */
export interface Place {
  question: Question;
  label: number;
  /** What it is about; null where it is the case. */
  structure: string | null;
  missing: boolean;
}

export class ReadForm {
  form = $state.raw<Form | null>(null);
  problem = $state<string | null>(null);
  private readonly study: string;
  private readonly read: string;
  private readonly lease: string;

  constructor(study: string, read: string, lease: string) {
    this.study = study;
    this.read = read;
    this.lease = lease;
  }

  async load(): Promise<void> {
    await this.attempt(reads.form(this.study, this.read));
  }

  /** Stores an answer; null takes it back. What is wrong with it stands in `problem`. */
  async give(given: GivenAnswer): Promise<void> {
    await this.attempt(reads.answer(this.study, this.read, this.lease, [given]));
  }

  private async attempt(answered: Promise<Form>): Promise<void> {
    try {
      this.form = await answered;
      this.problem = null;
    } catch (error) {
      this.problem = (error as Error).message;
    }
  }

  valueOf(questionId: string, label: number): string | number | null {
    return (
      this.form?.answers.find((one) => one.questionId === questionId && one.label === label)?.value ?? null
    );
  }

  /** Required questions without an answer. */
  missing(moment: Moment): number {
    return this.form?.missing.filter((one) => one.moment === moment).length ?? 0;
  }

  places(moment: Moment, structures: readonly Structure[]): Place[] {
    const { questions = [], missing = [] } = this.form ?? {};
    return questions
      .filter((question) => question.moment === moment)
      .flatMap((question) => {
        const of = question.scope === 'case' ? [null] : structures;
        return of.map((structure) => {
          const label = structure?.label ?? 0;
          const open = missing.some((one) => one.questionId === question.id && one.label === label);
          return { question, label, structure: structure?.name ?? null, missing: open };
        });
      });
  }
}
