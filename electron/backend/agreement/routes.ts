// HTTP of agreement: coordinators only, since results would unblind a reader.
import { Hono } from 'hono';
import type { StudyEnv } from '../context.ts';
import { coordinatorOnly, who } from '../http/access.ts';
import { AgreementQuerySchema } from '../../contract/agreement.ts';
import { check } from '../http/problems.ts';
import type { AgreementService } from './service.ts';

export function agreementRoutes(agreement: AgreementService) {
  return new Hono<StudyEnv>()
    .get('/agreement', coordinatorOnly, check('query', AgreementQuerySchema), async (c) =>
      c.json(await agreement.latest(c.var.study, c.req.valid('query'))),
    )
    .post('/agreement/runs', coordinatorOnly, async (c) =>
      c.json(await agreement.start(c.var.study, who(c)), 202),
    );
}
