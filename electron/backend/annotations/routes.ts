// HTTP of measurements.
import { Hono } from 'hono';
import { NewAnnotationSchema } from '../../contract/annotations.ts';
import type { StudyEnv } from '../context.ts';
import { signedIn, who } from '../http/access.ts';
import { check } from '../http/problems.ts';
import { editorOf } from '../reads/editor.ts';
import type { AnnotationService } from './service.ts';

export function annotationRoutes(annotations: AnnotationService) {
  return new Hono<StudyEnv>()
    .get('/reads/:read/annotations', signedIn, async (c) =>
      c.json(await annotations.list(c.var.study, c.req.param('read'), who(c))),
    )
    .post('/reads/:read/annotations', signedIn, check('json', NewAnnotationSchema), async (c) =>
      c.json(await annotations.add(c.var.study, c.req.param('read'), c.req.valid('json'), editorOf(c)), 201),
    )
    .post('/reads/:read/annotations/:annotation/remove', signedIn, async (c) => {
      await annotations.remove(c.var.study, c.req.param('read'), c.req.param('annotation'), editorOf(c));
      return c.body(null, 204);
    });
}
