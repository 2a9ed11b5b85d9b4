// What the agreement page shows of the stored results: kind of comparison, structure, metric, and what follows.
import type {
  Agreement,
  AgreementRow,
  AgreementSummaryRow,
  Comparison,
} from '../../electron/contract/agreement.ts';
import { csv } from '../ui/save.ts';
import { METRICS, pairName, roundText, type Metric } from './metrics.ts';

export class AgreementView {
  agreement = $state.raw<Agreement | null>(null);
  comparison = $state<Comparison>('inter');
  label = $state<number | null>(null);
  metricKey = $state('dice');
  /** The row that was picked in a plot or table. */
  picked = $state<string | null>(null);

  readonly counts = $derived.by(() => {
    const rows = this.agreement?.rows ?? [];
    const of = (kind: Comparison) => rows.filter((row) => row.comparison === kind).length;
    return { inter: of('inter'), intra: of('intra'), ai: of('ai') };
  });
  readonly structures = $derived.by(() => {
    const found = new Map<number, string>();
    for (const row of this.agreement?.rows ?? []) found.set(row.structureLabel, row.structureName);
    // In the study's own order, as the rows come.
    return [...found].map(([label, name]) => ({ value: label, label: name }));
  });
  readonly structure = $derived(this.label ?? this.structures[0]?.value ?? 0);
  readonly rows: AgreementRow[] = $derived(
    (this.agreement?.rows ?? []).filter(
      (row) => row.comparison === this.comparison && row.structureLabel === this.structure,
    ),
  );
  readonly summary: AgreementSummaryRow[] = $derived(
    (this.agreement?.summary ?? []).filter(
      (line) => line.comparison === this.comparison && line.structureLabel === this.structure,
    ),
  );
  readonly metric: Metric = $derived(METRICS.find((metric) => metric.key === this.metricKey) ?? METRICS[0]);

  /** The rows on show as CSV, one line a pair and case, full precision. */
  csv(): Blob {
    const head = ['comparison', 'case', 'structure', 'pair', 'rounds', 'first_ml', 'second_ml'];
    const units = METRICS.map(({ key }) => key);
    const lines = this.rows.map((row) => [
      row.comparison,
      row.caseName,
      row.structureName,
      pairName(row),
      roundText(row),
      row.metrics.reference.volumeMl,
      row.metrics.test.volumeMl,
      ...METRICS.map((metric) => metric.of(row.metrics)),
      row.metrics.notes.join('; '),
    ]);
    return csv([[...head, ...units, 'notes'], ...lines]);
  }
}

// Made once and outside any component: what it derives must outlive the page, to be there when one comes back.
const view = new AgreementView();
let viewed: string | null = null;

/** The study's view as it was left: coming back from a case finds the same tab, metric and picked row. */
export function agreementViewOf(study: string): AgreementView {
  if (viewed !== study) {
    view.agreement = null;
    view.comparison = 'inter';
    view.label = null;
    view.picked = null;
  }
  viewed = study;
  return view;
}
