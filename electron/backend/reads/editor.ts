// Who writes and through which window, off a request.
import type { Context } from 'hono';
import type { StudyEnv } from '../context.ts';
import { who } from '../http/access.ts';
import type { Editor } from './service.ts';

/** The lease comes as `x-concord-lease`, or as `?lease=` from a page that is being closed. */
export function editorOf(context: Context<StudyEnv>): Editor {
  const lease = context.req.header('x-concord-lease') ?? context.req.query('lease') ?? null;
  return { person: who(context), lease };
}
