// The worker behind the figures of a large study: rows in, everything that is printed of them out.
import {
  analyse,
  type AnalysisSettings,
  type StudyAnalysis,
  type StudyRow,
} from '../agreement/study/index.ts';

export interface AnalysisTask {
  rows: readonly StudyRow[];
  settings: AnalysisSettings;
}

export default function analysisWork({ rows, settings }: AnalysisTask): StudyAnalysis {
  return analyse(rows, settings);
}
