// `concord agreement`: computes what is stale, prints the stored numbers, writes them as tables.
import type { Command } from 'commander';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OpenStudy } from '../backend/context.ts';
import type { Services } from '../backend/services.ts';
import type { Agreement } from '../contract/agreement.ts';
import { finish, printJson, withStudy } from '../host/services.ts';
import { agreementCsv } from './agreement-csv.ts';
import { agreementText } from './agreement-text.ts';

export function registerAgreement(program: Command): void {
  program
    .command('agreement')
    .description('compute and print intra- and inter-reader agreement')
    .argument('<study>', 'the study folder, NAME.concord')
    .option('--json', 'print one JSON object')
    .option('--csv <dir>', 'also write tidy tables there, with dictionary.csv to explain every column')
    .action(async (folder: string, options: { json?: boolean; csv?: string }) => {
      const { agreement, measurements } = await withStudy(folder, async (study, services) => ({
        agreement: await freshAgreement(study, services),
        measurements: await services.reports.measurements(study),
      }));
      if (options.csv !== undefined) await writeTables(options.csv, agreementCsv(agreement, measurements));
      if (options.json) printJson(agreement);
      else process.stdout.write(agreementText(agreement));
    });
}

/** The stored agreement, computed again first where reads were sealed or reopened since. */
export async function freshAgreement(study: OpenStudy, services: Services): Promise<Agreement> {
  const stored = await services.agreement.latest(study);
  if (stored.run && !stored.stale) return stored;
  await finish(services, study, await services.agreement.start(study, null));
  return services.agreement.latest(study);
}

async function writeTables(folder: string, tables: Record<string, string>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(tables)) {
    const target = join(folder, name);
    await writeFile(`${target}.part`, text);
    await rename(`${target}.part`, target);
  }
}
