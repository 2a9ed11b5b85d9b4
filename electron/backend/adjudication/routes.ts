// HTTP of adjudication: coordinators only, since it shows reads side by side.
import { Hono } from 'hono';
import {
  ReadsQuerySchema,
  StartConsensusSchema,
  TakeSchema,
  VoteSourceSchema,
} from '../../contract/adjudication.ts';
import type { StudyEnv } from '../context.ts';
import { coordinatorOnly, who } from '../http/access.ts';
import { check } from '../http/problems.ts';
import { editorOf } from '../reads/editor.ts';
import type { AdjudicationService } from './service.ts';
import * as z from 'zod';

const VoteParamSchema = z.object({ source: VoteSourceSchema });

export function adjudicationRoutes(adjudication: AdjudicationService) {
  return new Hono<StudyEnv>()
    .get('/disagreement', coordinatorOnly, check('query', ReadsQuerySchema), async (c) =>
      c.json(await adjudication.disagreement(c.var.study, c.req.valid('query'))),
    )
    .get('/disagreement/entropy', coordinatorOnly, check('query', ReadsQuerySchema), async (c) =>
      bytesAnswer(await adjudication.entropy(c.var.study, c.req.valid('query'))),
    )
    .get('/consensus', coordinatorOnly, async (c) =>
      c.json(await adjudication.list(c.var.study, c.req.query('case') ?? null)),
    )
    .post('/consensus', coordinatorOnly, check('json', StartConsensusSchema), async (c) =>
      c.json(await adjudication.start(c.var.study, c.req.valid('json').reads, who(c)), 201),
    )
    .get('/consensus/:consensus', coordinatorOnly, async (c) =>
      c.json(await adjudication.show(c.var.study, c.req.param('consensus'))),
    )
    .post('/consensus/:consensus/open', coordinatorOnly, async (c) =>
      c.json(await adjudication.open(c.var.study, c.req.param('consensus'))),
    )
    .get('/consensus/:consensus/disagreement', coordinatorOnly, async (c) =>
      c.json(await adjudication.disagreement(c.var.study, c.req.param())),
    )
    .get('/consensus/:consensus/map', coordinatorOnly, async (c) =>
      bytesAnswer(await adjudication.map(c.var.study, c.req.param())),
    )
    .get('/consensus/:consensus/entropy', coordinatorOnly, async (c) =>
      bytesAnswer(await adjudication.entropy(c.var.study, c.req.param())),
    )
    .get('/consensus/:consensus/votes/:source', coordinatorOnly, check('param', VoteParamSchema), async (c) =>
      bytesAnswer(await adjudication.vote(c.var.study, c.req.param(), c.req.valid('param').source)),
    )
    .get('/consensus/:consensus/mask', coordinatorOnly, async (c) =>
      bytesAnswer(await adjudication.mask(c.var.study, c.req.param('consensus'))),
    )
    .get('/consensus/:consensus/outcome', coordinatorOnly, async (c) =>
      c.json(await adjudication.outcome(c.var.study, c.req.param('consensus'))),
    )
    .post('/consensus/:consensus/take', coordinatorOnly, check('json', TakeSchema), async (c) =>
      c.json(
        await adjudication.take(c.var.study, c.req.param('consensus'), c.req.valid('json'), editorOf(c)),
      ),
    )
    .post('/consensus/:consensus/take-back', coordinatorOnly, async (c) =>
      c.json(await adjudication.takeBack(c.var.study, c.req.param('consensus'), editorOf(c))),
    )
    .post('/consensus/:consensus/seal', coordinatorOnly, async (c) =>
      c.json(await adjudication.seal(c.var.study, c.req.param('consensus'), editorOf(c))),
    );
}

function bytesAnswer(bytes: Uint8Array): Response {
  return new Response(bytes as Uint8Array<ArrayBuffer>, {
    headers: { 'content-type': 'application/octet-stream', 'cache-control': 'no-store' },
  });
}
