// The public face of the bootstrap: clustered by patient, seeded, in parts that any thread can take.
export { bootstrapRows, wholeFigures, type BootstrapPart, type ClusterFigures } from './cluster-bootstrap.ts';
export { bootstrapIntervals, type BootstrapInterval } from './intervals.ts';
export { resample, streamOf, type RandomStream } from './random.ts';
export { figuresOf, type BootstrapSpecification } from './specification.ts';
