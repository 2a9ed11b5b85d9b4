// Takes the trained demonstrator in as readers' models are taken in, measures it on phantoms it never saw, writes its card.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makePhantom, readMask, writeNifti } from '../../electron/imaging/index.ts';
import { importCheckpoint } from '../../electron/inference/checkpoint/index.ts';
import { loadModel, openModel, segment } from '../../electron/inference/index.ts';

const [checkpoint, phantoms] = process.argv.slice(2);
if (!checkpoint || !phantoms) {
  throw new Error('Give both folders: node build/train/adopt_demonstrator.ts CHECKPOINT PHANTOMS');
}

const NAMES = ['Pancreas', 'Liver', 'Spleen', 'Kidneys', 'Aorta'];
const HELD_BACK = [201, 202, 203, 204, 205];
const target = fileURLToPath(new URL('../../models/phantom-pansegnet', import.meta.url));

function diceOf(found: Uint8Array, truth: Uint8Array): number[] {
  return NAMES.map((_, n) => {
    let [both, sum] = [0, 0];
    for (let v = 0; v < found.length; v++) {
      const [a, b] = [found[v] === n + 1, truth[v] === n + 1];
      sum += Number(a) + Number(b);
      both += Number(a && b);
    }
    return (2 * both) / sum;
  });
}

/** Dice of every structure and seconds of the whole run, a phantom a row. */
async function evaluate(): Promise<{ seed: number; dice: number[]; seconds: number }[]> {
  const folder = mkdtempSync(join(tmpdir(), 'concord-demonstrator-'));
  const rows = [];
  for (const seed of HELD_BACK) {
    const { volume, truth } = makePhantom(seed);
    const [image, mask] = [join(folder, 'image.nii.gz'), join(folder, 'mask.nii.gz')];
    await writeNifti(image, { grid: volume.grid, voxels: volume.voxels });
    const began = performance.now();
    const output = { kind: 'nifti' as const, path: mask };
    const request = { modelFolder: target, inputs: [image], provider: 'cpu' as const, mirror: false, output };
    await segment(request, { load: loadModel, open: openModel });
    const seconds = (performance.now() - began) / 1000;
    const row = { seed, dice: diceOf((await readMask(mask)).labels, truth), seconds };
    process.stdout.write(
      `seed ${seed}: ${row.dice.map((d) => d.toFixed(3)).join(' ')} (${seconds.toFixed(1)} s)\n`,
    );
    rows.push(row);
  }
  rmSync(folder, { recursive: true });
  return rows;
}

type Rows = Awaited<ReturnType<typeof evaluate>>;

function card(rows: Rows, seeds: number[], parameters: number): string {
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const line = (name: string, dice: number[]) => `| ${name} | ${dice.map((d) => d.toFixed(3)).join(' | ')} |`;
  const means = NAMES.map((_, n) => mean(rows.map(({ dice }) => dice[n])));
  const seconds = rows.map((row) => row.seconds);
  const [fastest, slowest] = [Math.min(...seconds), Math.max(...seconds)].map((s) => s.toFixed(1));
  return `# Phantom PanSegNet

A small network of PanSegNet's shape: nnU-Net v1's U-Net with the linear-attention transformer at its bottleneck. It finds
five organs in the CT phantoms that Concord makes itself, so that AI pre-segmentation can be tried the moment the
workstation opens. **It has never seen a patient and must not be used on one.**

- **Network**: four stages of 8 to 64 features, two transformer layers of width 64, ${Math.round(parameters / 1000).toLocaleString('en-US')} thousand parameters; tiles
  of 40 × 48 × 48 voxels of 4 × 3.6 × 3.6 mm (z, y, x).
- **Training**: phantoms of seeds ${seeds[0]}–${seeds.at(-1)} by \`build/train/train_demonstrator.py\` (PyTorch on the processor), no mirroring.
- **Conversion**: the checkpoint it writes was imported by Concord's own importer, as a reader's model is.
- **Time**: a whole run, from file to mask, took ${fastest} to ${slowest} s on ${availableParallelism()} processor cores.
- **Licence**: Apache-2.0, as Concord.

## Dice on phantoms that it was not trained on

| seed | ${NAMES.join(' | ')} |
| --- | ${NAMES.map(() => '---').join(' | ')} |
${rows.map(({ seed, dice }) => line(String(seed), dice)).join('\n')}
${line('mean', means)}
`;
}

rmSync(target, { recursive: true, force: true });
await importCheckpoint(checkpoint, { outputFolder: target });
const path = join(target, 'manifest.json');
const manifest = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown> & { input: object };
const named = {
  $schema: '../manifest.schema.json',
  ...manifest,
  name: 'Phantom PanSegNet',
  version: '1',
  description:
    'Pancreas, liver, spleen, kidneys and aorta of Concord’s phantoms, by a small network of PanSegNet’s shape. For trying the workstation out; never for patients.',
  // Phantoms lie this way; a file that stores its axes otherwise is turned first, which nnU-Net v1 leaves to the user.
  input: { ...manifest.input, orientation: 'LPS' },
  card: 'CARD.md',
};
writeFileSync(path, `${JSON.stringify(named, null, 2)}\n`);
const { seeds } = JSON.parse(readFileSync(join(phantoms, 'phantoms.json'), 'utf8')) as { seeds: number[] };
writeFileSync(join(target, 'CARD.md'), card(await evaluate(), seeds, Number(process.argv[4] ?? 410_184)));
