// Tables of text: commas, semicolons or tabs; quotes as RFC 4180.
import { readFile } from 'node:fs/promises';
import { Problem } from '../contract/problem.ts';
import { fileProblem } from '../imaging/refusals.ts';

export interface CsvTable {
  header: string[];
  /** Fields, trimmed, and the line each row starts on (1 = the file's first). */
  rows: { line: number; fields: string[] }[];
}

/**
 * Reads a table: the first line that is not empty is the header, empty lines do not count. The separator is whichever of
 * comma, semicolon and tab the header holds most of. Throws Problem `table-not-text`, `table-empty`, `table-ragged`,
 * `table-quote-open`, and what reading a file throws.
 */
export async function readCsv(path: string): Promise<CsvTable> {
  const text = decode(
    path,
    await readFile(path).catch((error: unknown) => {
      throw fileProblem(path, error);
    }),
  );
  const firstLine = text.split(/\r\n|\n|\r/).find((line) => line.trim() !== '') ?? '';
  const records = split(path, text, separatorOf(firstLine)).filter(({ fields }) =>
    fields.some((f) => f !== ''),
  );
  if (records.length === 0) throw new Problem('table-empty', `${path} is empty: there is no table in it.`);
  const [{ fields: header }, ...rows] = records;
  const ragged = rows.find(({ fields }) => fields.length !== header.length);
  if (ragged) {
    throw new Problem(
      'table-ragged',
      `${path} is ragged: line ${ragged.line} has ${ragged.fields.length} fields and the header ${header.length}. Leave a field empty between separators where a value is missing.`,
    );
  }
  return { header, rows };
}

function decode(path: string, bytes: Buffer): string {
  const notText = (why: string) =>
    new Problem('table-not-text', `${path} is not a text table: ${why}. Save the table as CSV in UTF-8.`);
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes.subarray(0, 2).toString('latin1') === 'PK') throw notText('it is a spreadsheet or an archive');
  if (bytes.includes(0)) throw notText('it holds binary data');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw notText('its letters are not UTF-8');
  }
}

function separatorOf(line: string): string {
  const count = (separator: string) => line.split(separator).length;
  return [',', ';', '\t'].reduce((best, separator) => (count(separator) > count(best) ? separator : best));
}

function split(path: string, text: string, separator: string): CsvTable['rows'] {
  const rows: CsvTable['rows'] = [];
  let [line, startLine, field, quoted, closed] = [1, 1, '', false, false];
  let fields: string[] = [];
  const endField = () => {
    fields.push(closed ? field : field.trim());
    [field, closed] = ['', false];
  };
  const endRow = () => {
    endField();
    rows.push({ line: startLine, fields });
    fields = [];
  };
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (letter === '\n' || (letter === '\r' && text[at + 1] !== '\n')) line++;
    if (quoted) {
      if (letter !== '"') field += letter;
      else if (text[at + 1] === '"') field += text[at++];
      else [quoted, closed] = [false, true];
    } else if (letter === '"' && field.trim() === '' && !closed) [quoted, field] = [true, ''];
    else if (letter === separator) endField();
    else if (letter === '\n' || (letter === '\r' && text[at + 1] !== '\n')) {
      endRow();
      startLine = line;
    } else if (letter !== '\r' && !(closed && letter.trim() === '')) field += letter;
  }
  if (quoted) {
    throw new Problem(
      'table-quote-open',
      `${path}: the quotation that begins on line ${startLine} does not end.`,
    );
  }
  if (field !== '' || closed || fields.length > 0) endRow();
  return rows;
}
