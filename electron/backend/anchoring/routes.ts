// HTTP of anchoring: coordinators only, since it tells how readers fared.
import { Hono } from 'hono';
import type { StudyEnv } from '../context.ts';
import { coordinatorOnly } from '../http/access.ts';
import type { AnchoringService } from './service.ts';

export function anchoringRoutes(anchoring: AnchoringService) {
  return new Hono<StudyEnv>()
    .get('/anchoring', coordinatorOnly, async (c) => c.json(await anchoring.figures(c.var.study)))
    .get('/drift', coordinatorOnly, async (c) => c.json(await anchoring.drift(c.var.study)));
}
