// What is bootstrapped, as plain data that can cross to a thread.
import type { RatingTable } from '../ratings/rating-agreement.ts';
import type { ClusterFigures } from './cluster-bootstrap.ts';
import { meanFigures } from './mean-figures.ts';
import { ratingFigures } from './rating-figures.ts';

export type BootstrapSpecification =
  | { kind: 'ratings'; table: RatingTable; clusterOf?: number[] }
  | { kind: 'means'; names: string[]; values: (number | null)[][]; clusterOf: number[] };

/** The figures of a specification. */
export function figuresOf(specification: BootstrapSpecification): ClusterFigures {
  if (specification.kind === 'ratings') return ratingFigures(specification.table, specification.clusterOf);
  return meanFigures(specification.names, specification.values, specification.clusterOf);
}
