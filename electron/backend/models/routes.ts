// HTTP of models and AI masks.
import { Hono } from 'hono';
import { AddModelSchema, StartInferenceSchema } from '../../contract/models.ts';
import type { StudyEnv } from '../context.ts';
import { signedIn } from '../http/access.ts';
import { check } from '../http/problems.ts';
import { editorOf } from '../reads/editor.ts';
import type { ModelService } from './service.ts';

/** The library belongs to the home, not to a study. */
export function modelRoutes(models: ModelService, refuseOthers: () => void) {
  return new Hono()
    .get('/models', async (c) => c.json(await models.list()))
    .post('/models', check('json', AddModelSchema), async (c) => {
      refuseOthers();
      return c.json(await models.add(c.req.valid('json').path), 201);
    });
}

export function inferenceRoutes(models: ModelService) {
  return new Hono<StudyEnv>().post(
    '/reads/:read/inference',
    signedIn,
    check('json', StartInferenceSchema),
    async (c) =>
      c.json(await models.start(c.var.study, c.req.param('read'), editorOf(c), c.req.valid('json')), 202),
  );
}
