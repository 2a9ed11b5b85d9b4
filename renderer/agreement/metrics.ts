// The metrics of the agreement page: their names, units, digits, and where a row keeps them.
import type { AgreementRow, Definition, PairMetrics } from '../../electron/contract/agreement.ts';

export interface Metric {
  /** As in the summary and the definitions. */
  key: string;
  label: string;
  unit: string;
  digits: number;
  of: (metrics: PairMetrics) => number | null;
}

export const METRICS: readonly Metric[] = [
  { key: 'dice', label: 'Dice', unit: '', digits: 3, of: (m) => m.dice },
  { key: 'jaccard', label: 'Jaccard', unit: '', digits: 3, of: (m) => m.jaccard },
  { key: 'kappaImage', label: 'κ, whole image', unit: '', digits: 3, of: (m) => m.kappa.image },
  { key: 'kappaUnion10mm', label: 'κ, 10 mm box', unit: '', digits: 3, of: (m) => m.kappa.union10mm },
  { key: 'volumeDifferenceMl', label: 'ΔV', unit: 'mL', digits: 2, of: (m) => m.volumeDifferenceMl },
  { key: 'hd95PooledMm', label: 'HD95 pooled', unit: 'mm', digits: 2, of: (m) => m.surface.hd95PooledMm },
  { key: 'hd95MaxMm', label: 'HD95 max', unit: 'mm', digits: 2, of: (m) => m.surface.hd95MaxMm },
  { key: 'hausdorffMm', label: 'Hausdorff', unit: 'mm', digits: 2, of: (m) => m.surface.hausdorffMm },
  { key: 'assdMm', label: 'ASSD', unit: 'mm', digits: 2, of: (m) => m.surface.assdMm },
  { key: 'nsd', label: 'NSD', unit: '', digits: 3, of: (m) => m.surface.nsd },
];

/** The definition of a metric in one text for hovering: what it is, what empty masks give, where it comes from. */
export function definitionText(key: string, definitions: readonly Definition[]): string | undefined {
  const found = definitions.find((definition) => definition.key === key);
  if (!found) return undefined;
  return [found.name, found.definition, found.emptyRule, found.source].filter(Boolean).join('\n');
}

/** "A – B" for two readers, "A, rounds 1 and 2" for one reader's rounds. */
export function pairName(row: AgreementRow): string {
  if (row.comparison === 'intra') return row.a.name;
  return `${row.a.name} – ${row.b.name}`;
}

/** Which rounds a row compares. */
export function roundText(row: AgreementRow): string {
  return row.a.round === row.b.round ? String(row.a.round) : `${row.a.round} and ${row.b.round}`;
}

/** A row's own key: two rows never compare the same revisions for the same structure in the same way. */
export function rowKey(row: AgreementRow): string {
  return `${row.comparison} ${row.a.revisionId} ${row.b.revisionId} ${row.structureLabel}`;
}
