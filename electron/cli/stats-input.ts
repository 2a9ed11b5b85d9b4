// A CSV of ratings or counts → a checked table; what does not do is refused in one sentence.
import { SCALES, type RatingTable, type Scale } from '../agreement/ratings/index.ts';
import { Problem } from '../contract/problem.ts';
import type { CsvTable } from './csv.ts';

export interface StatsInput extends RatingTable {
  readonly subjects: readonly string[];
  /** What was assumed, one sentence each. */
  readonly notes: string[];
}
export interface CountsInput {
  readonly subjects: readonly string[];
  readonly scale: Scale;
  readonly levels: readonly (number | string)[];
  /** The levels as numbers, when all are. */
  readonly numbers: readonly number[] | null;
  /** subjects × levels */
  readonly counts: readonly (readonly number[])[];
  readonly notes: string[];
}
export interface InputOptions {
  readonly scale?: string;
  readonly levels?: string;
}

/** Words that other programs write for a missing value. */
const MISSING_WORDS = /^(na|n\/a|nan|null|none|missing|\.|-|–)$/i;

/**
 * Ratings: subjects × raters. Throws Problem `ratings-one-rater`, `ratings-empty`, `ratings-names`,
 * `ratings-duplicate-subject`, `ratings-text`, `ratings-missing-word`, `ratings-unknown-level`, `option-not-valid`.
 */
export function ratingsInput(path: string, csv: CsvTable, options: InputOptions): StatsInput {
  const raters = columnNames(path, csv, 'rater');
  if (raters.length < 2) {
    throw new Problem(
      'ratings-one-rater',
      `${path} has ${raters.length === 1 ? `one rater (${raters[0]})` : 'no rater'}: agreement needs two or more, one column each after the column of subjects.`,
    );
  }
  const subjects = subjectNames(path, csv);
  const named = namedLevels(options.levels);
  const cells = csv.rows.map(({ fields }) => fields.slice(1));
  const known = new Set(named?.map((level) => String(level)));
  refuseMissingWords(path, subjects, raters, cells, known);
  const numeric = cells.every((row) => row.every((cell) => cell === '' || toNumber(cell) !== null));
  const notes: string[] = [];
  const scale = scaleOf(
    options.scale,
    numeric && (named?.every((level) => typeof level === 'number') ?? true),
    notes,
  );
  if (!numeric && (scale === 'interval' || scale === 'ratio'))
    throw textProblem(path, subjects, raters, cells, scale);
  const values = numeric
    ? cells.map((row) => row.map((cell) => (cell === '' ? null : toNumber(cell))))
    : null;
  const present = values ?? cells.map((row) => row.map((cell) => (cell === '' ? null : cell)));
  const levels = named ?? occurring(present);
  if (!numeric && named === null && scale === 'ordinal') {
    notes.push(`The levels were put in alphabetical order (${levels.join(', ')}); --levels names another.`);
  }
  const places = placesOf(path, subjects, raters, present, levels);
  return { subjects, raters, scale, levels, places, values, notes };
}

/** Counts: subjects × levels. Throws as `ratingsInput`, and `ratings-not-counts`. */
export function countsInput(path: string, csv: CsvTable, options: InputOptions): CountsInput {
  const columns = columnNames(path, csv, 'category');
  if (columns.length === 0)
    throw new Problem('ratings-names', `${path} has no column of counts after the subjects.`);
  const subjects = subjectNames(path, csv);
  const named = namedLevels(options.levels);
  const names = columns.map((name) => toNumber(name) ?? name);
  const stray = named && names.find((name) => !named.includes(name));
  if (stray !== undefined && stray !== null) throw unknownLevel(`${path}: the column “${stray}”`, named!);
  const levels = named ?? names;
  const counts = csv.rows.map(({ fields }, row) => {
    const byName = fields.slice(1).map((cell, column) => {
      const count = toNumber(cell);
      if (count !== null && Number.isInteger(count) && count >= 0) return count;
      throw new Problem(
        'ratings-not-counts',
        `${path}: subject ${subjects[row]} has “${cell}” under ${columns[column]}; with --counts every field is a whole number of raters, 0 where nobody chose the category.`,
      );
    });
    return levels.map((level) => (names.includes(level) ? byName[names.indexOf(level)] : 0));
  });
  const numbers = levels.every((level) => typeof level === 'number') ? (levels as number[]) : null;
  const scale = options.scale === undefined ? 'nominal' : scaleOf(options.scale, true, []);
  if (numbers === null && (scale === 'interval' || scale === 'ratio')) {
    throw new Problem(
      'ratings-text',
      `${path}: the ${scale} scale needs categories that are numbers, and “${levels.find((level) => typeof level === 'string')}” is not.`,
    );
  }
  const notes =
    options.scale === undefined ? ['No --scale was given: the categories were taken as nominal.'] : [];
  return { subjects, scale, levels, numbers, counts, notes };
}

