// The `concord` command line: commands are data in cli/, errors become one sentence and an exit code here.
import { Command, CommanderError } from 'commander';
import { readFileSync } from 'node:fs';
import { Problem } from './contract/problem.ts';

/** Command → the module that knows it; loaded only when asked for, so that --help answers at once. */
const COMMANDS: Record<string, { describe: string; load: () => Promise<(program: Command) => void> }> = {
  info: {
    describe: 'say what volumes are: size, spacing, orientation, type',
    load: async () => (await import('./cli/info.ts')).registerInfo,
  },
  metrics: {
    describe: 'compare two masks',
    load: async () => (await import('./cli/metrics.ts')).registerMetrics,
  },
  stats: {
    describe: 'agreement of raters from a table of ratings',
    load: async () => (await import('./cli/stats.ts')).registerStats,
  },
  staple: {
    describe: 'the hidden truth behind several masks (STAPLE)',
    load: async () => (await import('./cli/staple.ts')).registerStaple,
  },
  vote: {
    describe: 'majority vote of several masks',
    load: async () => (await import('./cli/vote.ts')).registerVote,
  },
  model: {
    describe: 'import a trained network, or show what a model is',
    load: async () => (await import('./cli/model.ts')).registerModel,
  },
  segment: {
    describe: 'run a model on an image',
    load: async () => (await import('./cli/segment.ts')).registerSegment,
  },
  demo: {
    describe: 'make a small study end to end and print its agreement',
    load: async () => (await import('./cli/demo.ts')).registerDemo,
  },
  study: {
    describe: 'create or show a study',
    load: async () => (await import('./cli/study.ts')).registerStudy,
  },
  import: {
    describe: 'import volumes, or masks drawn elsewhere as sealed reads',
    load: async () => (await import('./cli/import.ts')).registerImport,
  },
  agreement: {
    describe: 'compute and print the agreement of a study',
    load: async () => (await import('./cli/agreement.ts')).registerAgreement,
  },
  report: {
    describe: 'write the agreement report of a study',
    load: async () => (await import('./cli/report.ts')).registerReport,
  },
  audit: {
    describe: 'verify the audit trail of a study',
    load: async () => (await import('./cli/audit.ts')).registerAudit,
  },
  bundle: {
    describe: 'hand a reader their part of a study, and merge it back',
    load: async () => (await import('./cli/bundle.ts')).registerBundle,
  },
  serve: {
    describe: 'serve a study to a browser on this machine',
    load: async () => (await import('./cli/serve.ts')).registerServe,
  },
};

function version(): string {
  const file = new URL('../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** Exit codes: 0 done, 1 the work failed, 2 the arguments or an input are wrong. */
function exitCodeOf(error: unknown): number {
  return error instanceof Problem && error.status < 500 ? 2 : 1;
}

function explain(error: unknown): string {
  if (error instanceof Problem) {
    const fields = error.fields?.slice(1).map((field) => `\n  ${field.path}: ${field.message}`) ?? [];
    return error.message + fields.join('');
  }
  if (process.env['CONCORD_DEBUG'])
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const what = error instanceof Error ? error.message : String(error);
  return `the work failed: ${what.replace(/[.\s]*$/, '')}. CONCORD_DEBUG=1 shows where.`;
}

async function main(args: string[]): Promise<number> {
  const program = new Command('concord')
    .description('Segmentation ground truth and reader agreement, offline.')
    .version(version())
    .exitOverride()
    .configureOutput({ writeErr: (text) => process.stderr.write(text.replace(/^error: /, 'concord: ')) });
  const words = args.filter((word) => !word.startsWith('-'));
  const wanted = words[0] === 'help' ? words[1] : words[0];
  if (args.length === 0) args = ['--help'];
  try {
    for (const [name, { describe, load }] of Object.entries(COMMANDS)) {
      if (name === wanted) (await load())(program);
      else program.command(name).description(describe);
    }
    program.commands.forEach((command) => inherit(command));
    await program.parseAsync(args, { from: 'user' });
    // A command that did its work and found something wrong has said so itself.
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(`concord: ${explain(error)}\n`);
    return exitCodeOf(error);
  }
}

/** Subcommands do not take over exitOverride when they were made before it was set. */
function inherit(command: Command): void {
  command.exitOverride().configureOutput({
    writeErr: (text) => process.stderr.write(text.replace(/^error: /, 'concord: ')),
  });
  command.commands.forEach(inherit);
}

// A reader of our output that goes away (`concord … | head`) is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});
process.stderr.on('error', () => undefined);

process.exitCode = await main(process.argv.slice(2));
