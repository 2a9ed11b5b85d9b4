// Import-layer lint: walks electron/ and renderer/ and names every import that the table of layers forbids.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { importsOf } from './layers/imports.ts';
import { breach } from './layers/rules.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
let files = 0;
const breaches: string[] = [];

for (const top of ['electron', 'renderer']) {
  for (const entry of readdirSync(join(root, top), { recursive: true, encoding: 'utf8' })) {
    if (!/\.(ts|svelte)$/.test(entry)) continue;
    const path = `${top}/${entry.replaceAll('\\', '/')}`;
    files += 1;
    for (const found of importsOf(path, readFileSync(join(root, path), 'utf8'))) {
      const sentence = breach(path, found);
      if (sentence) breaches.push(`${path}:${found.line}  ${found.specifier}\n    ${sentence}`);
    }
  }
}

for (const line of breaches) process.stderr.write(`${line}\n`);
process.stdout.write(`layers: ${files} files, ${breaches.length} forbidden imports\n`);
process.exitCode = breaches.length > 0 ? 1 : 0;
