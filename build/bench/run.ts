// Runs the benchmarks one after another, each in a process of its own, and prints one table.
import { spawnSync } from 'node:child_process';
import { fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findChromium } from '../checks/browsers.ts';
import { folder } from './material.ts';
import { meets, renderTable, type Bench, type Row } from './rows.ts';

const BENCHES: Record<string, () => Promise<Bench>> = {
  load: async () => (await import('./load.ts')).load,
  metrics: async () => (await import('./metrics.ts')).metrics,
  durable: async () => (await import('./durable.ts')).durable,
  study: async () => (await import('./study.ts')).study,
  agreement: async () => (await import('./agreement.ts')).agreement,
  inference: async () => (await import('./inference.ts')).inference,
  'inference-large': async () => (await import('./inference-large.ts')).inferenceLarge,
  pytorch: async () => (await import('./pytorch.ts')).pytorch,
  page: async () => (await import('./page.ts')).page,
  tools: async () => (await import('./tools.ts')).tools,
  peers: async () => (await import('./peers.ts')).peers,
};

type Outcome = { rows: Row[] } | { reason: string };

function versionOf(command: string, args: string[]): string {
  const result = spawnSync(command, args, { encoding: 'utf8' });
  return result.status === 0 ? (result.stdout || result.stderr).trim() : 'none';
}

function machine(): string {
  const [{ model }] = cpus();
  const chromium = findChromium();
  const version = chromium
    ? (/[\d.]{5,}/.exec(versionOf(chromium, ['--version']))?.[0] ?? 'unknown')
    : 'none';
  const python = versionOf('/usr/bin/python3', [
    '-c',
    'import sys, scipy; print(sys.version.split()[0], "with SciPy", scipy.__version__)',
  ]);
  return [
    `${cpus().length} × ${model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform} ${release()}`,
    `Node ${process.versions.node}, Chromium ${version}, Python ${python}`,
  ].join('\n');
}

/** A process of its own, so that one benchmark's memory and warm caches are not the next one's. */
function runApart(name: string): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = fork(fileURLToPath(import.meta.url), ['--child', name], {
      serialization: 'advanced',
      execArgv: ['--expose-gc'],
    });
    let outcome: Outcome = { reason: 'it ended without a word' };
    child.on('message', (message) => (outcome = message as Outcome));
    child.on('exit', () => resolve(outcome));
  });
}

async function runHere(name: string): Promise<void> {
  const outcome: Outcome = await BENCHES[name]()
    .then((bench) => bench.run((line) => process.stderr.write(`${name}: ${line}\n`)))
    .then((rows) => ({ rows }))
    .catch((error: unknown) => ({
      reason: `not measured: ${error instanceof Error ? error.message : String(error)}`,
    }));
  process.send!(outcome, () => process.exit(0));
}

const [first, second] = process.argv.slice(2);
if (first === '--child') await runHere(second);
else await runAll(process.argv.slice(2));

async function runAll(wanted: string[]): Promise<void> {
  const unknown = wanted.find((name) => !(name in BENCHES));
  if (unknown) {
    process.stderr.write(`There is no benchmark ${unknown}; there are ${Object.keys(BENCHES).join(', ')}.\n`);
    process.exitCode = 2;
    return;
  }
  mkdirSync(folder, { recursive: true });
  const table: (Row | { what: string; reason: string })[] = [];
  for (const name of Object.keys(BENCHES)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const outcome = await runApart(name);
    if ('rows' in outcome) table.push(...outcome.rows);
    else table.push({ what: name, reason: outcome.reason });
  }
  const text = `${machine()}\n\n${renderTable(table)}\n`;
  process.stdout.write(text);
  writeFileSync(join(folder, 'table.txt'), text);
  const missed = table.filter((row) => 'samples' in row && !meets(row)).length;
  process.stdout.write(missed > 0 ? `\n${missed} targets missed.\n` : '\nEvery target met.\n');
}
