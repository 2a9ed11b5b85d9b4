// What the agreement page shows of the stored results: kind of comparison, structure, metric, filters, and what follows.
import type {
  Agreement,
  AgreementRow,
  AgreementSummaryRow,
  Comparison,
  ReadFigures,
} from '../../electron/contract/agreement.ts';
import { csv } from '../ui/save.ts';
import { METRICS, pairName, roundText, type Metric } from './metrics.ts';

/** Points that a plot can draw and a table can hold at one time. */
const MOST_ROWS = 3000;

export class AgreementView {
  agreement = $state.raw<Agreement | null>(null);
  comparison = $state<Comparison>('inter');
  label = $state<number | null>(null);
  metricKey = $state('dice');
  /** The row that was picked in a plot or table. */
  picked = $state<string | null>(null);
  /** Filters; empty lets everything through. */
  readers = $state<string[]>([]);
  rounds = $state<number[]>([]);
  arms = $state<string[]>([]);
  caseText = $state('');
  withAi = $state(false);

  readonly isNarrowed = $derived(
    this.readers.length + this.rounds.length + this.arms.length > 0 ||
      this.caseText.trim() !== '' ||
      this.withAi,
  );
  /** As the address asks for it. */
  readonly query = $derived.by(() => {
    const query: Record<string, string> = { comparison: this.comparison, rows: String(MOST_ROWS) };
    if (this.label !== null) query['structures'] = String(this.label);
    if (this.readers.length) query['readers'] = this.readers.join();
    if (this.rounds.length) query['rounds'] = this.rounds.join();
    if (this.arms.length) query['arms'] = this.arms.join();
    if (this.caseText.trim()) query['caseText'] = this.caseText.trim();
    if (this.withAi) query['withAi'] = 'yes';
    return query;
  });
  readonly structures = $derived(
    (this.agreement?.choices.structures ?? []).map(({ label, name }) => ({ value: label, label: name })),
  );
  readonly structure = $derived(this.label ?? this.structures[0]?.value ?? 0);
  readonly rows: AgreementRow[] = $derived(
    (this.agreement?.rows ?? []).filter(
      (row) => row.comparison === this.comparison && row.structureLabel === this.structure,
    ),
  );
  /** Lines of every kind of comparison for the structure, and of the kind on show. */
  readonly lines: AgreementSummaryRow[] = $derived(
    (this.agreement?.summary ?? []).filter((line) => line.structureLabel === this.structure),
  );
  readonly summary: AgreementSummaryRow[] = $derived(
    this.lines.filter((line) => line.comparison === this.comparison),
  );
  readonly reads: ReadFigures[] = $derived(
    (this.agreement?.reads ?? []).filter((read) => read.structureLabel === this.structure),
  );
  readonly metric: Metric = $derived(METRICS.find((metric) => metric.key === this.metricKey) ?? METRICS[0]);

  clearFilters(): void {
    this.readers = [];
    this.rounds = [];
    this.arms = [];
    this.caseText = '';
    this.withAi = false;
  }

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

/** The study's view as it was left: coming back from a case finds the same tab, metric, filters and picked row. */
export function agreementViewOf(study: string): AgreementView {
  if (viewed !== study) {
    view.agreement = null;
    view.comparison = 'inter';
    view.label = null;
    view.picked = null;
    view.clearFilters();
  }
  viewed = study;
  return view;
}
