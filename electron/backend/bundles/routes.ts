// HTTP of bundles: handing out and merging for coordinators, giving back in a copy, opening one on the start screen.
import { Hono } from 'hono';
import type { ReadableStream as WebStream } from 'node:stream/web';
import * as z from 'zod';
import { HandOutSchema, MergeBundleSchema, OpenBundleSchema } from '../../contract/bundles.ts';
import type { StudyFace } from '../../contract/study.ts';
import type { Uploads } from '../cases/uploads.ts';
import type { StudyEnv } from '../context.ts';
import { coordinatorOnly, signedIn, who } from '../http/access.ts';
import { check } from '../http/problems.ts';
import type { BundleDeskService } from './desk.ts';
import type { Key } from './service.ts';

export function bundleRoutes({ desk, uploads }: { desk: BundleDeskService; uploads: Uploads }) {
  return new Hono<StudyEnv>()
    .get('/bundles', coordinatorOnly, async (c) => c.json(await desk.list(c.var.study)))
    .post('/bundles', coordinatorOnly, check('json', HandOutSchema), async (c) =>
      c.json(await desk.handOut(c.var.study, { ...c.req.valid('json'), by: who(c) }), 202),
    )
    .post('/bundles/merge', coordinatorOnly, check('json', MergeBundleSchema), async (c) => {
      const { path } = c.req.valid('json');
      const done = () => uploads.discard([path]);
      const of = { path: uploads.resolve(path), by: who(c), done };
      return c.json(await desk.merge(c.var.study, of), 202);
    })
    .get('/bundles/:bundle/file', coordinatorOnly, (c) => desk.file(c.var.study, c.req.param('bundle')))
    .post('/bundles/:bundle/take-back', coordinatorOnly, async (c) => {
      await desk.takeBack(c.var.study, c.req.param('bundle'), who(c));
      return c.body(null, 204);
    })
    .post('/give-back', signedIn, (c) => desk.giveBack(c.var.study));
}

export interface HostBundleNeeds {
  uploads: Uploads;
  /** Makes a study folder of that name out of a bundle and opens it. Throws where this host opens no other study. */
  open(file: string, name: string, key: Key): Promise<StudyFace>;
}

/** On the reader's machine, before there is a study: a bundle becomes one. */
export function hostBundleRoutes({ uploads, open }: HostBundleNeeds) {
  const NameSchema = z.object({ name: z.string().min(1).max(255), batch: z.string().min(1) });
  return new Hono()
    .post('/bundles', check('query', NameSchema), async (c) => {
      const { name, batch } = c.req.valid('query');
      const body = c.req.raw.body as WebStream<Uint8Array> | null;
      return c.json({ path: await uploads.receive(batch, name, body) }, 201);
    })
    .post('/bundles/open', check('json', OpenBundleSchema), async (c) => {
      const { path, name, key } = c.req.valid('json');
      const face = await open(uploads.resolve(path), name, key);
      await uploads.discard([path]); // kept while the passphrase is wrong
      return c.json(face, 201);
    });
}
