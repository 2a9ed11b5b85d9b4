// The worker behind the bootstrap: one part of the replicates (or of the jackknife), a row of figures each.
import {
  bootstrapRows,
  figuresOf,
  type BootstrapPart,
  type BootstrapSpecification,
  type ClusterFigures,
} from '../agreement/bootstrap/index.ts';

export interface BootstrapTask {
  /** The same for all parts of one bootstrap, so that a thread prepares its data once. */
  key: string;
  specification: BootstrapSpecification;
  part: BootstrapPart;
}

let kept: { key: string; figures: ClusterFigures } | null = null;

/** Rows of figures, replicate after replicate. */
export default function bootstrapWork({ key, specification, part }: BootstrapTask): Float64Array {
  if (kept?.key !== key) kept = { key, figures: figuresOf(specification) };
  return bootstrapRows(kept.figures, part);
}
