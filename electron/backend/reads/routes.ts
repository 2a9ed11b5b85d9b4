// HTTP of reads: worklist and board, opening, lease, sealing, reopening, and the blinded voxels.
import { Hono } from 'hono';
import { GiveAnswersSchema } from '../../contract/forms.ts';
import { HeartbeatSchema, OpenReadSchema, ReopenSchema } from '../../contract/reads.ts';
import type { OpenStudy, StudyEnv } from '../context.ts';
import { bearerToken, coordinatorOnly, overseerOnly, signedIn, who } from '../http/access.ts';
import { check } from '../http/problems.ts';
import { SlicesSchema, slicesOf } from '../http/slices.ts';
import type { MaskService } from '../masks/service.ts';
import { editorOf } from './editor.ts';
import type { ReadService } from './service.ts';

export interface ReadRouteNeeds {
  reads: ReadService;
  masks: Pick<MaskService, 'seal' | 'left' | 'keepFirstDraft'>;
  /** Canonical voxels of a volume, all or slices [from, from + count). */
  voxelResponse(
    study: OpenStudy,
    volumeId: string,
    range?: { from: number; count: number },
  ): Promise<Response>;
  /** Somebody is at it: keeps the sign-in from running out. */
  touch(token: string | null): void;
  /** Called after a seal, before its answer: qualification reads are judged. */
  sealed(study: OpenStudy, readId: string): Promise<void>;
}

export function readRoutes({ reads, masks, voxelResponse, touch, sealed }: ReadRouteNeeds) {
  return new Hono<StudyEnv>()
    .get('/worklist', signedIn, async (c) => c.json(await reads.worklist(c.var.study, who(c))))
    .get('/board', overseerOnly, async (c) => c.json(await reads.board(c.var.study)))
    .post('/reads', signedIn, check('json', OpenReadSchema), async (c) =>
      c.json(await reads.open(c.var.study, c.req.valid('json').assignmentId, who(c))),
    )
    .get('/reads/:read', signedIn, async (c) =>
      c.json(await reads.show(c.var.study, c.req.param('read'), who(c))),
    )
    .get('/reads/:read/voxels', signedIn, check('query', SlicesSchema), async (c) => {
      const record = await reads.viewable(c.var.study, c.req.param('read'), who(c));
      const range = slicesOf(c.req.valid('query'));
      return voxelResponse(c.var.study, record.volumeId, range);
    })
    .post('/reads/:read/heartbeat', signedIn, check('json', HeartbeatSchema), async (c) => {
      const { activeSeconds } = c.req.valid('json');
      await reads.heartbeat(c.var.study, c.req.param('read'), editorOf(c), activeSeconds);
      if (activeSeconds > 0) touch(bearerToken(c.req.header('authorization')));
      return c.body(null, 204);
    })
    .post('/reads/:read/release', signedIn, async (c) => {
      const readId = c.req.param('read');
      await reads.release(c.var.study, readId, editorOf(c));
      await masks.left(c.var.study, readId);
      return c.body(null, 204);
    })
    .get('/reads/:read/activity', signedIn, async (c) =>
      c.json(await reads.activity(c.var.study, c.req.param('read'), who(c))),
    )
    .get('/reads/:read/form', signedIn, async (c) =>
      c.json(await reads.form(c.var.study, c.req.param('read'), who(c))),
    )
    .post('/reads/:read/form', signedIn, check('json', GiveAnswersSchema), async (c) => {
      const { answers } = c.req.valid('json');
      return c.json(await reads.answer(c.var.study, c.req.param('read'), editorOf(c), answers));
    })
    .post('/reads/:read/first-draft', signedIn, async (c) => {
      const readId = c.req.param('read');
      await masks.keepFirstDraft(c.var.study, readId, editorOf(c));
      return c.json(await reads.show(c.var.study, readId, who(c)));
    })
    .post('/reads/:read/seal', signedIn, async (c) => {
      const readId = c.req.param('read');
      await masks.seal(c.var.study, readId, editorOf(c));
      await sealed(c.var.study, readId);
      return c.json(await reads.afterSeal(c.var.study, readId, who(c)));
    })
    .post('/reads/:read/reopen', coordinatorOnly, check('json', ReopenSchema), async (c) => {
      const { reason } = c.req.valid('json');
      return c.json(await reads.reopen(c.var.study, c.req.param('read'), reason, who(c)));
    });
}
