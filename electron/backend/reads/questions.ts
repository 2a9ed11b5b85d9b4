// Forms: the study's questions, and what a reader answered beside the mask; sealed with it.
import type { Selectable } from 'kysely';
import type { NewQuestion } from '../../contract/design.ts';
import type { Answer, Form, GivenAnswer, Question } from '../../contract/forms.ts';
import { Problem } from '../../contract/problem.ts';
import type { Readable, Writable } from '../../database/open.ts';
import type { Tables } from '../../database/tables.ts';
import { newId } from '../identity.ts';

/** Adds questions after those that are there. */
export async function insertQuestions(tx: Writable, questions: readonly NewQuestion[]): Promise<Question[]> {
  const present = await listQuestions(tx);
  const added = questions.map((question) => ({ id: newId(), ...question }));
  for (const [index, question] of added.entries()) {
    await tx
      .insertInto('form_question')
      .values({
        id: question.id,
        position: present.length + index,
        text: question.text,
        scale: question.scale,
        levels: question.scale === 'interval' ? null : JSON.stringify(question.levels ?? []),
        minimum: question.minimum ?? null,
        maximum: question.maximum ?? null,
        unit: question.unit ?? null,
        scope: question.scope,
        required: question.required ? 1 : 0,
        moment: question.moment,
      })
      .execute();
  }
  return listQuestions(tx);
}

export async function listQuestions(db: Readable): Promise<Question[]> {
  const rows = await db.selectFrom('form_question').selectAll().orderBy('position').execute();
  return rows.map(toQuestion);
}

function toQuestion(row: Selectable<Tables['form_question']>): Question {
  return {
    id: row.id,
    text: row.text,
    scale: row.scale,
    levels: row.levels === null ? [] : (JSON.parse(row.levels) as string[]),
    minimum: row.minimum,
    maximum: row.maximum,
    unit: row.unit,
    scope: row.scope,
    required: row.required === 1,
    moment: row.moment,
  };
}

export async function listAnswers(db: Readable, readId: string): Promise<Answer[]> {
  const rows = await db
    .selectFrom('form_answer')
    .select(['question_id', 'label', 'value', 'at'])
    .where('read_id', '=', readId)
    .execute();
  return rows.map((row) => ({
    questionId: row.question_id,
    label: row.label,
    value: JSON.parse(row.value) as string | number,
    at: row.at,
  }));
}

/** A reopened read goes on from what was answered. */
export async function copyAnswers(tx: Writable, from: string, to: string, at: string): Promise<void> {
  for (const { questionId, label, value } of await listAnswers(tx, from)) {
    await tx
      .insertInto('form_answer')
      .values({ read_id: to, question_id: questionId, label, value: JSON.stringify(value), at })
      .execute();
  }
}

/** The questions of a read, what was answered, and what still has to be: before drawing, and before sealing. */
export async function formOf(db: Readable, readId: string): Promise<Form> {
  const questions = await listQuestions(db);
  const answers = await listAnswers(db, readId);
  const labels = await labelsOf(db);
  const missing = missingAnswers(questions, answers, labels);
  return { questions, answers, missing };
}

async function labelsOf(db: Readable): Promise<number[]> {
  const rows = await db.selectFrom('structure').select('label').orderBy('position').execute();
  return rows.map(({ label }) => label);
}

/** Where each question is asked: once (label 0), or of every structure. */
function placesOf(question: Question, labels: readonly number[]): readonly number[] {
  return question.scope === 'case' ? [0] : labels;
}

function missingAnswers(
  questions: readonly Question[],
  answers: readonly Answer[],
  labels: readonly number[],
): Form['missing'] {
  const given = new Set(answers.map(({ questionId, label }) => `${questionId}/${label}`));
  return questions
    .filter((question) => question.required)
    .flatMap((question) =>
      placesOf(question, labels)
        .filter((label) => !given.has(`${question.id}/${label}`))
        .map((label) => ({ questionId: question.id, label, moment: question.moment })),
    );
}

/**
 * Keeps answers of a draft. What is asked before the mask is fixed with the first stroke. Throws Problem
 * `question-unknown`, `answer-not-fitting`, `answer-fixed`; nothing is kept then.
 */
export async function keepAnswers(
  tx: Writable,
  read: { id: string; lastSeq: number },
  given: readonly GivenAnswer[],
  at: string,
): Promise<void> {
  const questions = new Map((await listQuestions(tx)).map((question) => [question.id, question]));
  const labels = await labelsOf(tx);
  for (const [index, { questionId, label, value }] of given.entries()) {
    const question = questions.get(questionId);
    if (!question || !placesOf(question, labels).includes(label)) {
      throw refusal('question-unknown', 'This study does not ask that', index);
    }
    if (question.moment === 'before' && read.lastSeq > 0) {
      throw refusal(
        'answer-fixed',
        `“${question.text}” is answered before the first stroke and fixed since`,
        index,
      );
    }
    const mine = { read_id: read.id, question_id: questionId, label };
    await tx
      .deleteFrom('form_answer')
      .where('read_id', '=', read.id)
      .where('question_id', '=', questionId)
      .where('label', '=', label)
      .execute();
    if (value === null) continue;
    const fault = misfit(question, value);
    if (fault) throw refusal('answer-not-fitting', `“${question.text}”: ${fault}`, index);
    await tx
      .insertInto('form_answer')
      .values({ ...mine, value: JSON.stringify(value), at })
      .execute();
  }
}

function misfit(question: Question, value: string | number): string | null {
  if (question.scale !== 'interval') {
    return typeof value === 'string' && question.levels.includes(value)
      ? null
      : `${JSON.stringify(value)} is none of ${question.levels.join(', ')}`;
  }
  if (typeof value !== 'number') return `${JSON.stringify(value)} is not a number`;
  if (question.minimum !== null && value < question.minimum) return `must be at least ${question.minimum}`;
  if (question.maximum !== null && value > question.maximum) return `must be at most ${question.maximum}`;
  return null;
}

function refusal(code: string, what: string, index: number): Problem {
  return new Problem(code, `${what}. None of these answers was kept.`, {
    status: code === 'answer-fixed' ? 409 : 422,
    fields: [{ path: `answers.${index}`, message: what }],
  });
}

/** Throws Problem `answers-missing` while a required question of `moments` has no answer. */
export async function requireAnswers(
  db: Readable,
  readId: string,
  moments: readonly ('before' | 'after')[],
): Promise<void> {
  const { questions, missing } = await formOf(db, readId);
  const due = missing.filter(({ moment }) => moments.includes(moment));
  if (due.length === 0) return;
  const text = questions.find(({ id }) => id === due[0].questionId)?.text ?? '';
  const others = due.length > 1 ? ` and ${due.length - 1} more` : '';
  const act = moments.includes('after') ? 'sealed' : 'drawn on';
  throw new Problem(
    'answers-missing',
    `The read is not ${act} yet: “${text}”${others} must be answered first. Nothing is lost.`,
    {
      status: 409,
      fields: due.map(({ questionId, label }) => ({
        path: `${questionId}.${label}`,
        message: 'is required',
      })),
    },
  );
}
