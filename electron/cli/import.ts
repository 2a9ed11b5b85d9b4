// `concord import`: volumes as cases, or masks drawn elsewhere as sealed reads.
import { InvalidArgumentError, type Command } from 'commander';
import { resolve } from 'node:path';
import { Problem } from '../contract/problem.ts';
import type { ImportResult } from '../backend/cases/service.ts';
import { finish, printJson, withStudy } from '../host/services.ts';

interface Options {
  mask?: string;
  reader?: string;
  round?: number;
  case?: string;
  json?: boolean;
}

function roundNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('a round is a whole number from 1.');
  return value;
}

export function registerImport(program: Command): void {
  program
    .command('import')
    .description(
      'import volumes (files, DICOM folders, data set folders), or a mask drawn elsewhere as a sealed read',
    )
    .argument('<study>', 'the study folder, NAME.concord')
    .argument('[paths...]', 'volumes to import as cases')
    .option('--mask <file>', 'a mask to take in as a sealed read; with --reader, --round and --case')
    .option('--reader <name>', 'whose read the mask is')
    .option('--round <n>', 'the round it belongs to', roundNumber)
    .option('--case <id>', 'the case, by id or name')
    .option('--json', 'print one JSON object')
    .action(async (folder: string, paths: string[], options: Options) => {
      if (options.mask !== undefined) await importMask(folder, paths, options);
      else await importVolumes(folder, paths, options);
    });
}

async function importVolumes(folder: string, paths: string[], options: Options): Promise<void> {
  if (paths.length === 0) throw new Problem('paths-missing', 'Name at least one volume or folder to import.');
  const result = await withStudy(folder, async (study, services) => {
    const candidates = await services.cases.inspect(study, paths.map((path) => resolve(path))); // prettier-ignore
    const usable = candidates.filter((candidate) => candidate.problem === null);
    const failures = candidates
      .filter((candidate) => candidate.problem !== null)
      .map((c) => ({ name: c.suggestedName, path: c.path, code: 'not-importable', reason: c.problem! }));
    if (usable.length === 0) throw new Problem('nothing-to-import', failures[0].reason);
    const items = usable.map(({ path, series, suggestedName }) => ({ path, series, name: suggestedName }));
    const job = await services.cases.startImport(study, items, null);
    const done = (await finish(services, study, job)).result as ImportResult;
    return { cases: done.cases, failures: [...failures, ...done.failures] };
  });
  if (options.json) printJson(result);
  else for (const added of result.cases) process.stdout.write(`Imported ${added.name} as case ${added.id}\n`);
  for (const failure of result.failures) process.stderr.write(`concord: ${failure.reason}\n`);
  if (result.failures.length > 0) process.exitCode = 1;
}

async function importMask(folder: string, paths: string[], options: Options): Promise<void> {
  const { mask, reader, round, case: which } = options;
  if (paths.length > 0)
    throw new Problem('paths-unexpected', 'With --mask no volumes are imported; leave the paths out.');
  if (reader === undefined || round === undefined || which === undefined) {
    throw new Problem(
      'mask-options-missing',
      'A mask needs --reader, --round and --case, so that it becomes somebody’s read.',
    );
  }
  const result = await withStudy(folder, async (study, { cases, masks, studies }) => {
    const { people } = await studies.face(study, null);
    const person = people.find((p) => p.role === 'reader' && p.name.toLowerCase() === reader.toLowerCase());
    if (!person) {
      const names = people.filter((p) => p.role === 'reader').map((p) => p.name);
      throw new Problem(
        'reader-unknown',
        `There is no reader ${reader} in this study; there are ${names.join(', ') || 'none yet'}.`,
      );
    }
    const found = await cases.find(study, which);
    const { readId } = await masks.importMask(study, {
      path: resolve(mask!),
      caseId: found.id,
      personId: person.id,
      round,
      actor: 'command line',
    });
    return { readId, case: found.name, reader: person.name, round };
  });
  if (options.json) printJson(result);
  else process.stdout.write(`Sealed as ${result.reader}’s read of ${result.case}, round ${result.round}\n`);
}
