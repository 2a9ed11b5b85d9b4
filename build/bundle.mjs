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

/** Builds what is out of date; exits with a sentence when a build fails. */
export async function ensureBundles() {
  const page = stale('renderer', ['renderer', 'electron/contract', 'build/vite.config.ts']);
  if (page) {
    say('Concord: building the page …');
    const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
    if (
      (await runNode([vite, 'build', '--config', 'build/vite.config.ts', '--logLevel', 'warn'], {
        stdio: ['ignore', 2, 2],
      })) !== 0
    ) {
      say('Concord: the page could not be built (see above).');
      process.exit(1);
    }
    page();
  }
  const shell = stale('shell', ['electron', 'build/bundle-shell.ts']);
  if (shell) {
    if ((await runNode([join(ROOT, 'build', 'bundle-shell.ts')], { stdio: ['ignore', 2, 2] })) !== 0) {
      say('Concord: the desktop shell could not be built (see above).');
      process.exit(1);
    }
    shell();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await ensureDependencies();
  await ensureBundles();
}
