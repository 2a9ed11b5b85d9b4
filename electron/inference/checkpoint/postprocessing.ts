// Removing small parts, as nnU-Net found it worth while: v1's postprocessing.json, v2's postprocessing.pkl or .json.
import * as z from 'zod';
import { parsePlans, plansWrong, unsupported, type PostprocessingFacts } from './facts.ts';

const labelGroup = z.union([
  z
    .int()
    .positive()
    .transform((label) => [label]),
  z.array(z.int().positive()).min(1),
]);

const SchemaV1 = z.looseObject({
  for_which_classes: z.array(labelGroup).nullish(),
  min_valid_object_sizes: z.string().nullish(),
});

/**
 * v1: classes, or groups of them that count as one, in order; null means every class by itself. Sizes (mm³) are a
 * Python dictionary in text, or “None”; parts of at least a group's size stay. Voxels are joined by faces.
 */
export function postprocessingV1(json: unknown, classes: number): PostprocessingFacts {
  if (json === null || json === undefined) return { keepLargest: [], touching: 'faces' };
  const { for_which_classes: groups, min_valid_object_sizes } = parsePlans(
    SchemaV1,
    json,
    'postprocessing.json',
  );
  const sizes = sizesOf(min_valid_object_sizes ?? 'None');
  const all = groups ?? Array.from({ length: classes }, (_, n) => [n + 1]);
  const keepLargest = all.flatMap((labels) => {
    const keepFromMm3 = sizes.get(labels.join());
    // Everything is at least nothing, so nothing would go.
    if (keepFromMm3 !== undefined && keepFromMm3 <= 0) return [];
    return [keepFromMm3 === undefined ? { labels } : { labels, keepFromMm3 }];
  });
  return { keepLargest, touching: 'faces' };
}

/** `{1: 5000.0, (2, 3): 12.5}` by labels joined with commas. Throws Problem `checkpoint-plans-wrong` for anything else. */
function sizesOf(text: string): Map<string, number> {
  const sizes = new Map<string, number>();
  const inside = /^\s*(?:None|\{(.*)\})\s*$/s.exec(text);
  if (!inside)
    throw plansWrong(
      `postprocessing.json has min_valid_object_sizes that are no dictionary: ${text.slice(0, 60)}`,
    );
  const entry = /\s*(?:\(([\d\s,]+)\)|(\d+))\s*:\s*([\d.]+(?:e[+-]?\d+)?)\s*(?:,|$)/iy;
  const body = inside[1] ?? '';
  while (entry.lastIndex < body.trimEnd().length) {
    const found = entry.exec(body);
    if (!found) throw plansWrong(`postprocessing.json has a size that cannot be read: ${body.slice(0, 60)}`);
    const [, group, single, size] = found;
    const labels = (group ?? single)
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean);
    sizes.set(labels.join(), Number(size));
  }
  return sizes;
}

const nested: z.ZodType<number[]> = z.union([
  z
    .int()
    .nonnegative()
    .transform((label) => [label]),
  z.array(z.lazy(() => nested)).transform((groups) => groups.flat()),
]);

const KeywordsV2 = z.looseObject({ labels_or_regions: nested, background_label: z.literal(0).optional() });
const PickleV2 = z.tuple([z.array(z.string()), z.array(KeywordsV2)]);
const JsonV2 = z.looseObject({
  postprocessing_fns: z.array(z.string()),
  postprocessing_kwargs: z.array(KeywordsV2),
});

/**
 * v2: a list of functions and one of their keyword arguments; only keeping the largest part exists. All labels and
 * regions of one call count as one structure. Voxels are joined by corners.
 */
export function postprocessingV2(value: unknown): PostprocessingFacts {
  if (value === null || value === undefined) return { keepLargest: [], touching: 'corners' };
  const [names, keywords] = Array.isArray(value)
    ? parsePlans(PickleV2, value, 'postprocessing.pkl')
    : stepsOf(parsePlans(JsonV2, value, 'postprocessing.json'));
  if (names.length !== keywords.length)
    throw plansWrong('The postprocessing lists steps and arguments of different number');
  const strange = names.find(
    (name) => !/(^|\.)remove_all_but_largest_component_from_segmentation$/.test(name),
  );
  if (strange !== undefined)
    throw unsupported(`The postprocessing step ${strange.slice(0, 80)} is not known here`);
  const keepLargest = keywords.flatMap(({ labels_or_regions: labels }) => {
    const group = [...new Set(labels)].filter((label) => label !== 0);
    return group.length > 0 ? [{ labels: group }] : [];
  });
  return { keepLargest, touching: 'corners' };
}

function stepsOf({
  postprocessing_fns,
  postprocessing_kwargs,
}: z.infer<typeof JsonV2>): z.infer<typeof PickleV2> {
  return [postprocessing_fns, postprocessing_kwargs];
}
