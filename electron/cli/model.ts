// `concord model`: checkpoints of nnU-Net and PanSegNet become models, and models say what they are.
import { type Command, Option } from 'commander';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SequenceSchema, type Sequence } from '../contract/sequence.ts';
import { importModel } from '../inference/import-model.ts';
import { loadModel, type Manifest } from '../inference/index.ts';
import { modelFacts, type ModelFacts } from '../inference/model-facts.ts';

interface ImportCommandOptions {
  output: string;
  fold?: string;
  weights: 'float32' | 'float16';
  fp16?: boolean;
  sequence?: Sequence;
  json?: boolean;
}

/** Adds `concord model` to the command line. */
export function registerModel(program: Command): void {
  const model = program.command('model').description('import a trained network, or show what a model is');
  model
    .command('import')
    .description('turn a folder of nnU-Net v1, v2 or PanSegNet, as it is or zipped, into a model')
    .argument('<folder>', 'the trainer’s folder with plans and folds, one above it, or a zip of it')
    .requiredOption('-o, --output <folder>', 'new folder for manifest.json, plans.json and model.onnx')
    .option('--fold <k>', 'one fold alone; when not given, all folds, whose results are averaged')
    .addOption(
      new Option('--weights <type>', 'how large weights are stored')
        .choices(['float32', 'float16'])
        .default('float32'),
    )
    .option('--fp16', 'the same as --weights float16')
    .addOption(
      new Option('--sequence <name>', 'the MR sequence it was made for, where it does not say').choices(
        SequenceSchema.options,
      ),
    )
    .option('--json', 'print one JSON object')
    .action(importCommand);
  model
    .command('show')
    .description('say what a model is')
    .argument('<folder>', 'folder with manifest.json and the network')
    .option('--json', 'print one JSON object')
    .action(showCommand);
}

async function importCommand(source: string, options: ImportCommandOptions): Promise<void> {
  const { fold, sequence } = options;
  const precision = options.fp16 ? 'float16' : options.weights;
  const wishes = { fold, precision, sequence, outputFolder: options.output };
  const { folder, manifest, plans, notes } = await importModel(source, wishes);
  const text = options.json
    ? JSON.stringify({ folder, manifest, plans, notes }, null, 2)
    : [inWords(manifest, await modelFacts(folder)), ...notes.map((note) => `  note: ${note}`), folder].join(
        '\n',
      );
  process.stdout.write(`${text}\n`);
}

async function showCommand(folder: string, options: { json?: boolean }): Promise<void> {
  const facts = await modelFacts(folder);
  const { manifest } = await loadModel(folder);
  const plans = await plansBeside(folder);
  const text = options.json
    ? JSON.stringify({ folder, sha256: facts.sha256, manifest, ...(plans ? { plans } : {}), facts }, null, 2)
    : inWords(manifest, facts);
  process.stdout.write(`${text}\n`);
}

/** Models described by hand have no plans.json. */
async function plansBeside(folder: string): Promise<unknown> {
  const text = await readFile(join(folder, 'plans.json'), 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as unknown);
}

function inWords(manifest: Manifest, facts: ModelFacts): string {
  const sides = (values: readonly number[] | null) =>
    values ? values.map((n) => Number(n.toFixed(4))).join(' × ') : null;
  const rows: [string, string | null][] = [
    ['made for', [manifest.modality ?? 'any modality', manifest.sequence].filter(Boolean).join(' ')],
    ['channels', facts.channels.map(({ name, normalisation }) => `${name} (${normalisation})`).join(', ')],
    ['spacing', spacingInWords(manifest, sides)],
    ['patch', facts.patch ? `${sides(facts.patch)} voxels` : 'the whole volume'],
    ['mirrored', manifest.mirror.length ? `over dimensions ${manifest.mirror.join(', ')}` : 'no'],
    ['labels', manifest.labels.map(({ label, name }) => `${label} ${name}`).join(', ')],
    ['small parts', facts.postprocessing],
    ['parameters', facts.parameters?.toLocaleString('en') ?? null],
    ['averaged', facts.networks.length > 1 ? `${facts.networks.length} networks` : null],
    ['source', facts.source && `${facts.source.file}, SHA-256 ${facts.source.sha256}`],
    ...facts.networks.map(({ file, sha256 }): [string, string] => ['network', `${file}, SHA-256 ${sha256}`]),
    ['together', facts.networks.length > 1 ? `SHA-256 ${facts.sha256}` : null],
  ];
  const lines = rows.flatMap(([name, value]) => (value === null ? [] : [`  ${name.padEnd(12)}${value}`]));
  return [`${manifest.name}, ${manifest.version}`, `  ${manifest.description}`, ...lines].join('\n');
}

function spacingInWords(
  { spacing, nnunet }: Manifest,
  sides: (values: readonly number[]) => string | null,
): string {
  if (!spacing) return 'as the volume is';
  if (nnunet?.ownSliceSpacing)
    return `${sides(spacing.slice(1))} mm in slices, which stay as far apart as they are`;
  return `${sides(spacing)} mm`;
}
