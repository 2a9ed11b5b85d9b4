// HTTP of models and AI masks.
import { Hono } from 'hono';
import type { ReadableStream as WebStream } from 'node:stream/web';
import * as z from 'zod';
import { AddModelSchema, StartInferenceSchema } from '../../contract/models.ts';
import type { Uploads } from '../cases/uploads.ts';
import type { StudyEnv } from '../context.ts';
import { signedIn } from '../http/access.ts';
import { check } from '../http/problems.ts';
import { editorOf } from '../reads/editor.ts';
import type { ModelService } from './service.ts';

/** The library belongs to the home, not to a study; a host of one study changes nothing of it. */
export function modelRoutes({ models, uploads, refuseOthers }: ModelRouteNeeds) {
  return new Hono()
    .get('/models', async (c) => c.json(await models.list()))
    .post('/models', check('json', AddModelSchema), (c) => {
      refuseOthers();
      return c.json(models.imports.start(c.req.valid('json')), 202);
    })
    .post('/models/uploads', check('query', UploadSchema), async (c) => {
      refuseOthers();
      const { batch, name } = c.req.valid('query');
      const body = c.req.raw.body as WebStream<Uint8Array> | null;
      return c.json({ path: await uploads.receive(batch, name, body, { folders: true }) }, 201);
    })
    .delete('/models/uploads/:batch', async (c) => {
      refuseOthers();
      await uploads.discard([`upload:${c.req.param('batch')}/`]);
      return c.body(null, 204);
    })
    .get('/models/imports', (c) => c.json(models.imports.list()))
    .post('/models/imports/:import/cancel', async (c) => {
      refuseOthers();
      return c.json(await models.imports.cancel(c.req.param('import')));
    })
    .get('/models/:model', async (c) => c.json(await models.details(c.req.param('model'))))
    .delete('/models/:model', async (c) => {
      refuseOthers();
      await models.remove(c.req.param('model'));
      return c.body(null, 204);
    });
}

const UploadSchema = z.object({ batch: z.string().min(1), name: z.string().min(1).max(1000) });

interface ModelRouteNeeds {
  models: ModelService;
  uploads: Uploads;
  refuseOthers: () => void;
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
