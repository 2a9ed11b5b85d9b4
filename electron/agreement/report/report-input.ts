// What a report is made of: plain values, gathered by whoever has the study open.
import type { ComparisonRow } from '../table.ts';
import type { StudyAnalysis } from '../study/index.ts';
import type { MetricSettings } from '../types.ts';

export interface ReportStructure {
  label: number;
  name: string;
  /** #rrggbb; anything else is not drawn. */
  colour: string;
}
export interface ReportRound {
  number: number;
  name: string;
  arm: 'assisted' | 'unassisted' | 'after-draft';
  /** Days between a reader's seal in the round before and the unlocking of this one. */
  washoutDays: number;
}
/** What became of the reads of one round. */
export interface ReportFlow {
  round: number;
  /** Reads that the design asks for. */
  assigned: number;
  /** Opened and not sealed. */
  drafts: number;
  /** Sealed, imported ones included. */
  sealed: number;
  /** Sealed reads whose mask was drawn in another tool. */
  imported: number;
}
/** A measurement of a sealed read. */
export interface ReportMeasurement {
  caseName: string;
  reader: string;
  round: number;
  arm: string;
  kind: 'ruler' | 'angle' | 'ellipse';
  /** Ruler: mm. Angle: degrees. Ellipse: its area in mm². */
  value: number;
  plane: string;
  /** Of the volume as it is shown, from 0; null on an oblique plane. */
  slice: number | null;
  /** LPS mm: a ruler's ends; an angle's first leg, vertex, second leg; an ellipse's centre and ends of its half axes. */
  points: number[][];
  /** Of an ellipse: of the voxels whose centres lie inside (oblique: of those that the plane passes through). Null figures where there are too few. */
  statistics: {
    voxels: number;
    mean: number | null;
    deviation: number | null;
    minimum: number | null;
    maximum: number | null;
  } | null;
}

export interface ReportInput {
  study: {
    name: string;
    modality: string;
    /** Cases in the study, compared or not. */
    cases: number;
    readers: string[];
    structures: ReportStructure[];
    rounds: ReportRound[];
  };
  /** For example "Concord 0.1.0". */
  software: string;
  /** ISO 8601, UTC. */
  generatedAt: string;
  /** The stored computation that the rows come from. */
  run: { id: string; computedAt: string; metricVersion: string; sealedReads: number };
  /** Why the rows no longer tell the present state of the study; null when they do. */
  staleBecause: string | null;
  settings: MetricSettings;
  flow: ReportFlow[];
  /** Whole sentences: what was left out, and why. */
  exclusions: string[];
  rows: ComparisonRow[];
  /** The analysis of these rows that page and command line print as well. */
  analysis: StudyAnalysis;
  bootstrap: { replicates: number; seed: number };
  /** By case, reader and round, in the order drawn. */
  measurements: ReportMeasurement[];
  /** Of the volumes' values: HU of a CT, else empty. */
  valueUnit: string;
}
