// The phantom model in words: its manifest and its card.
import type { Manifest } from '../../electron/inference/manifest.ts';
import { LOWER, MEAN, SD, SPACING, UPPER } from './features.ts';

const LABELS = ['background', 'pancreas', 'liver', 'spleen', 'kidneys', 'aorta'];

export function phantomManifest() {
  return {
    $schema: '../manifest.schema.json',
    name: 'Phantom intensity',
    version: '1',
    description:
      'Pancreas, liver, spleen, kidneys and aorta of Concord’s phantoms. For trying the workstation out; never for patients.',
    modality: 'CT',
    channels: [
      {
        name: 'CT',
        normalisation: { scheme: 'ct-clip' as const, lower: LOWER, upper: UPPER, mean: MEAN, sd: SD },
      },
    ],
    file: 'model.onnx',
    input: {
      name: 'volume',
      layout: 'NCDHW' as const,
      axes: ['z', 'y', 'x'] as Manifest['input']['axes'],
      orientation: 'LPS',
    },
    output: { name: 'scores', activation: 'logits' as const },
    spacing: [...SPACING] as [number, number, number],
    patch: null,
    labels: LABELS.map((name, label) => ({ channel: label, label, name })),
    postprocess: { keepLargest: [1, 2, 3, 5], minimumVoxels: 200 },
    card: 'CARD.md',
  };
}

/** CARD.md; `dice` = one row a held-back seed, one column a label. */
export function cardText(facts: { trainingSeeds: number[]; heldBack: number[]; dice: number[][] }): string {
  const { trainingSeeds, heldBack, dice } = facts;
  const mean = LABELS.slice(1).map((_, c) => dice.reduce((sum, row) => sum + row[c], 0) / dice.length);
  const rows = [
    ...heldBack.map((seed, n): [string, number[]] => [String(seed), dice[n]]),
    ['mean', mean] as const,
  ];
  return `# Phantom intensity

A network of a few kilobytes that finds five organs in the CT phantoms which Concord makes itself. It exists so that
AI pre-segmentation can be tried, shown and tested without a network connection and without anybody’s data. **It has
never seen a patient and must not be used on one.**

- **Input**: CT in Hounsfield units, clipped to ${LOWER}…${UPPER}, on a grid of ${SPACING.join(' × ')} mm (z, y, x), axes towards
  L, P, S; the whole volume at once.
- **How it works**: smoothed intensity and soft intensity thresholds close by and further away, and the position
  in the volume, go through a perceptron with two hidden layers, voxel by voxel; the largest connected part of each unpaired organ
  is kept. The position counts from the middle of the volume, so a phantom that is not centred is segmented worse.
- **Training**: phantoms of seeds ${trainingSeeds[0]}–${trainingSeeds[trainingSeeds.length - 1]} (exact labels), by \`build/make-phantom-model.ts\`, which writes this folder
  anew, figures included.
- **Licence**: Apache-2.0, as Concord.

## Dice on phantoms that it was not trained on

| seed | ${LABELS.slice(1).join(' | ')} |
| --- | ${LABELS.slice(1)
    .map(() => '---')
    .join(' | ')} |
${rows.map(([name, row]) => `| ${name} | ${row.map((d) => d.toFixed(3)).join(' | ')} |`).join('\n')}

Each at the phantom’s standard size (192 × 192 × 96 voxels of 1.8 × 1.8 × 3 mm), against its exact labels.
`;
}
