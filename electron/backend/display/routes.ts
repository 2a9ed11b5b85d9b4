// HTTP of a person's own display.
import { Hono } from 'hono';
import { DisplaySchema, ReadViewSchema } from '../../contract/display.ts';
import type { StudyEnv } from '../context.ts';
import { signedIn, who } from '../http/access.ts';
import { check } from '../http/problems.ts';
import type { DisplayService } from './service.ts';

export function displayRoutes(display: DisplayService) {
  return new Hono<StudyEnv>()
    .get('/display', signedIn, async (c) => c.json(await display.display(c.var.study, who(c))))
    .post('/display', signedIn, check('json', DisplaySchema), async (c) => {
      await display.keep(c.var.study, who(c), c.req.valid('json'));
      return c.body(null, 204);
    })
    .get('/reads/:read/view', signedIn, async (c) =>
      c.json(await display.readView(c.var.study, c.req.param('read'), who(c))),
    )
    .post('/reads/:read/view', signedIn, check('json', ReadViewSchema), async (c) => {
      await display.keepReadView(c.var.study, c.req.param('read'), who(c), c.req.valid('json'));
      return c.body(null, 204);
    });
}
