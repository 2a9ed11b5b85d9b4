// Everything a model says of itself, gathered from its manifest, plans and card for whoever wants to know.
import { open, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ModelDetails, ModelSummary } from '../contract/models.ts';
import type { ModelPlans } from './checkpoint/import-checkpoint.ts';
import { loadModel } from './load-model.ts';
import type { Manifest } from './manifest.ts';

export type ModelFacts = Omit<ModelDetails, keyof ModelSummary>;

const FAMILIES: Record<string, string> = {
  'nnunet-v1': 'nnU-Net v1',
  'nnunet-v2': 'nnU-Net v2',
  pansegnet: 'PanSegNet',
};

/** Cards are pages, not books. */
const LONGEST_CARD = 64 << 10;

/** Reads all of a model folder but its networks' insides. Throws the Problems of `loadModel`. */
export async function modelFacts(folder: string): Promise<ModelFacts> {
  const { manifest, sha256, networks } = await loadModel(folder);
  const plans = await plansIn(folder);
  return {
    folder,
    sha256,
    networks: await Promise.all(
      networks.map(async ({ path, sha256: own }) => ({
        file: basename(path),
        sha256: own,
        byteLength: (await stat(path)).size,
      })),
    ),
    channels: manifest.channels.map(({ name, normalisation }) => ({
      name,
      normalisation: normalisationInWords(normalisation),
    })),
    spacing: manifest.spacing,
    patch: manifest.patch,
    overlap: manifest.overlap,
    mirrored: manifest.mirror.length > 0,
    regions: manifest.output.activation === 'sigmoid' || manifest.output.activation === 'region-logits',
    postprocessing: postprocessingInWords(manifest),
    family: plans ? (FAMILIES[plans.family] ?? plans.family) : 'Described by hand',
    trainer: plans?.trainer ?? null,
    configuration: plans?.configuration ?? null,
    folds: plans ? [plans.source.fold, ...(plans.source.others ?? []).map(({ fold }) => fold)] : [],
    parameters: plans?.parameters ?? null,
    precision: plans?.precision ?? 'float32',
    source: plans ? { file: plans.source.file, sha256: plans.source.sha256 } : null,
    notes: plans?.notes ?? [],
    card: await cardIn(folder, manifest),
  };
}

/** Models described by hand have no plans.json; one that is no JSON tells nothing and stops nothing. */
async function plansIn(folder: string): Promise<ModelPlans | null> {
  try {
    const plans = JSON.parse(await readFile(join(folder, 'plans.json'), 'utf8')) as Partial<ModelPlans>;
    return plans.format === 1 && plans.source ? (plans as ModelPlans) : null;
  } catch {
    return null;
  }
}

async function cardIn(folder: string, { card }: Manifest): Promise<string | null> {
  if (card === undefined || basename(card) !== card) return null;
  const file = await open(join(folder, card)).catch(() => null);
  if (file === null) return null;
  try {
    const { size } = await file.stat();
    const bytes = Buffer.alloc(Math.min(size, LONGEST_CARD));
    await file.read(bytes, 0, bytes.length, 0);
    const text = new TextDecoder().decode(bytes);
    return size > LONGEST_CARD ? `${text} …` : text;
  } catch {
    return null;
  } finally {
    await file.close();
  }
}

function normalisationInWords(scheme: Manifest['channels'][number]['normalisation']): string {
  switch (scheme.scheme) {
    case 'none':
      return 'as it is';
    case 'minmax01':
      return 'smallest to largest becomes 0 to 1';
    case 'zscore':
      return 'mean 0, standard deviation 1';
    case 'ct-clip':
      return `held between ${number(scheme.lower)} and ${number(scheme.upper)}, then − ${number(scheme.mean)}, ÷ ${number(scheme.sd)}`;
    case 'window':
      return `${number(scheme.lower)} to ${number(scheme.upper)} becomes 0 to 1`;
  }
}

const number = (value: number) => String(Number(value.toPrecision(5))).replace('-', '−');

/** What goes once the mask is made; null for nothing. */
function postprocessingInWords({ labels, postprocess }: Manifest): string | null {
  const { keepLargest, minimumVoxels } = postprocess;
  const nameOf = (label: number) => labels.find((entry) => entry.label === label)?.name ?? String(label);
  const steps = keepLargest.map((entry) => {
    if (typeof entry === 'number') return `the largest part of ${nameOf(entry)} stays`;
    const also = entry.keepFromMm3 === undefined ? '' : ` and those from ${entry.keepFromMm3} mm³`;
    return `the largest part of ${entry.labels.map(nameOf).join(' with ')}${also} stays`;
  });
  if (minimumVoxels !== undefined) steps.push(`parts below ${minimumVoxels} voxels go`);
  return steps.length > 0 ? steps.join('; ') : null;
}
