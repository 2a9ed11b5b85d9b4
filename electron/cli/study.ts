// `concord study create` and `concord study show`.
import type { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Problem } from '../contract/problem.ts';
import { ProtocolSchema, type Protocol } from '../contract/study.ts';
import { COMMAND_LINE, printJson, withServices, withStudy } from '../host/services.ts';

export function registerStudy(program: Command): void {
  const study = program.command('study').description('create or show a study');
  study
    .command('create')
    .description('create a study from a protocol')
    .argument('<study>', 'the folder to make, NAME.concord')
    .requiredOption(
      '--protocol <file>',
      'protocol.json: name, modality, structures, coordinator, readers, rounds',
    )
    .option('--json', 'print one JSON object')
    .action(async (folder: string, options: { protocol: string; json?: boolean }) => {
      const protocol = await readProtocol(options.protocol);
      const made = await withServices(async ({ studies }) => {
        const {
          id,
          name,
          folder: path,
        } = await studies.create(protocol, folder, {
          pictureBytes: (file) => picture(resolve(dirname(options.protocol), file)),
        });
        return { id, name, folder: path };
      });
      if (options.json) printJson(made);
      else process.stdout.write(`Created ${made.folder}\n`);
    });
  study
    .command('show')
    .description('what a study holds and how far it is')
    .argument('<study>', 'the study folder, NAME.concord')
    .option('--json', 'print one JSON object')
    .action(async (folder: string, options: { json?: boolean }) => {
      const shown = await withStudy(folder, async (opened, { studies, cases, reads }) => {
        const { people, you: _you, ...overview } = await studies.overview(opened, COMMAND_LINE);
        const board = await reads.board(opened);
        const count = (state: string) => board.filter((entry) => entry.state === state).length;
        return {
          ...overview,
          people: people.map(({ name, role }) => ({ name, role })),
          cases: (await cases.list(opened)).map(({ id, name, volume, reads: ofCase }) => ({
            id,
            name,
            shape: volume.grid.shape,
            spacing: volume.grid.spacing,
            orientation: volume.originalOrientation,
            modality: volume.modality,
            warnings: volume.warnings,
            reads: ofCase,
          })),
          reads: {
            due: count('due'),
            draft: count('draft'),
            locked: count('locked'),
            sealed: count('sealed'),
          },
        };
      });
      if (options.json) return printJson(shown);
      const lines = [
        `${shown.name} (${shown.modality})`,
        `Folder      ${shown.folder}`,
        `Structures  ${shown.structures.map((s) => `${s.label} ${s.name}`).join(', ')}`,
        `People      ${shown.people.map((p) => `${p.name} (${p.role})`).join(', ')}`,
        `Rounds      ${shown.rounds.map((r) => `${r.name}: ${r.arm}, washout ${r.washoutDays} d`).join('; ')}`,
        `Reads       ${shown.reads.sealed} sealed, ${shown.reads.draft} draft, ${shown.reads.due} due, ${shown.reads.locked} locked`,
        `Cases       ${shown.cases.length}`,
        ...shown.cases.map(
          (c) => `  ${c.name}  ${c.shape.join(' × ')}  ${c.spacing.map((s) => s.toFixed(2)).join(' × ')} mm`,
        ),
      ];
      process.stdout.write(`${lines.join('\n')}\n`);
    });
}

async function picture(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new Problem(
      'picture-not-found',
      `The instructions show ${file}, which cannot be read. Nothing was made; check the path, which counts from protocol.json.`,
      { cause },
    );
  }
}

async function readProtocol(file: string): Promise<Protocol> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    const why =
      cause instanceof SyntaxError ? `is not JSON: ${cause.message}` : 'cannot be read; check the path';
    throw new Problem('protocol-unreadable', `${file} ${why}. Nothing was made.`, { cause });
  }
  const result = ProtocolSchema.safeParse(parsed);
  if (result.success) return result.data;
  const fields = result.error.issues.map((issue) => ({
    path: issue.path.map(String).join('.'),
    message: issue.message,
  }));
  throw new Problem(
    'protocol-wrong',
    `${file}: ${fields[0].path || 'the file'} ${fields[0].message}. Nothing was made.`,
    { fields },
  );
}
