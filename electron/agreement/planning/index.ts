// The public face of planning: intervals to expect before a study begins.
export { kappaCases, kappaUnitVariance, kappaWidth, type KappaPlan } from './kappa.ts';
export { casesFor, iccCases, iccWidth, limitWidth, meanWidth, type IccPlan } from './measurements.ts';
export { expectedWidths, type ExpectedWidths, type StudyPlan } from './study.ts';
