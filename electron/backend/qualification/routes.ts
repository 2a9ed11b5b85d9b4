// HTTP of the qualification.
import { Hono } from 'hono';
import * as z from 'zod';
import { QualificationCaseSchema, QualificationSchema } from '../../contract/qualification.ts';
import type { StudyEnv } from '../context.ts';
import { coordinatorOnly, signedIn, who } from '../http/access.ts';
import { check } from '../http/problems.ts';
import type { QualificationService } from './service.ts';

export function qualificationRoutes(needs: {
  qualification: QualificationService;
  uploads: { resolve(path: string): string; discard(paths: string[]): Promise<void> };
}) {
  const { qualification, uploads } = needs;
  return new Hono<StudyEnv>()
    .get('/qualification', signedIn, async (c) => c.json(await qualification.results(c.var.study, who(c))))
    .post(
      '/qualification',
      coordinatorOnly,
      check('json', z.object({ qualification: QualificationSchema.nullable() })),
      async (c) => {
        await qualification.set(c.var.study, c.req.valid('json').qualification, who(c));
        return c.body(null, 204);
      },
    )
    .post(
      '/cases/:case/qualification',
      coordinatorOnly,
      check('json', QualificationCaseSchema),
      async (c) => {
        const { path } = c.req.valid('json');
        await qualification.addCase(c.var.study, c.req.param('case'), uploads.resolve(path), who(c));
        await uploads.discard([path]);
        return c.body(null, 204);
      },
    )
    .post('/reads/:read/try-again', signedIn, async (c) =>
      c.json(await qualification.tryAgain(c.var.study, c.req.param('read'), who(c))),
    );
}
