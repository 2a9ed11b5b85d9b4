// What went wrong in a run, as a person can read it.
import { Problem, type ProblemDetails } from '../contract/problem.ts';

const OUT_OF_MEMORY =
  /bad_alloc|out of memory|memory limit|failed to allocate|allocation failed|invalid (typed )?array length/i;

/** Problems as they are; anything else becomes `inference-out-of-memory` or `inference-failed`. */
export function problemOfRun(error: unknown): ProblemDetails {
  if (error instanceof Problem) return error.toDetails();
  const text = error instanceof Error ? error.message : String(error);
  if (OUT_OF_MEMORY.test(text)) {
    return new Problem(
      'inference-out-of-memory',
      'The model ran out of memory on this volume and nothing was written. Close other programs, or run it where there is more memory.',
      { status: 500, cause: error },
    ).toDetails();
  }
  const what = text
    .split('\n')[0]
    .slice(0, 200)
    .replace(/[.\s]+$/, '');
  return new Problem('inference-failed', `The model could not be run (${what}). Nothing was written.`, {
    status: 500,
    cause: error,
  }).toDetails();
}
