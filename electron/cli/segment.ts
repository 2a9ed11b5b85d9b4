// `concord segment`: a model over an image, from the command line.
import { type Command, Option } from 'commander';
import type { ProviderName } from '../contract/models.ts';
import { Problem } from '../contract/problem.ts';
import { runInference, type InferenceResult } from '../workers/inference-client.ts';
import { progressLine } from './run-progress.ts';

interface SegmentOptions {
  model: string;
  output: string;
  provider: ProviderName;
  mirror: 'on' | 'off';
  probabilities?: string;
  json?: boolean;
}

/** Adds `concord segment` to the command line. */
export function registerSegment(program: Command): void {
  program
    .command('segment')
    .description('run a model on an image; the mask has the image’s own grid')
    .argument('<image...>', 'NIfTI, NRRD, MetaImage or DICOM folder; one for each channel of the model')
    .requiredOption('--model <folder>', 'folder with manifest.json and the network')
    .requiredOption('-o, --output <file>', 'mask to write, .nii or .nii.gz')
    .addOption(
      new Option('--provider <name>', 'where the network runs')
        .choices(['auto', 'cpu', 'cuda', 'webgpu', 'dml', 'coreml'])
        .default('auto'),
    )
    .addOption(
      new Option('--mirror <on|off>', 'average over mirrored runs, where the model allows it')
        .choices(['on', 'off'])
        .default('on'),
    )
    .option('--probabilities <file>', 'also write probabilities, one file a label (_1, _2, … before .nii.gz)')
    .option('--json', 'print one JSON object')
    .action(segmentCommand);
}

async function segmentCommand(images: string[], options: SegmentOptions): Promise<void> {
  for (const path of [options.output, options.probabilities ?? 'none.nii']) {
    if (/\.nii(\.gz)?$/i.test(path)) continue;
    throw new Problem(
      'option-not-valid',
      `Masks and probabilities are written as .nii or .nii.gz, and ${path} is neither. Nothing was written.`,
    );
  }
  const progress = progressLine();
  const request = {
    modelFolder: options.model,
    inputs: images,
    provider: options.provider,
    mirror: options.mirror === 'on',
    output: { kind: 'nifti' as const, path: options.output },
    probabilitiesPath: options.probabilities,
  };
  const result = await runInference(request, { onProgress: progress.show }).finally(progress.clear);
  // Warnings are for the person at the screen; --json carries them too, for whoever reads the object.
  const warnings = [...result.providersTried.map(({ reason }) => reason), ...result.notes];
  for (const warning of warnings) process.stderr.write(`note: ${warning}\n`);
  process.stdout.write(
    `${options.json ? JSON.stringify(result, null, 2) : inWords(result, options.output)}\n`,
  );
}

function inWords(result: InferenceResult, output: string): string {
  const total = Object.values(result.seconds).reduce((sum, s) => sum + s, 0);
  const tiles = `${result.tiles} ${result.tiles === 1 ? 'tile' : 'tiles'}`;
  const lines = [
    `${result.model.name} ${result.model.version} on ${result.provider}: ${tiles}, ${total.toFixed(1)} s, ${result.peakMemoryMb} MB at most`,
    ...result.labels.map(
      ({ label, name, voxels, volumeMl }) =>
        `  ${String(label).padStart(3)} ${name.padEnd(16)} ${volumeMl.toFixed(1).padStart(9)} mL ${String(voxels).padStart(10)} voxels`,
    ),
    output,
  ];
  return lines.join('\n');
}
