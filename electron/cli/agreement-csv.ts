// Agreement as tidy tables for statistics programs: long ones for lme4, wide ones for irr and psych, one for iMRMC.
import type { Agreement, AgreementRow, ReadFigures } from '../contract/agreement.ts';
import type { ReportMeasurement } from '../workers/agreement-client.ts';
import { dictionaryOf } from './agreement-dictionary.ts';
import { measurementRecords } from './measurements-csv.ts';

export type Cell = string | number | null;
export type Row = Record<string, Cell>;

/** File name → CSV text. Numbers with all their digits; undefined ones empty, as R reads NA. */
export function agreementCsv(
  agreement: Agreement,
  measurements: readonly ReportMeasurement[] = [],
): Record<string, string> {
  const tables: Record<string, Row[]> = {
    'pairs.csv': agreement.rows.map(pairRecord),
    'summary.csv': agreement.summary.flatMap(summaryRecords),
    'volumes.csv': agreement.summary.map(volumeRecord),
    'reads.csv': agreement.reads.map(readRecord),
    'reliability.csv': agreement.reliability.flatMap(reliabilityRecords),
    'variance.csv': agreement.variance.map(varianceRecord),
    'definitions.csv': agreement.definitions.map((definition) => ({ ...definition })),
    ...wideTables(agreement.reads),
    ...imrmcTables(agreement.reads),
    // Where nobody measured, the tables are those of ever.
    ...(measurements.length > 0 && { 'measurements.csv': measurementRecords(measurements) }),
  };
  tables['dictionary.csv'] = dictionaryOf(tables);
  return Object.fromEntries(Object.entries(tables).map(([name, records]) => [name, csv(records)]));
}

function pairRecord({ metrics, a, b, ...row }: AgreementRow): Row {
  const { kappa, surface, reference, test, notes, label: _label, ...overlap } = metrics;
  return {
    comparison: row.comparison,
    case: row.caseName,
    structure_label: row.structureLabel,
    structure: row.structureName,
    reader_a: a.name,
    round_a: a.round,
    arm_a: a.arm,
    reader_b: b.name,
    round_b: b.round,
    arm_b: b.arm,
    voxels_a: reference.voxels,
    voxels_b: test.voxels,
    volume_a_ml: reference.volumeMl,
    volume_b_ml: test.volumeMl,
    ...overlap,
    kappa_image: kappa.image,
    kappa_union10mm: kappa.union10mm,
    ...surface,
    active_seconds_a: a.activeSeconds ?? null,
    active_seconds_b: b.activeSeconds ?? null,
    notes: notes.join(' '),
  };
}

type Line = Agreement['summary'][number];

function headOf(line: Line): Row {
  return {
    comparison: line.comparison,
    structure_label: line.structureLabel,
    structure: line.structureName,
    scope: line.scope,
    pair: line.pair,
    arms: line.arms,
  };
}

function summaryRecords(line: Line): Row[] {
  return Object.entries(line.values).map(([metric, v]) => {
    const drawn = line.bootstrap?.[metric];
    return {
      ...headOf(line),
      metric,
      n: v.n,
      undefined: v.undefinedCount,
      mean: v.mean,
      sd: v.sd,
      median: v.median,
      minimum: v.minimum,
      maximum: v.maximum,
      ci95_low: v.ci95?.[0] ?? null,
      ci95_high: v.ci95?.[1] ?? null,
      bca95_low: drawn?.bca?.[0] ?? null,
      bca95_high: drawn?.bca?.[1] ?? null,
      percentile95_low: drawn?.percentile?.[0] ?? null,
      percentile95_high: drawn?.percentile?.[1] ?? null,
    };
  });
}

