// HTTP of linked volumes: coordinators link and unlink, readers see them beside their read.
import { Hono } from 'hono';
import { LinkVolumeSchema } from '../../contract/linked.ts';
import type { VolumeStore } from '../cases/volumes.ts';
import type { StudyEnv } from '../context.ts';
import { coordinatorOnly, signedIn, who } from '../http/access.ts';
import { check } from '../http/problems.ts';
import { SlicesSchema, slicesOf } from '../http/slices.ts';
import type { LinkedService } from './service.ts';

export function linkedRoutes({ linked, volumes }: { linked: LinkedService; volumes: VolumeStore }) {
  return new Hono<StudyEnv>()
    .get('/cases/:case/linked', coordinatorOnly, async (c) =>
      c.json(await linked.ofCase(c.var.study, c.req.param('case'))),
    )
    .post('/cases/:case/linked', coordinatorOnly, check('json', LinkVolumeSchema), async (c) =>
      c.json(await linked.link(c.var.study, c.req.param('case'), c.req.valid('json'), who(c)), 202),
    )
    .delete('/cases/:case/linked/:linked', coordinatorOnly, async (c) => {
      await linked.unlink(c.var.study, c.req.param('case'), c.req.param('linked'), who(c));
      return c.body(null, 204);
    })
    .get('/reads/:read/linked', signedIn, async (c) =>
      c.json(await linked.ofRead(c.var.study, c.req.param('read'), who(c))),
    )
    .get('/reads/:read/linked/:linked/voxels', signedIn, check('query', SlicesSchema), async (c) => {
      const { read, linked: id } = c.req.param();
      const volumeId = await linked.volumeId(c.var.study, read, id, who(c));
      const range = slicesOf(c.req.valid('query'));
      return volumes.voxelResponse(c.var.study, volumeId, range);
    });
}
