// `concord bundle`: a study copy for a reader on another machine, and what comes back.
import type { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import type { Key, Lock } from '../backend/bundles/service.ts';
import { Problem } from '../contract/problem.ts';
import { COMMAND_LINE, printJson, withServices, withStudy } from '../host/services.ts';

interface KeyOptions {
  passphraseFile?: string;
  recipient?: string;
  identity?: string;
  json?: boolean;
}

export function registerBundle(program: Command): void {
  const bundle = program
    .command('bundle')
    .description('hand a reader their part of a study, and merge it back');
  bundle
    .command('export')
    .description('write a bundle with one reader’s assignments only, encrypted to them')
    .argument('<study>', 'the study folder, NAME.concord')
    .requiredOption('--reader <name>', 'whose assignments')
    .requiredOption('-o, --output <file>', 'the bundle to write')
    .option('--passphrase-file <file>', 'a file with the passphrase (or set CONCORD_PASSPHRASE)')
    .option('--recipient <key>', 'the reader’s public key, age1…, instead of a passphrase')
    .option('--json', 'print one JSON object')
    .action(async (folder: string, options: KeyOptions & { reader: string; output: string }) => {
      const lock = await lockOf(options);
      const made = await withStudy(folder, (study, { bundles }) =>
        bundles.handOut(study, {
          reader: options.reader,
          target: options.output,
          lock,
          actor: COMMAND_LINE.name,
        }),
      );
      if (options.json) return printJson({ file: options.output, ...made });
      const drafts = made.drafts > 0 ? `; ${made.drafts} drafts stay here` : '';
      process.stdout.write(
        `Wrote ${options.output}: ${made.reads} reads to do, ${made.cases} cases${drafts}.\n`,
      );
    });
  bundle
    .command('open')
    .description('on the reader’s machine: make the study folder out of a bundle')
    .argument('<file>', 'the bundle')
    .requiredOption('-o, --output <study>', 'the folder to make, NAME.concord')
    .option('--passphrase-file <file>', 'a file with the passphrase (or set CONCORD_PASSPHRASE)')
    .option('--identity <file>', 'a file with the secret key, AGE-SECRET-KEY-1…')
    .option('--json', 'print one JSON object')
    .action(async (file: string, options: KeyOptions & { output: string }) => {
      const key = await keyOf(options);
      const made = await withServices(({ bundles }) => bundles.unpack(file, options.output, key));
      if (options.json) return printJson(made);
      process.stdout.write(`Made ${made.folder}. The sender’s key: ${made.signer}\n`);
    });
  bundle
    .command('return')
    .description('on the reader’s machine: write what was sealed, for the coordinator alone')
    .argument('<study>', 'the study folder that was made of the bundle')
    .requiredOption('-o, --output <file>', 'the file to write')
    .option('--json', 'print one JSON object')
    .action(async (folder: string, options: { output: string; json?: boolean }) => {
      const made = await withStudy(folder, (study, { bundles }) => bundles.giveBack(study, options.output));
      if (options.json) return printJson({ file: options.output, ...made });
      process.stdout.write(`Wrote ${options.output}: ${made.reads} sealed reads.\n`);
    });
  bundle
    .command('merge')
    .description('take in what a reader gave back; nothing that is there is changed')
    .argument('<study>', 'the study folder, NAME.concord')
    .argument('<file>', 'what the reader gave back')
    .option('--json', 'print one JSON object')
    .action(async (folder: string, file: string, options: { json?: boolean }) => {
      const report = await withStudy(folder, async (study, { bundles, qualification }) => {
        const merged = await bundles.merge(study, file, COMMAND_LINE.name);
        await qualification.results(study, COMMAND_LINE);
        return merged;
      });
      if (report.conflicts.length > 0) process.exitCode = 1;
      if (options.json) return printJson(report);
      const present = report.present > 0 ? `, ${report.present} there already` : '';
      process.stdout.write(`${report.taken.length} reads taken in${present}.\n`);
      for (const { read, reason } of report.conflicts) process.stdout.write(`Conflict: ${read}. ${reason}\n`);
      for (const note of report.notes) process.stdout.write(`${note}\n`);
    });
  bundle
    .command('revoke')
    .description('end a hand-out of which nothing came back')
    .argument('<study>', 'the study folder, NAME.concord')
    .requiredOption('--reader <name>', 'whose bundle')
    .action(async (folder: string, options: { reader: string }) => {
      await withStudy(folder, (study, { bundles }) =>
        bundles.takeBack(study, options.reader, COMMAND_LINE.name),
      );
      process.stdout.write(`The bundle of ${options.reader} counts as taken back.\n`);
    });
}

async function lockOf(options: KeyOptions): Promise<Lock> {
  if (options.recipient !== undefined) return { recipient: options.recipient };
  return { passphrase: await passphraseOf(options, 'give --passphrase-file or --recipient') };
}

async function keyOf(options: KeyOptions): Promise<Key> {
  if (options.identity !== undefined) {
    const lines = (await textOf(options.identity)).split('\n').map((line) => line.trim());
    return { identity: lines.find((line) => line.startsWith('AGE-SECRET-KEY-')) ?? '' };
  }
  return { passphrase: await passphraseOf(options, 'give --passphrase-file or --identity') };
}

async function passphraseOf(options: KeyOptions, how: string): Promise<string> {
  const passphrase =
    options.passphraseFile !== undefined
      ? (await textOf(options.passphraseFile)).split(/\r?\n/)[0]
      : (process.env['CONCORD_PASSPHRASE'] ?? '');
  if (passphrase.length >= 8) return passphrase;
  throw new Problem(
    'passphrase-missing',
    passphrase === ''
      ? `A bundle is locked: ${how}, or set CONCORD_PASSPHRASE.`
      : 'The passphrase of a bundle has at least 8 characters, since whoever finds the file can try for ever.',
  );
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new Problem('file-not-readable', `${file} cannot be read; check the path.`, { cause });
  }
}
