// Every failure leaves as RFC 9457 problem details: a code, a sentence, no stack.
import type { Context, ErrorHandler, NotFoundHandler } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { HTTPException } from 'hono/http-exception';
import { zValidator } from '@hono/zod-validator';
import type { ValidationTargets } from 'hono';
import type { ZodType } from 'zod';
import { Problem } from '../../contract/problem.ts';

function answer(context: Context, problem: Problem): Response {
  return context.body(JSON.stringify(problem.toDetails()), problem.status as ContentfulStatusCode, {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
  });
}

export const onError: ErrorHandler = (error, context) => {
  if (error instanceof Problem) return answer(context, error);
  if (error instanceof HTTPException && error.status < 500) {
    const detail = `${error.message || 'The request cannot be understood'}. Nothing was changed.`;
    return answer(context, new Problem('malformed-request', detail, { status: error.status }));
  }
  // A fault of ours: the log gets the stack, the page a sentence.
  console.error(error);
  return answer(
    context,
    new Problem(
      'internal-fault',
      'Concord met a fault of its own and changed nothing. Try again; if it stays, restart Concord.',
      {
        status: 500,
      },
    ),
  );
};

export const onNotFound: NotFoundHandler = (context) =>
  answer(context, new Problem('no-such-route', `There is nothing at ${context.req.path}.`, { status: 404 }));

/** Validates one part of a request with a zod schema; a mismatch is problem `invalid-request` naming each field. */
export function check<T extends ZodType, Target extends keyof ValidationTargets>(target: Target, schema: T) {
  return zValidator(target, schema, (result) => {
    if (result.success) return;
    const fields = result.error.issues.map((issue) => ({
      path: issue.path.map(String).join('.') || target,
      message: issue.message,
    }));
    const first = fields[0];
    throw new Problem('invalid-request', `${first.path}: ${first.message}.`, { status: 400, fields });
  });
}