function volumeRecord(line: Line): Row {
  const { limits, correlation, concordance, pairs, cases, absent } = line.volumes;
  return {
    ...headOf(line),
    pairs,
    cases,
    absent,
    method: limits.method,
    bias_ml: limits.bias,
    bias_low_ml: limits.biasCi95?.[0] ?? null,
    bias_high_ml: limits.biasCi95?.[1] ?? null,
    sd_ml: limits.sd,
    lower_ml: limits.lower,
    upper_ml: limits.upper,
    pearson_r: correlation.r,
    r_squared: correlation.r2,
    concordance: concordance.ccc,
    notes: [limits.reason, correlation.reason].filter((reason) => reason !== null).join('; '),
  };
}

function readRecord(read: ReadFigures): Row {
  return {
    case: read.caseName,
    reader: read.name,
    round: read.round,
    arm: read.arm,
    structure_label: read.structureLabel,
    structure: read.structureName,
    volume_ml: read.volumeMl,
    active_seconds: read.activeSeconds,
    order: read.order,
    dice: read.dice,
    pairs: read.pairs,
  };
}

function reliabilityRecords(entry: Agreement['reliability'][number]): Row[] {
  return Object.entries(entry.icc).map(([form, icc]) => ({
    comparison: entry.comparison,
    structure_label: entry.structureLabel,
    structure: entry.structureName,
    of: entry.of,
    cases: entry.cases,
    incomplete: entry.incomplete,
    form,
    icc: icc.estimate,
    ci95_low: icc.ci95?.[0] ?? null,
    ci95_high: icc.ci95?.[1] ?? null,
    f: icc.f,
    df1: icc.df1,
    df2: icc.df2,
    p: icc.p,
    sem_agreement_ml: entry.error?.agreement ?? null,
    repeatability_ml: entry.repeatability?.coefficient ?? null,
    notes: icc.reason,
  }));
}

function varianceRecord(entry: Agreement['variance'][number]): Row {
  return {
    structure_label: entry.structureLabel,
    structure: entry.structureName,
    arm: entry.arm,
    mean_ml: entry.mean,
    variance_case_ml2: entry.case,
    variance_reader_ml2: entry.reader,
    variance_case_reader_ml2: entry.caseReader,
    variance_residual_ml2: entry.residual,
    cases: entry.cases,
    readers: entry.readers,
    measurements: entry.measurements,
    notes: entry.reason,
  };
}

/** One file a structure and round: a row a case, a column a reader, as irr::icc, psych::ICC and concord stats read it. */
function wideTables(reads: readonly ReadFigures[]): Record<string, Row[]> {
  const tables: Record<string, Row[]> = {};
  for (const ofRound of Map.groupBy(reads, (read) => `${read.structureLabel}/${read.round}`).values()) {
    const { structureLabel, round } = ofRound[0];
    const names = [...new Set(ofRound.map((read) => read.name))].sort();
    tables[`volumes_wide_label${structureLabel}_round${round}.csv`] = [
      ...Map.groupBy(ofRound, (read) => read.caseId).values(),
    ].map((own) => ({
      case: own[0].caseName,
      ...Object.fromEntries(
        names.map((name) => [name, own.find((read) => read.name === name)?.volumeMl ?? null]),
      ),
    }));
  }
  return tables;
}

/** One file a structure in the columns of iMRMC's limits of agreement; a modality is an arm in a round. */
function imrmcTables(reads: readonly ReadFigures[]): Record<string, Row[]> {
  return Object.fromEntries(
    [...Map.groupBy(reads, (read) => read.structureLabel)].map(([label, own]) => [
      `imrmc_label${label}.csv`,
      own.map((read) => ({
        readerID: read.name,
        caseID: read.caseName,
        modalityID: `${read.arm}-round${read.round}`,
        score: read.volumeMl,
      })),
    ]),
  );
}

function csv(records: readonly Row[]): string {
  if (records.length === 0) return '';
  const columns = Object.keys(records[0]);
  const cell = (value: Cell) => {
    if (value === null) return '';
    const text = String(value);
    // A text that a spreadsheet would run as a formula is told apart from one.
    const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const head = columns.map(cell).join(',');
  return `${[head, ...records.map((record) => columns.map((c) => cell(record[c])).join(','))].join('\n')}\n`;
}
