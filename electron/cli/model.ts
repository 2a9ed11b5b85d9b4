// `concord model`: checkpoints of nnU-Net and PanSegNet become models, and models say what they are.
import { type Command, Option } from 'commander';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { importCheckpoint, type ModelPlans } from '../inference/checkpoint/index.ts';
import { loadModel, type Manifest } from '../inference/index.ts';

interface ImportCommandOptions {
  output: string;
  fold?: string;
  weights: 'float32' | 'float16';
  fp16?: boolean;
  json?: boolean;
}

/** Adds `concord model` to the command line. */
export function registerModel(program: Command): void {
  const model = program.command('model').description('import a trained network, or show what a model is');
  model
    .command('import')
    .description('turn a folder of nnU-Net v1, v2 or PanSegNet, as it is, into a model')
    .argument('<folder>', 'the trainer’s folder with plans and folds, or one above it')
    .requiredOption('-o, --output <folder>', 'new folder for manifest.json, plans.json and model.onnx')
    .option('--fold <k>', 'one fold alone; when not given, all folds, whose results are averaged')
    .addOption(
      new Option('--weights <type>', 'how large weights are stored')
        .choices(['float32', 'float16'])
        .default('float32'),
    )
    .option('--fp16', 'the same as --weights float16')
    .option('--json', 'print one JSON object')
    .action(importCommand);
  model
    .command('show')
    .description('say what a model is')
    .argument('<folder>', 'folder with manifest.json and the network')
    .option('--json', 'print one JSON object')
    .action(showCommand);
}

async function importCommand(folder: string, options: ImportCommandOptions): Promise<void> {
  const { fold } = options;
  const precision = options.fp16 ? 'float16' : options.weights;
  const imported = await importCheckpoint(folder, { fold, precision, outputFolder: options.output });
  const { manifest, plans, notes } = imported;
  const text = options.json
    ? JSON.stringify({ folder: imported.folder, manifest, plans, notes }, null, 2)
    : [inWords(manifest, plans), ...notes.map((note) => `  note: ${note}`), imported.folder].join('\n');
  process.stdout.write(`${text}\n`);
}

async function showCommand(folder: string, options: { json?: boolean }): Promise<void> {
  const { manifest, sha256, networks } = await loadModel(folder);
  const plans = await plansBeside(folder);
  const text = options.json
    ? JSON.stringify({ folder, sha256, manifest, ...(plans ? { plans } : {}) }, null, 2)
    : [
        inWords(manifest, plans),
        ...networks.map(({ path, sha256: own }) => `  network     ${basename(path)}, SHA-256 ${own}`),
        ...(networks.length > 1 ? [`  together    SHA-256 ${sha256}`] : []),
      ].join('\n');
  process.stdout.write(`${text}\n`);
}

/** Models described by hand have no plans.json. */
async function plansBeside(folder: string): Promise<ModelPlans | null> {
  const text = await readFile(join(folder, 'plans.json'), 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as ModelPlans);
}

function inWords(manifest: Manifest, plans: ModelPlans | null): string {
  const sides = (values: readonly number[] | null) =>
    values ? values.map((n) => Number(n.toFixed(4))).join(' × ') : null;
  const rows: [string, string | null][] = [
    ['made for', manifest.modality ?? 'any modality'],
    [
      'channels',
      manifest.channels.map(({ name, normalisation }) => `${name} (${normalisation.scheme})`).join(', '),
    ],
    ['spacing', spacingInWords(manifest, sides)],
    ['patch', manifest.patch ? `${sides(manifest.patch)} voxels` : 'the whole volume'],
    ['mirrored', manifest.mirror.length ? `over dimensions ${manifest.mirror.join(', ')}` : 'no'],
    ['labels', manifest.labels.map(({ label, name }) => `${label} ${name}`).join(', ')],
    ['small parts', smallPartsInWords(manifest)],
    ['parameters', plans ? plans.parameters.toLocaleString('en') : null],
    ['averaged', manifest.ensemble?.length ? `${manifest.ensemble.length + 1} networks` : null],
    ['source', plans ? `${plans.source.file}, SHA-256 ${plans.source.sha256}` : null],
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

/** What goes once the mask is made; null for nothing. */
function smallPartsInWords({ labels, postprocess }: Manifest): string | null {
  const { keepLargest, minimumVoxels } = postprocess;
  const nameOf = (label: number) => labels.find((entry) => entry.label === label)?.name ?? String(label);
  const steps = keepLargest.map((entry) => {
    if (typeof entry === 'number') return `the largest of ${nameOf(entry)} is kept`;
    const kept = entry.keepFromMm3 === undefined ? '' : ` and those from ${entry.keepFromMm3} mm³`;
    return `the largest of ${entry.labels.map(nameOf).join(' with ')}${kept} is kept`;
  });
  if (minimumVoxels !== undefined) steps.push(`parts below ${minimumVoxels} voxels go`);
  return steps.length > 0 ? steps.join('; ') : null;
}
