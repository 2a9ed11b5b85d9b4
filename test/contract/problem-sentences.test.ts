// Every refusal in words: no bare code, whole sentences, and what to do. Walks each `new Problem(…)` below electron/.
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { ADVICE, advised, tellsWhatToDo } from '../../electron/contract/advice.ts';
import { Problem } from '../../electron/contract/problem.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** Stands where a name, a number or a reason is put in. */
const HOLE = '…';

interface Refusal {
  where: string;
  code: string;
  /** Every text that it can be, by its branches. */
  texts: string[];
}

/** The texts an expression can be; a hole for what is not written here. */
function textsOf(node: ts.Expression): string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isParenthesizedExpression(node)) return textsOf(node.expression);
  if (ts.isConditionalExpression(node)) return [...textsOf(node.whenTrue), ...textsOf(node.whenFalse)];
  if (ts.isTemplateExpression(node)) {
    let texts = [node.head.text];
    for (const span of node.templateSpans) {
      const inside = ts.isConditionalExpression(span.expression) ? textsOf(span.expression) : [HOLE];
      texts = texts.flatMap((text) => inside.map((one) => text + one + span.literal.text));
    }
    return texts;
  }
  return [HOLE];
}

function refusals(): Refusal[] {
  const found: Refusal[] = [];
  for (const file of globSync('electron/**/*.ts', { cwd: root })) {
    if (/\.test\.ts$|\/test-/.test(file)) continue;
    const source = ts.createSourceFile(file, readFileSync(root + file, 'utf8'), ts.ScriptTarget.Latest, true);
    const walk = (node: ts.Node): void => {
      if (ts.isNewExpression(node) && node.expression.getText() === 'Problem' && node.arguments) {
        const [code, detail] = node.arguments;
        const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
        const texts = detail ? textsOf(detail) : [''];
        found.push({ where: `${file}:${line}`, code: textsOf(code)[0], texts });
      }
      ts.forEachChild(node, walk);
    };
    walk(source);
  }
  return found;
}

const all = refusals();
/** Codes and sentences that are put together by a function from what its callers give. */
const own = all.filter(
  ({ code, texts }) => !code.includes(HOLE) && texts.some((text) => /[a-z]/i.test(text)),
);

describe('refusals', () => {
  it('are found, and most say their sentence where they are made', () => {
    expect(all.length).toBeGreaterThan(250);
    expect(all.length - own.length).toBeLessThan(30);
  });

  it('have codes in kebab case', () => {
    const wrong = own.filter(({ code }) => !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(code));
    expect(wrong.map(({ where, code }) => `${where} ${code}`)).toEqual([]);
  });

  it('are whole sentences that show no code', () => {
    const wrong = own.flatMap(({ where, code, texts }) =>
      texts
        .filter((text) => text !== HOLE)
        .filter(
          (text) =>
            !/^(?:[“A-Z…]|--?[a-z])/.test(text) ||
            !/[.?…]$/.test(text) ||
            (code.includes('-') && text.includes(code)) ||
            text.length < 4,
        )
        .map((text) => `${where} ${text}`),
    );
    expect(wrong).toEqual([]);
  });

  it('say what to do, or that nothing is to be done', () => {
    const wrong = own.flatMap(({ where, code, texts }) =>
      texts
        .filter((text) => text !== HOLE && !tellsWhatToDo(text) && !(code in ADVICE))
        .map((text) => `${where} ${text}`),
    );
    expect(wrong).toEqual([]);
  });

  it('have advice that tells what to do, for codes that there are', () => {
    const written = globSync('electron/**/*.ts', { cwd: root })
      .filter((file) => !/advice\.ts$|\.test\.ts$/.test(file))
      .map((file) => readFileSync(root + file, 'utf8'))
      .join();
    for (const [code, advice] of Object.entries(ADVICE)) {
      expect(tellsWhatToDo(advice), code).toBe(true);
      expect(advice, code).toMatch(/^[A-Z].*\.$/);
      expect(written.includes(`'${code}'`) || code.endsWith('-bytes-damaged'), code).toBe(true);
    }
  });

  it('carry it once, however often they cross a wire', () => {
    const problem = new Problem('bundle-key-wrong', 'That passphrase does not open it. Nothing was changed.');
    expect(problem.message).toBe(
      'That passphrase does not open it. Nothing was changed. Type it again as you were told, or ask the coordinator which key opens it.',
    );
    expect(Problem.from(problem.toDetails()).message).toBe(problem.message);
    expect(advised('file-not-found', 'x is not there. Check the path.')).toBe(
      'x is not there. Check the path.',
    );
    expect(advised('unheard-of', 'What is this.')).toBe('What is this.');
  });
});
