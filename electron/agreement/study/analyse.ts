// A study's rows → everything that is printed of them. Page, command line, report and tables print this and nothing else.
import { linesOf } from '../table.ts';
import type { StudyRow } from './filter.ts';
import { studyLine, type LineSettings, type StudyLine } from './lines.ts';
import { readFigures, type ReadFigures } from './reads.ts';
import { reliabilities, volumeVariances, type Reliability, type VolumeVariance } from './reliability.ts';

export type AnalysisSettings = LineSettings;

export interface StudyAnalysis {
  lines: StudyLine[];
  reads: ReadFigures[];
  reliability: Reliability[];
  variance: VolumeVariance[];
}

/** Pure and repeatable: the same rows and seed give the same digits. */
export function analyse(rows: readonly StudyRow[], settings: AnalysisSettings): StudyAnalysis {
  const reads = readFigures(rows);
  return {
    lines: linesOf(rows).map((line) => studyLine(line, settings)),
    reads,
    reliability: reliabilities(reads),
    variance: volumeVariances(reads),
  };
}
