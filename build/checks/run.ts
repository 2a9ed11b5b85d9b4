// Every check of the project in one go; the last line says how many passed, failed and were skipped.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureChromium, ensureScipy, findElectron } from './browsers.ts';
import { addTally, emptyTally, tallyOfVitest, type Tally } from './tally.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const reports = join(root, 'out', 'test');
const bin = (path: string) => join(root, 'node_modules', path);
const began = Date.now();
/** No test may touch the studies of whoever runs it. */
const home = mkdtempSync(join(tmpdir(), 'concord-test-home-'));

function say(line: string): void {
  process.stdout.write(`[${String(Math.round((Date.now() - began) / 1000)).padStart(4)} s] ${line}\n`);
}

/** Runs a script under this Node; answers with its exit code and what it wrote. */
function run(args: string[], environment: NodeJS.ProcessEnv = {}): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, CONCORD_HOME: home, ...environment },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
    child.on('error', (error) => resolve({ code: 1, output: error.message }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** One check that passes or fails as a whole; its output is shown when it fails. */
async function check(name: string, args: string[]): Promise<Tally> {
  const start = Date.now();
  const { code, output } = await run(args);
  say(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
  if (code === 0) return { ...emptyTally(), passed: 1 };
  process.stdout.write(`${output.trimEnd()}\n`);
  return { ...emptyTally(), failed: 1, failures: [`${name}: see above`] };
}

/** The checks that need no running program, two at a time. */
async function standingChecks(total: Tally): Promise<void> {
  const queue: [string, string[]][] = [
    ['types (tsc)', [bin('typescript/bin/tsc'), '--noEmit', '-p', 'tsconfig.json']],
    [
      'types of the page (svelte-check)',
      [bin('svelte-check/bin/svelte-check'), '--threshold', 'warning', '--tsconfig', './tsconfig.json'],
    ],
    ['eslint', [bin('eslint/bin/eslint.js'), '.']],
    ['prettier', [bin('prettier/bin/prettier.cjs'), '--check', '.', '--log-level', 'warn']],
    ['import layers', [join(root, 'build', 'layers.ts')]],
  ];
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) addTally(total, await check(...next));
  };
  await Promise.all([worker(), worker()]);
}

async function vitest(set: string, environment: NodeJS.ProcessEnv = {}, ...more: string[]): Promise<Tally> {
  const start = Date.now();
  const report = join(reports, `${set}.json`);
  rmSync(report, { force: true });
  say(`${set} tests …`);
  const args = [
    bin('vitest/vitest.mjs'),
    'run',
    '--config',
    'build/vitest.config.ts',
    '--project',
    set,
    ...more,
  ];
  const { code, output } = await run(
    [...args, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    {
      ...environment,
      NO_COLOR: '1',
    },
  );
  const tally = tallyOfVitest(set, report, code);
  process.stdout.write(`${output.trimEnd()}\n`);
  say(
    `${tally.failed === 0 ? 'ok    ' : 'FAILED'} ${set} tests (${((Date.now() - start) / 1000).toFixed(1)} s)`,
  );
  return tally;
}

async function endToEnd(total: Tally, bundled: boolean): Promise<void> {
  const chromium = ensureChromium(say);
  if (!bundled || !chromium) {
    total.skipped += 1;
    total.skips.push(
      bundled
        ? 'e2e: no Chromium, Chrome or Edge here, and none could be installed (needs root and apt-get)'
        : 'e2e: the page or the shell could not be bundled',
    );
    return;
  }
  const electron = findElectron(say);
  const environment: NodeJS.ProcessEnv = { CONCORD_CHROMIUM: chromium };
  if (electron) environment['CONCORD_TEST_ELECTRON'] = electron;
  // One window at a time: these tests look at what is on the screen and how fast.
  addTally(total, await vitest('e2e', environment, '--no-file-parallelism'));
}

mkdirSync(reports, { recursive: true });
const total = emptyTally();
say(`Node ${process.version} on ${process.platform}-${process.arch}`);
await standingChecks(total);
const bundle = await check('bundles (page, shell)', [join(root, 'build', 'bundle.mjs')]);
addTally(total, bundle);
ensureScipy(say);
addTally(total, await vitest('unit'));
addTally(total, await vitest('contract'));
await endToEnd(total, bundle.failed === 0);

if (total.skips.length > 0)
  process.stdout.write(`\nSkipped:\n${total.skips.map((line) => `  ${line}\n`).join('')}`);
if (total.failures.length > 0)
  process.stdout.write(`\nFailed:\n${total.failures.map((line) => `  ${line}\n`).join('')}`);
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed > 0 ? 1 : 0;
rmSync(home, { recursive: true, force: true });
