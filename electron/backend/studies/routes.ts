// HTTP of studies: the host, opening and creating, signing in, the set-up, the audit trail.
import { Hono } from 'hono';
import * as z from 'zod';
import { OpenStudySchema } from '../../contract/host.ts';
import {
  AddStructureSchema,
  ChangePassphraseSchema,
  ChangeStructureSchema,
  IdleLockSchema,
  NewReaderSchema,
  NewRoundSchema,
  ProtocolSchema,
  SignInSchema,
  StructureOrderSchema,
} from '../../contract/study.ts';
import { AuditFilterSchema, type AuditVerdict } from '../../contract/audit.ts';
import { PlanRequestSchema } from '../../contract/planning.ts';
import type { OpenStudy, StudyEnv } from '../context.ts';
import { bearerToken, coordinatorOnly, overseerOnly, signedIn, who } from '../http/access.ts';
import { check } from '../http/problems.ts';
import type { Demo } from './demo.ts';
import { planOf } from './planning.ts';
import type { StudyService } from './service.ts';
import { addStructure, changeStructure, orderStructures } from './structures.ts';

export interface HostRouteNeeds {
  studies: StudyService;
  demo: Demo;
}

/** Routes of the host itself, for whoever sits at this machine. */
export function hostRoutes({ studies, demo }: HostRouteNeeds) {
  return new Hono()
    .get('/host', async (c) => c.json(await studies.host()))
    .post(
      '/studies',
      check('json', z.object({ protocol: ProtocolSchema, folder: z.string().min(1).optional() })),
      async (c) => {
        const { protocol, folder } = c.req.valid('json');
        return c.json(await studies.face(await studies.create(protocol, folder), null), 201);
      },
    )
    .post('/plan', check('json', PlanRequestSchema), (c) => c.json(planOf(c.req.valid('json'))))
    .post('/studies/open', check('json', OpenStudySchema), async (c) =>
      c.json(await studies.face(await studies.open(c.req.valid('json').folder), null)),
    )
    .get('/studies/demo', (c) => c.json(demo.state()))
    .post('/studies/demo', async (c) => {
      studies.refuseOthers();
      return c.json(await studies.face(await demo.open(), null));
    });
}

export interface StudyRouteNeeds {
  studies: StudyService;
  /** The audit chain and every seal. */
  verify(study: OpenStudy): Promise<AuditVerdict>;
}

export function studyRoutes({ studies, verify }: StudyRouteNeeds) {
  return new Hono<StudyEnv>()
    .get('/', async (c) => {
      const idleMinutes = studies.idleMinutes(c.var.study, bearerToken(c.req.header('authorization')));
      const face = await studies.face(c.var.study, c.var.person);
      return c.json(idleMinutes === null ? face : { ...face, idleMinutes });
    })
    .post('/sign-in', check('json', SignInSchema), async (c) => {
      const { personId, passphrase } = c.req.valid('json');
      return c.json(await studies.signIn(c.var.study, personId, passphrase));
    })
    .post('/sign-out', signedIn, (c) => {
      studies.signOut(bearerToken(c.req.header('authorization')) ?? '');
      return c.body(null, 204);
    })
    .get('/overview', overseerOnly, async (c) => c.json(await studies.overview(c.var.study, who(c))))
    .post('/structures', coordinatorOnly, check('json', AddStructureSchema), async (c) =>
      c.json(await addStructure(c.var.study, c.req.valid('json'), who(c)), 201),
    )
    .post('/structures/order', coordinatorOnly, check('json', StructureOrderSchema), async (c) =>
      c.json(await orderStructures(c.var.study, c.req.valid('json').structures, who(c))),
    )
    .post('/structures/:structure', coordinatorOnly, check('json', ChangeStructureSchema), async (c) =>
      c.json(await changeStructure(c.var.study, c.req.param('structure'), c.req.valid('json'), who(c))),
    )
    .post('/readers', coordinatorOnly, check('json', NewReaderSchema), async (c) =>
      c.json(await studies.addReader(c.var.study, c.req.valid('json'), who(c)), 201),
    )
    .post('/rounds', coordinatorOnly, check('json', NewRoundSchema), async (c) =>
      c.json(await studies.addRound(c.var.study, c.req.valid('json'), who(c)), 201),
    )
    .post('/auditors', coordinatorOnly, check('json', NewReaderSchema), async (c) =>
      c.json(await studies.addAuditor(c.var.study, c.req.valid('json'), who(c)), 201),
    )
    .post('/people/:person/passphrase', signedIn, check('json', ChangePassphraseSchema), async (c) => {
      await studies.changePassphrase(c.var.study, c.req.param('person'), c.req.valid('json'), who(c));
      return c.body(null, 204);
    })
    .post('/people/:person/unlock', coordinatorOnly, async (c) => {
      await studies.unlock(c.var.study, c.req.param('person'), who(c));
      return c.body(null, 204);
    })
    .post('/idle-lock', coordinatorOnly, check('json', IdleLockSchema), async (c) => {
      await studies.setIdleLock(c.var.study, c.req.valid('json').minutes, who(c));
      return c.body(null, 204);
    })
    .get('/audit', overseerOnly, check('query', AuditFilterSchema), async (c) =>
      c.json(await studies.audit(c.var.study, c.req.valid('query'))),
    )
    .get('/audit.csv', overseerOnly, check('query', AuditFilterSchema), async (c) =>
      c.body(await studies.auditCsv(c.var.study, c.req.valid('query')), 200, {
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': 'attachment; filename="audit.csv"',
        'cache-control': 'no-store',
      }),
    )
    .post('/audit/verify', overseerOnly, async (c) => c.json(await verify(c.var.study)));
}
