// `concord report`: the agreement report as one HTML file, or as a PDF.
import type { Command } from 'commander';
import { existsSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Problem } from '../contract/problem.ts';
import { withStudy } from '../host/services.ts';
import { freshAgreement } from './agreement.ts';
import { printPdf, requirePrinter } from './print-pdf.ts';

export function registerReport(program: Command): void {
  program
    .command('report')
    .description('write the agreement report: one self-contained HTML file, or a PDF where Electron is')
    .argument('<study>', 'the study folder, NAME.concord')
    .requiredOption('-o, --output <file>', 'report.html or report.pdf')
    .action(async (folder: string, options: { output: string }) => {
      const target = checkTarget(options.output);
      // Said before anything is computed.
      if (isPdf(target)) requirePrinter();
      const html = await withStudy(folder, async (study, services) => {
        await freshAgreement(study, services);
        return services.reports.html(study);
      });
      await writeReport(target, isPdf(target) ? await printPdf(html) : html);
      process.stdout.write(`${target}\n`);
    });
}

const isPdf = (target: string) => target.toLowerCase().endsWith('.pdf');

function checkTarget(file: string): string {
  const target = resolve(file);
  if (!/\.(html?|pdf)$/i.test(target)) {
    throw new Problem('report-name-wrong', `${file} must end in .html or .pdf. Nothing was written.`);
  }
  if (!existsSync(dirname(target))) {
    throw new Problem(
      'folder-missing',
      `${dirname(target)} is not there. Make the folder first; nothing was written.`,
    );
  }
  return target;
}

/** Whole or not at all. */
export async function writeReport(target: string, content: string | Buffer): Promise<void> {
  await writeFile(`${target}.part`, content);
  await rename(`${target}.part`, target);
}
