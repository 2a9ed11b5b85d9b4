// Phantoms as the network is to see them, for train_demonstrator.py: nnU-Net v1's own steps, as the app runs them.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { arrange, arrangementOf } from '../../electron/inference/arrange.ts';
import type { Manifest, NnunetPlan } from '../../electron/inference/manifest.ts';
import { prepareNnunet } from '../../electron/inference/nnunet.ts';
import { resample } from '../../electron/inference/resample.ts';
import { makePhantom, type Phantom } from '../../electron/imaging/index.ts';

const [folder, count = '48'] = process.argv.slice(2);
if (!folder) throw new Error('Give a folder: node build/train/export_phantoms.ts FOLDER [COUNT]');

/** z, y, x in mm: coarse enough for two cores, fine enough for a pancreas. */
const SPACING: [number, number, number] = [4, 3.6, 3.6];
const CLASSES = 6;
const seeds = Array.from({ length: Number(count) }, (_, n) => n + 1);

const NNUNET: NnunetPlan = {
  version: 1,
  transpose: [0, 1, 2],
  maskForNorm: [false],
  order: 3,
  orderZ: 0,
  forceSeparateZ: null,
};

/** What nnU-Net learns of a CT: mean, sd and outer percentiles of the voxels inside any structure. */
function intensities(phantoms: Phantom[]) {
  const inside: number[] = [];
  for (const { volume, truth } of phantoms) {
    for (let n = 0; n < truth.length; n += 7) if (truth[n] > 0) inside.push(volume.voxels[n]);
  }
  const sorted = Float64Array.from(inside).sort();
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))];
  const mean = inside.reduce((a, b) => a + b, 0) / inside.length;
  const sd = Math.sqrt(inside.reduce((sum, value) => sum + (value - mean) ** 2, 0) / inside.length);
  return { mean, sd, lower: at(0.005), upper: at(0.995) };
}

/** The label that holds most of each voxel of the coarser grid. */
function coarseLabels(flat: Float32Array, from: [number, number, number], to: [number, number, number]) {
  const best = new Float32Array(to[0] * to[1] * to[2]);
  const labels = new Uint8Array(best.length);
  for (let label = 0; label < CLASSES; label++) {
    const share = resample(
      flat.map((value) => (value === label ? 1 : 0)),
      from,
      to,
    );
    for (let n = 0; n < share.length; n++) {
      if (share[n] <= best[n]) continue;
      best[n] = share[n];
      labels[n] = label;
    }
  }
  return labels;
}

mkdirSync(folder, { recursive: true });
const measured = intensities(seeds.slice(0, 8).map((seed) => makePhantom(seed)));
let shape: number[] = [];
for (const seed of seeds) {
  const { volume, truth } = makePhantom(seed);
  const arrangement = arrangementOf(volume.grid, { axes: ['z', 'y', 'x'], orientation: 'file' });
  const plan = {
    channels: [{ name: 'CT', normalisation: { scheme: 'ct-clip', ...measured } }],
    spacing: SPACING,
    nnunet: NNUNET,
    labels: [],
    output: { name: 'scores', activation: 'logits' },
  } satisfies Pick<Manifest, 'channels' | 'spacing' | 'labels' | 'output'> & { nnunet: NnunetPlan };
  const image = arrange(volume.voxels, arrangement);
  const prepared = prepareNnunet([image], arrangement.shape, arrangement.spacing, plan);
  shape = prepared.shape;
  const labels = coarseLabels(arrange(truth, arrangement), arrangement.shape, prepared.shape);
  writeFileSync(join(folder, `${seed}.f32`), new Uint8Array(prepared.arrays[0].buffer));
  writeFileSync(join(folder, `${seed}.u8`), labels);
  process.stdout.write(`seed ${seed}\n`);
}
writeFileSync(
  join(folder, 'phantoms.json'),
  JSON.stringify({ seeds, shape, spacing: SPACING, intensities: measured }),
);
