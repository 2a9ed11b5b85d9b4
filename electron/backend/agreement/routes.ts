// HTTP of agreement: coordinators only, since results would unblind a reader.
import { Hono } from 'hono';
import type { StudyEnv } from '../context.ts';
import { coordinatorOnly, who } from '../http/access.ts';
import type { AgreementService } from './service.ts';

export function agreementRoutes(agreement: AgreementService) {
  return new Hono<StudyEnv>()
    .get('/agreement', coordinatorOnly, async (c) => c.json(await agreement.latest(c.var.study)))
    .post('/agreement/runs', coordinatorOnly, async (c) =>
      c.json(await agreement.start(c.var.study, who(c)), 202),
    );
}
