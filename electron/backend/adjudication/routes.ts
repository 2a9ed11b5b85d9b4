// HTTP of adjudication: coordinators only, since it shows reads side by side.
import { Hono } from 'hono';
import { StartConsensusSchema, TakeSchema } from '../../contract/adjudication.ts';
import type { StudyEnv } from '../context.ts';
import { coordinatorOnly, who } from '../http/access.ts';
import { check } from '../http/problems.ts';
import type { AdjudicationService } from './service.ts';

export function adjudicationRoutes(adjudication: AdjudicationService) {
  return new Hono<StudyEnv>()
    .get('/consensus', coordinatorOnly, async (c) =>
      c.json(await adjudication.list(c.var.study, c.req.query('case') ?? null)),
    )
    .post('/consensus', coordinatorOnly, check('json', StartConsensusSchema), async (c) =>
      c.json(await adjudication.start(c.var.study, c.req.valid('json').reads, who(c)), 201),
    )
    .get('/consensus/:consensus/disagreement', coordinatorOnly, async (c) =>
      c.json(await adjudication.disagreement(c.var.study, c.req.param('consensus'))),
    )
    .get('/consensus/:consensus/map', coordinatorOnly, async (c) =>
      bytesAnswer(await adjudication.map(c.var.study, c.req.param('consensus'))),
    )
    .get('/consensus/:consensus/mask', coordinatorOnly, async (c) =>
      bytesAnswer(await adjudication.mask(c.var.study, c.req.param('consensus'))),
    )
    .post('/consensus/:consensus/take', coordinatorOnly, check('json', TakeSchema), async (c) =>
      c.json(await adjudication.take(c.var.study, c.req.param('consensus'), c.req.valid('json'), who(c))),
    )
    .post('/consensus/:consensus/take-back', coordinatorOnly, async (c) =>
      c.json(await adjudication.takeBack(c.var.study, c.req.param('consensus'), who(c))),
    )
    .post('/consensus/:consensus/seal', coordinatorOnly, async (c) =>
      c.json(await adjudication.seal(c.var.study, c.req.param('consensus'), who(c))),
    );
}

function bytesAnswer(bytes: Uint8Array): Response {
  return new Response(bytes as Uint8Array<ArrayBuffer>, {
    headers: { 'content-type': 'application/octet-stream', 'cache-control': 'no-store' },
  });
}
