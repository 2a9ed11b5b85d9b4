// HTTP of cases: coordinators import and see identities; readers meet cases through their reads only.
import { Hono } from 'hono';
import type { ReadableStream as WebStream } from 'node:stream/web';
import * as z from 'zod';
import { ImportSchema, InspectSchema } from '../../contract/cases.ts';
import type { StudyEnv } from '../context.ts';
import { coordinatorOnly, who } from '../http/access.ts';
import { check } from '../http/problems.ts';
import { SlicesSchema, slicesOf } from '../http/slices.ts';
import type { CaseService } from './service.ts';
import type { Uploads } from './uploads.ts';
import type { VolumeStore } from './volumes.ts';

export interface CaseRouteNeeds {
  cases: CaseService;
  volumes: VolumeStore;
  uploads: Uploads;
}

export function caseRoutes({ cases, volumes, uploads }: CaseRouteNeeds) {
  return new Hono<StudyEnv>()
    .get('/cases', coordinatorOnly, async (c) => c.json(await cases.list(c.var.study)))
    .get('/cases/:case/thumbnail', coordinatorOnly, async (c) => {
      const png = await cases.thumbnail(c.var.study, c.req.param('case'));
      return c.body(png as Uint8Array<ArrayBuffer>, 200, {
        'content-type': 'image/png',
        'cache-control': 'private, max-age=86400',
      });
    })
    .get('/cases/:case/voxels', coordinatorOnly, check('query', SlicesSchema), async (c) => {
      const volumeId = await cases.volumeId(c.var.study, c.req.param('case'));
      const range = slicesOf(c.req.valid('query'));
      return volumes.voxelResponse(c.var.study, volumeId, range);
    })
    .post(
      '/uploads',
      coordinatorOnly,
      check('query', z.object({ name: z.string().min(1).max(255), batch: z.string().min(1) })),
      async (c) => {
        const { name, batch } = c.req.valid('query');
        return c.json(
          { path: await uploads.receive(batch, name, c.req.raw.body as WebStream<Uint8Array> | null) },
          201,
        );
      },
    )
    .post('/imports/inspect', coordinatorOnly, check('json', InspectSchema), async (c) =>
      c.json(await cases.inspect(c.var.study, c.req.valid('json').paths)),
    )
    .post('/imports', coordinatorOnly, check('json', ImportSchema), async (c) =>
      c.json(await cases.startImport(c.var.study, c.req.valid('json').items, who(c)), 202),
    );
}
