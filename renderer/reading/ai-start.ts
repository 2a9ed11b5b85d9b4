// Starting an AI mask: which structure each of the model's labels becomes.
import type { ModelSummary } from '../../electron/contract/models.ts';
import type { Structure } from '../../electron/contract/study.ts';

/** Label of the study for each label of the model; null drops it. */
export type LabelChoice = Map<number, number | null>;

const plain = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** Labels go to structures of the same name; one label and one structure go together whatever they are called. */
export function matchLabels(model: ModelSummary, structures: readonly Structure[]): LabelChoice {
  if (model.labels.length === 1 && structures.length === 1) {
    return new Map([[model.labels[0].label, structures[0].label]]);
  }
  const byName = new Map(structures.map((structure) => [plain(structure.name), structure.label]));
  return new Map(model.labels.map(({ label, name }) => [label, byName.get(plain(name)) ?? null]));
}

/** The mapping as the backend takes it. */
export function labelPairs(choice: LabelChoice): { model: number; structure: number }[] {
  return [...choice].flatMap(([model, structure]) => (structure === null ? [] : [{ model, structure }]));
}
