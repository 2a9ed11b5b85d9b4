// `concord report`: the agreement report as one HTML file.
import type { Command } from 'commander';
import { existsSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Problem } from '../contract/problem.ts';
import { withStudy } from '../host/services.ts';
import { freshAgreement } from './agreement.ts';

export function registerReport(program: Command): void {
  program
    .command('report')
    .description('write the agreement report: one self-contained HTML file')
    .argument('<study>', 'the study folder, NAME.concord')
    .requiredOption('-o, --output <file>', 'report.html')
    .action(async (folder: string, options: { output: string }) => {
      const target = checkTarget(options.output);
      const html = await withStudy(folder, async (study, services) => {
        await freshAgreement(study, services);
        return services.reports.html(study);
      });
      await writeReport(target, html);
      process.stdout.write(`${target}\n`);
    });
}

function checkTarget(file: string): string {
  const target = resolve(file);
  if (target.toLowerCase().endsWith('.pdf')) {
    throw new Problem(
      'pdf-needs-window',
      'A PDF is made by the desktop window (Report → Save as PDF). Give a name that ends in .html.',
    );
  }
  if (!/\.html?$/i.test(target))
    throw new Problem('report-name-wrong', `${file} must end in .html. Nothing was written.`);
  if (!existsSync(dirname(target))) {
    throw new Problem(
      'folder-missing',
      `${dirname(target)} is not there. Make the folder first; nothing was written.`,
    );
  }
  return target;
}

/** Whole or not at all. */
export async function writeReport(target: string, html: string): Promise<void> {
  await writeFile(`${target}.part`, html);
  await rename(`${target}.part`, target);
}
