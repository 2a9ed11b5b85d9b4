// What goes wrong, in words: one error type from the file reader to the page and the command line.
import * as z from 'zod';
import { advised } from './advice.ts';

/** RFC 9457 problem details, as every route answers when it refuses or fails. */
export const ProblemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  /** Stable and machine-readable, for example `mask-grid-differs`. */
  code: z.string(),
  /** One sentence or two: what happened, which file, what is untouched, what to do. */
  detail: z.string(),
  /** Where in the request the fault lies, if it lies there. */
  fields: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});
export type ProblemDetails = z.infer<typeof ProblemSchema>;

/**
 * A refusal that a person can act on. `status` follows HTTP: 400 the request or file is wrong, 401 sign in,
 * 403 not allowed, 404 not there, 409 conflicts with the present state, 422 understood but impossible, 507 disk full.
 * On the command line every 4xx exits with 2 and everything else with 1.
 */
export class Problem extends Error {
  readonly code: string;
  readonly status: number;
  readonly fields?: { path: string; message: string }[];

  constructor(
    code: string,
    detail: string,
    options: { status?: number; fields?: { path: string; message: string }[]; cause?: unknown } = {},
  ) {
    super(advised(code, detail), { cause: options.cause });
    this.name = 'Problem';
    this.code = code;
    this.status = options.status ?? 400;
    this.fields = options.fields;
  }

  /** The body of an `application/problem+json` answer. */
  toDetails(): ProblemDetails {
    return {
      type: `concord:${this.code}`,
      title: this.code.replaceAll('-', ' '),
      status: this.status,
      code: this.code,
      detail: this.message,
      ...(this.fields ? { fields: this.fields } : {}),
    };
  }

  /** Rebuilds a Problem that crossed a thread, a process or the wire as plain data. */
  static from(details: ProblemDetails): Problem {
    return new Problem(details.code, details.detail, { status: details.status, fields: details.fields });
  }
}
