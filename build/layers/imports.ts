// Reads what a source file imports: static, type-only, dynamic, re-exported, and files named for workers.
import ts from 'typescript';

export interface FoundImport {
  /** As written, for example `../contract/reads.ts` or `zod`. */
  specifier: string;
  /** True when nothing of it is left at run time. */
  typeOnly: boolean;
  line: number;
}

/** Every import of a .ts or .svelte source, in order. `fileName` decides how the text is read. */
export function importsOf(fileName: string, text: string): FoundImport[] {
  if (!fileName.endsWith('.svelte')) return importsOfScript(text, 0);
  const found: FoundImport[] = [];
  for (const match of text.matchAll(/<script\b[^>]*>([\s\S]*?)<\/script>/g)) {
    const before = text.slice(0, match.index + match[0].indexOf('>') + 1);
    found.push(...importsOfScript(match[1], before.split('\n').length - 1));
  }
  return found;
}

function importsOfScript(text: string, linesBefore: number): FoundImport[] {
  const source = ts.createSourceFile('file.ts', text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
  const found: FoundImport[] = [];
  const add = (node: ts.Node, specifier: ts.Node | undefined, typeOnly: boolean) => {
    if (!specifier || !ts.isStringLiteralLike(specifier)) return;
    const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1 + linesBefore;
    found.push({ specifier: specifier.text, typeOnly, line });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node, node.moduleSpecifier, onlyTypes(node.importClause));
    else if (ts.isExportDeclaration(node)) add(node, node.moduleSpecifier, exportsOnlyTypes(node));
    else if (ts.isImportTypeNode(node)) {
      if (ts.isLiteralTypeNode(node.argument)) add(node, node.argument.literal, true);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node, node.arguments[0], false);
    } else if (isFileUrl(node)) add(node, node.arguments?.[0], false);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** `import type …`, or named imports that are all types. A bare `import 'x'` is no type import. */
function onlyTypes(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const named = clause.namedBindings;
  if (clause.name || !named || !ts.isNamedImports(named)) return false;
  return named.elements.length > 0 && named.elements.every((element) => element.isTypeOnly);
}

function exportsOnlyTypes(node: ts.ExportDeclaration): boolean {
  if (node.isTypeOnly) return true;
  const named = node.exportClause;
  return Boolean(
    named &&
    ts.isNamedExports(named) &&
    named.elements.length &&
    named.elements.every((one) => one.isTypeOnly),
  );
}

/** `new URL('./worker.ts', import.meta.url)`: a file that runs, hence an import. */
function isFileUrl(node: ts.Node): node is ts.NewExpression {
  if (!ts.isNewExpression(node) || node.expression.getText() !== 'URL') return false;
  const [file, base] = node.arguments ?? [];
  return (
    file !== undefined &&
    ts.isStringLiteralLike(file) &&
    /\.(ts|svelte)$/.test(file.text) &&
    base?.getText() === 'import.meta.url'
  );
}
