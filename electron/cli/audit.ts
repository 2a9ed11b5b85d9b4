// `concord audit verify`: the chain of events and the seals, checked.
import type { Command } from 'commander';
import { printJson, withStudy } from '../host/services.ts';

export function registerAudit(program: Command): void {
  const audit = program.command('audit').description('the audit trail of a study');
  audit
    .command('verify')
    .description(
      'prove that no event and no sealed mask was changed; exit 1 and the first broken link otherwise',
    )
    .argument('<study>', 'the study folder, NAME.concord')
    .option('--json', 'print one JSON object')
    .action(async (folder: string, options: { json?: boolean }) => {
      const verdict = await withStudy(folder, (study, services) => services.verify(study));
      if (!verdict.intact) process.exitCode = 1;
      if (options.json) return printJson(verdict);
      if (verdict.firstBroken) {
        process.stdout.write(`Broken at event ${verdict.firstBroken.seq}: ${verdict.firstBroken.reason}.\n`);
      }
      for (const fault of verdict.sealFaults)
        process.stdout.write(`Read ${fault.readId}: ${fault.reason}.\n`);
      if (verdict.intact) {
        process.stdout.write(`Intact: ${verdict.events} events, ${verdict.sealsChecked} sealed masks.\n`);
        if (verdict.sealsWithoutMeasurements > 0) {
          process.stdout.write(
            `${verdict.sealsWithoutMeasurements} of them sealed before measurements were part of a seal, or carried along in a bundle: their measurements are not proved.\n`,
          );
        }
      }
    });
}
