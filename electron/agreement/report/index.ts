// The public face of the report.
export { renderReport } from './render-report.ts';
export type {
  ReportFlow,
  ReportInput,
  ReportMeasurement,
  ReportRound,
  ReportStructure,
} from './report-input.ts';
