// The public face of a study's analysis: what page, command line, report and tables all print.
export { analyse, type AnalysisSettings, type StudyAnalysis } from './analyse.ts';
export { chooseRows, choicesOf, type RowFilter, type StudyRow, type StudySide } from './filter.ts';
export type { LineVolumes, StudyLine } from './lines.ts';
export type { ReadFigures } from './reads.ts';
export type { Reliability, VolumeVariance } from './reliability.ts';
