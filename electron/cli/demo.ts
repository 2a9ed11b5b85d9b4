// `concord demo`: a small study end to end without a window.
import { InvalidArgumentError, type Command } from 'commander';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Problem } from '../contract/problem.ts';
import { progressLine, withServices } from '../host/services.ts';
import { agreementText } from './agreement-text.ts';
import { writeReport } from './report.ts';

function caseCount(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 50)
    throw new InvalidArgumentError('a whole number from 1 to 50.');
  return value;
}

export function registerDemo(program: Command): void {
  program
    .command('demo')
    .description(
      'phantoms, AI masks, simulated readers, two rounds, agreement and report; prints the agreement table',
    )
    .option('-o, --output <dir>', 'where the study and report.html go', 'concord-demo')
    .option('--cases <n>', 'how many phantoms', caseCount, 3)
    .action(async (options: { output: string; cases: number }) => {
      const folder = resolve(options.output);
      const studyFolder = join(folder, 'Demo.concord');
      const reportFile = join(folder, 'report.html');
      if (existsSync(studyFolder)) {
        throw new Problem(
          'study-exists',
          `${studyFolder} exists already; nothing was changed. Give another folder with -o.`,
        );
      }
      await mkdir(folder, { recursive: true });
      await withServices(async (services) => {
        const plan = { cases: options.cases, sealed: options.cases };
        let last = '';
        const study = await services.demo.make(studyFolder, plan, (step) => {
          if (step !== last) progressLine((last = step));
        });
        progressLine('');
        await writeReport(reportFile, await services.reports.html(study));
        process.stdout.write(agreementText(await services.agreement.latest(study)));
      });
      process.stdout.write(
        `\nStudy   ${studyFolder}\nReport  ${reportFile}\nEvery passphrase in it is “demo”.\n`,
      );
    });
}
