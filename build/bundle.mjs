// Bundles the page (vite) and the desktop shell (esbuild), each only when its sources changed.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureDependencies, ROOT, runNode, say } from './setup.mjs';

/** A fingerprint of names, sizes and times below the given folders: fast, and right unless a clock lies. */
function fingerprint(paths) {
  const hash = createHash('sha256');
  const walk = (path) => {
    const facts = statSync(path);
    if (facts.isDirectory()) {
      for (const name of readdirSync(path).sort()) if (!name.startsWith('.')) walk(join(path, name));
    } else if (!path.endsWith('.test.ts')) {
      hash.update(`${path} ${facts.size} ${facts.mtimeMs}\n`);
    }
  };
  for (const path of paths) walk(join(ROOT, path));
  return hash.digest('hex');
}

function stale(name, paths) {
  const file = join(ROOT, 'out', `.${name}`);
  const now = fingerprint([...paths, 'package-lock.json', 'build/bundle.mjs']);
  if (existsSync(file) && readFileSync(file, 'utf8') === now) return null;
  return () => {
    mkdirSync(join(ROOT, 'out'), { recursive: true });
    writeFileSync(file, now);
  };
}

/** Runs one build when its sources changed; exits with a sentence when it fails. */
async function ensure(name, what, sources, command) {
  const finished = stale(name, sources);
  if (!finished) return;
  say(`Concord: building ${what} …`);
  if ((await runNode(command, { stdio: ['ignore', 2, 2] })) !== 0) {
    say(`Concord: ${what} could not be built (see above).`);
    process.exit(1);
  }
  finished();
}

export async function ensurePage() {
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
  await ensure(
    'renderer',
    'the page',
    ['renderer', 'electron/contract', 'build/vite.config.ts'],
    [vite, 'build', '--config', join(ROOT, 'build', 'vite.config.ts'), '--logLevel', 'warn'],
  );
}

export async function ensureBundles() {
  await ensurePage();
  const script = join(ROOT, 'build', 'bundle-shell.ts');
  await ensure('shell', 'the desktop shell', ['electron', 'build/bundle-shell.ts'], [script]);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await ensureDependencies();
  await ensureBundles();
}