function columnNames(path: string, { header }: CsvTable, what: string): string[] {
  const names = header.slice(1);
  const empty = names.indexOf('');
  if (empty >= 0) {
    throw new Problem(
      'ratings-names',
      `${path}: column ${empty + 2} has no name; the first line names one ${what} a column.`,
    );
  }
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) {
    throw new Problem(
      'ratings-names',
      `${path}: two columns are called “${twice}”; give each ${what} a name of its own.`,
    );
  }
  return names;
}

function subjectNames(path: string, { rows }: CsvTable): string[] {
  if (rows.length === 0) throw new Problem('ratings-empty', `${path} has a header and no subject under it.`);
  const lines = new Map<string, number>();
  for (const { line, fields } of rows) {
    const [subject] = fields;
    if (subject === '') {
      throw new Problem('ratings-names', `${path}: line ${line} has no subject in its first column.`);
    }
    const before = lines.get(subject);
    if (before !== undefined) {
      throw new Problem(
        'ratings-duplicate-subject',
        `${path}: subject “${subject}” is on line ${before} and again on line ${line}; give each subject one line.`,
      );
    }
    lines.set(subject, line);
  }
  return [...lines.keys()];
}

/** Numbers as people write them in CSV; not hexadecimal, not infinity. */
export function toNumber(text: string): number | null {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && Number.isFinite(Number(text))
    ? Number(text)
    : null;
}

function namedLevels(option: string | undefined): (number | string)[] | null {
  if (option === undefined) return null;
  const names = option.split(',').map((name) => name.trim());
  const levels = names.every((name) => toNumber(name) !== null) ? names.map(Number) : names;
  if (names.includes('')) {
    throw new Problem(
      'option-not-valid',
      `--levels has an empty name in “${option}”: name every level in order, with commas between.`,
    );
  }
  const twice = levels.find((level, at) => (levels as unknown[]).indexOf(level) !== at);
  if (twice !== undefined) throw new Problem('option-not-valid', `--levels names “${twice}” twice.`);
  return levels;
}

function scaleOf(option: string | undefined, numeric: boolean, notes: string[]): Scale {
  if (option === undefined) {
    const scale = numeric ? 'interval' : 'nominal';
    notes.push(`No --scale was given: ${numeric ? 'numbers' : 'words'} were taken as ${scale}.`);
    return scale;
  }
  if ((SCALES as readonly string[]).includes(option)) return option as Scale;
  throw new Problem(
    'option-not-valid',
    `--scale takes nominal, ordinal, interval or ratio, not “${option}”.`,
  );
}

function refuseMissingWords(
  path: string,
  subjects: readonly string[],
  raters: readonly string[],
  cells: readonly (readonly string[])[],
  known: ReadonlySet<string>,
): void {
  cells.forEach((row, at) =>
    row.forEach((cell, column) => {
      if (!MISSING_WORDS.test(cell) || known.has(cell)) return;
      throw new Problem(
        'ratings-missing-word',
        `${path}: subject ${subjects[at]} has “${cell}” for ${raters[column]}; leave the field empty where a rating is missing, or name “${cell}” in --levels if it is a level.`,
      );
    }),
  );
}

function textProblem(
  path: string,
  subjects: readonly string[],
  raters: readonly string[],
  cells: readonly (readonly string[])[],
  scale: Scale,
): Problem {
  const row = cells.findIndex((fields) => fields.some((cell) => cell !== '' && toNumber(cell) === null));
  const column = cells[row].findIndex((cell) => cell !== '' && toNumber(cell) === null);
  const comma = /^\d+,\d+$/.test(cells[row][column]) ? ' (write decimals with a point)' : '';
  return new Problem(
    'ratings-text',
    `${path}: subject ${subjects[row]} has “${cells[row][column]}” for ${raters[column]}, which is not a number${comma}; the ${scale} scale needs numbers.`,
  );
}

function occurring(present: readonly (readonly (number | string | null)[])[]): (number | string)[] {
  const found = [...new Set(present.flat())].filter((value) => value !== null);
  return found.sort((x, y) => (typeof x === 'number' && typeof y === 'number' ? x - y : x < y ? -1 : 1));
}

function placesOf(
  path: string,
  subjects: readonly string[],
  raters: readonly string[],
  present: readonly (readonly (number | string | null)[])[],
  levels: readonly (number | string)[],
): (number | null)[][] {
  const numeric = typeof present.flat().find((value) => value !== null) === 'number';
  const places = new Map(levels.map((level, at) => [numeric ? Number(level) : String(level), at] as const));
  return present.map((row, at) =>
    row.map((value, column) => {
      if (value === null) return null;
      const place = places.get(value);
      if (place !== undefined) return place;
      throw unknownLevel(`${path}: subject ${subjects[at]} has “${value}” for ${raters[column]}`, levels);
    }),
  );
}

function unknownLevel(what: string, levels: readonly (number | string)[]): Problem {
  return new Problem('ratings-unknown-level', `${what}, which is not among --levels ${levels.join(',')}.`);
}
