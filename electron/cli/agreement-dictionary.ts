// The data dictionary beside the tidy tables: every column of every file, what it is and in which unit.
import { DEFINITIONS } from '../agreement/definitions.ts';
import type { Row } from './agreement-csv.ts';

/** Column → unit and meaning, wherever it stands. Metrics are explained by their definitions. */
const COLUMNS: Record<string, [unit: string, meaning: string]> = {
  comparison: [
    '',
    'inter: two readers of one case in one round; intra: two rounds of one reader; ai: read and AI mask under it',
  ],
  case: ['', 'name of the case'],
  structure_label: ['', 'label of the structure in the masks'],
  structure: ['', 'name of the structure'],
  scope: ['', 'all pairs, the pairs that one reader is in, or one pair'],
  pair: ['', 'the line of the summary; case means enter once'],
  arms: ['', 'arms compared; empty where all are the same'],
  reader_a: ['', 'reader of the first mask (the reference); AI for the AI mask'],
  reader_b: ['', 'reader of the second mask (the test)'],
  round_a: ['', 'round of the first mask'],
  round_b: ['', 'round of the second mask'],
  arm_a: ['', 'arm of the first read'],
  arm_b: ['', 'arm of the second read'],
  voxels_a: ['voxels', 'size of the first mask'],
  voxels_b: ['voxels', 'size of the second mask'],
  volume_a_ml: ['mL', 'volume of the first mask'],
  volume_b_ml: ['mL', 'volume of the second mask'],
  active_seconds_a: ['s', 'active time of the first read; empty where it was not timed'],
  active_seconds_b: ['s', 'active time of the second read; empty where it was not timed'],
  notes: ['', 'why values are empty, and other remarks'],
  metric: ['', 'key of the figure, see definitions.csv'],
  n: ['', 'cases in which the figure is defined'],
  undefined: ['', 'cases in which it is not'],
  mean: ['that of the metric', 'mean over cases'],
  sd: ['that of the metric', 'sample standard deviation over cases'],
  median: ['that of the metric', 'median over cases'],
  minimum: ['that of the metric', 'least case mean'],
  maximum: ['that of the metric', 'largest case mean'],
  ci95_low: [
    'that of the value',
    'lower bound of the 95 % interval (mean: Student’s t over cases; ICC: see its form)',
  ],
  ci95_high: ['that of the value', 'upper bound of the same'],
  bca95_low: ['that of the metric', 'lower bound, bootstrap over cases, bias-corrected and accelerated'],
  bca95_high: ['that of the metric', 'upper bound of the same'],
  percentile95_low: ['that of the metric', 'lower bound, bootstrap over cases, percentile'],
  percentile95_high: ['that of the metric', 'upper bound of the same'],
  pairs: ['', 'pairs that the value rests on'],
  cases: ['', 'cases that the value rests on'],
  absent: ['', 'pairs left out, since neither mask holds the structure'],
  method: ['', 'plain: one pair a case (Bland and Altman 1986); repeated: several (Bland and Altman 2007)'],
  bias_ml: ['mL', 'mean difference of volumes, second − first'],
  bias_low_ml: ['mL', 'lower bound of its 95 % interval'],
  bias_high_ml: ['mL', 'upper bound of its 95 % interval'],
  sd_ml: ['mL', 'standard deviation of one difference'],
  lower_ml: ['mL', 'lower limit of agreement, bias − 1.96 SD'],
  upper_ml: ['mL', 'upper limit of agreement, bias + 1.96 SD'],
  pearson_r: ['', 'correlation of the volumes'],
  r_squared: ['', 'its square'],
  concordance: ['', 'Lin’s concordance correlation coefficient'],
  reader: ['', 'name of the reader'],
  round: ['', 'number of the round'],
  arm: ['', 'assisted, unassisted or after-draft'],
  volume_ml: ['mL', 'volume of the sealed mask'],
  active_seconds: ['s', 'active time of the read; empty where it was not timed'],
  order: ['', 'the how-manieth read its reader sealed, from 1'],
  dice: ['', 'in reads.csv the mean Dice with the other readers of the case in the round'],
  of: ['', 'a round (between its readers) or a reader (between their rounds)'],
  incomplete: ['', 'cases left out, since a rater’s volume is missing'],
  form: ['', 'form of the ICC (Shrout and Fleiss 1979)'],
  icc: ['', 'intraclass correlation of volumes'],
  f: ['', 'F of the test that the coefficient is 0'],
  df1: ['', 'its first degrees of freedom'],
  df2: ['', 'its second degrees of freedom'],
  p: ['', 'its p value'],
  sem_agreement_ml: ['mL', 'standard error of measurement, agreement'],
  repeatability_ml: ['mL', 'repeatability coefficient, 1.96·√2 within-reader SD'],
  mean_ml: ['mL', 'mean volume of the mixed model'],
  variance_case_ml2: ['mL²', 'variance between cases (REML)'],
  variance_reader_ml2: ['mL²', 'variance between readers (REML)'],
  variance_case_reader_ml2: ['mL²', 'variance of readers on single cases; empty without repeated reads'],
  variance_residual_ml2: ['mL²', 'residual variance'],
  readers: ['', 'readers that the value rests on'],
  measurements: ['', 'volumes that the value rests on'],
  number: ['', 'the how-manieth measurement of its read, from 1'],
  kind: ['', 'ruler, angle or ellipse'],
  value: ['that of value_unit', 'length of a ruler, angle (0 to 180), or area of an ellipse'],
  value_unit: ['', 'mm, deg or mm2'],
  inside_voxels: [
    'voxels',
    'voxels whose centres lie inside the ellipse (oblique: of those that the plane passes through, looked at straight down); empty for rulers and angles',
  ],
  inside_mean: ['that of the volume (CT: HU)', 'their mean'],
  inside_sd: ['that of the volume (CT: HU)', 'their sample standard deviation; empty below two voxels'],
  inside_minimum: ['that of the volume (CT: HU)', 'the least of them'],
  inside_maximum: ['that of the volume (CT: HU)', 'the largest of them'],
  plane: ['', 'plane of the view it was drawn in: axial, coronal, sagittal or oblique'],
  slice: ['', 'slice of that plane as the window counts it, from 1; empty where oblique'],
  points_lps_mm: [
    'mm',
    'its points in patient space (LPS), x y z each: ends; first leg, vertex, second leg; centre, ends of half axes',
  ],
  key: ['', 'key of a figure'],
  name: ['', 'name of a figure'],
  unit: ['', 'unit; empty for a pure number'],
  definition: ['', 'what it is'],
  source: ['', 'where the definition comes from'],
  emptyRule: ['', 'what empty masks give'],
  readerID: ['', 'reader, as iMRMC calls it'],
  caseID: ['', 'case, as iMRMC calls it'],
  modalityID: ['', 'arm and round, as iMRMC’s modality'],
  score: ['mL', 'volume of the sealed mask'],
};
const METRIC_KEYS: Record<string, string> = { kappa_image: 'kappaImage', kappa_union10mm: 'kappaUnion10mm' };

/** One row a file and column. */
export function dictionaryOf(tables: Record<string, readonly Row[]>): Row[] {
  return Object.entries(tables).flatMap(([file, rows]) =>
    Object.keys(rows[0] ?? {}).map((column) => ({ file, column, ...meaningOf(file, column) })),
  );
}

function meaningOf(file: string, column: string): { unit: string; meaning: string } {
  if (file.startsWith('volumes_wide') && column !== 'case') {
    return {
      unit: 'mL',
      meaning: 'volume by the reader of this name; empty where they have not sealed the case',
    };
  }
  const definition = DEFINITIONS.find(({ key }) => key === (METRIC_KEYS[column] ?? column));
  if (definition && file !== 'reads.csv') {
    return { unit: definition.unit, meaning: `${definition.name}: ${definition.definition}` };
  }
  const [unit, meaning] = COLUMNS[column] ?? ['', ''];
  return { unit, meaning };
}
