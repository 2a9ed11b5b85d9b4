// The planning formulas, for the backend: small enough to run where they are asked for.
export { expectedWidths, type ExpectedWidths } from '../agreement/planning/index.ts';
