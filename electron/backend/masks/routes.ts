// HTTP of masks: bytes in, bytes out; every write carries the lease of its window.
import { Hono } from 'hono';
import * as z from 'zod';
import { ImportMaskSchema } from '../../contract/cases.ts';
import { AppendPatchSchema, StepSchema } from '../../contract/reads.ts';
import { Problem } from '../../contract/problem.ts';
import type { StudyEnv } from '../context.ts';
import { coordinatorOnly, signedIn, who } from '../http/access.ts';
import { check } from '../http/problems.ts';
import { editorOf } from '../reads/editor.ts';
import type { MaskService } from './service.ts';
import { MOST_PATCH_BYTES } from './steps.ts';

export interface MaskRouteNeeds {
  masks: MaskService;
  /** Where a browser's files lie until they are taken in; other paths pass unchanged. */
  uploads: { resolve(path: string): string; discard(paths: string[]): Promise<void> };
}

/** `after`: as it was after that step; now, where it is absent. */
const MaskQuerySchema = z.object({ after: z.coerce.number().int().min(0).optional() });
const SeqParamSchema = z.object({ read: z.string(), seq: z.coerce.number().int().positive() });

export function maskRoutes({ masks, uploads }: MaskRouteNeeds) {
  return new Hono<StudyEnv>()
    .get('/reads/:read/mask', signedIn, check('query', MaskQuerySchema), async (c) => {
      const { after } = c.req.valid('query');
      const read = c.req.param('read');
      const mask =
        after === undefined
          ? await masks.mask(c.var.study, read, who(c))
          : await masks.maskAfter(c.var.study, read, after, who(c));
      return bytesAnswer(mask.bytes, { 'x-concord-seq': String(mask.seq) });
    })
    .get('/reads/:read/mask.nii.gz', signedIn, async (c) => {
      const file = await masks.exportNifti(c.var.study, c.req.param('read'), who(c));
      return bytesAnswer(file.bytes, {
        'content-type': 'application/gzip',
        'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(file.fileName)}`,
      });
    })
    .get('/reads/:read/patches', signedIn, async (c) =>
      c.json(await masks.patches(c.var.study, c.req.param('read'), who(c))),
    )
    .get('/reads/:read/patches/:seq', signedIn, check('param', SeqParamSchema), async (c) => {
      const { read, seq } = c.req.valid('param');
      return bytesAnswer(await masks.patch(c.var.study, read, seq, who(c)));
    })
    .post('/reads/:read/patches', signedIn, check('query', AppendPatchSchema), async (c) => {
      refuseTooLarge(c.req.header('content-length'));
      const bytes = new Uint8Array(await c.req.arrayBuffer());
      const stroke = { ...c.req.valid('query'), bytes };
      return c.json(await masks.append(c.var.study, c.req.param('read'), editorOf(c), stroke));
    })
    .post('/reads/:read/undo', signedIn, check('json', StepSchema), async (c) => {
      const step = { kind: 'undo' as const, ...c.req.valid('json') };
      return c.json(await masks.reverse(c.var.study, c.req.param('read'), editorOf(c), step));
    })
    .post('/reads/:read/redo', signedIn, check('json', StepSchema), async (c) => {
      const step = { kind: 'redo' as const, ...c.req.valid('json') };
      return c.json(await masks.reverse(c.var.study, c.req.param('read'), editorOf(c), step));
    })
    .post('/imports/mask', coordinatorOnly, check('json', ImportMaskSchema), async (c) => {
      const of = c.req.valid('json');
      const path = uploads.resolve(of.path);
      const taken = await masks.importMask(c.var.study, { ...of, path, actor: who(c).name });
      await uploads.discard([of.path]);
      return c.json(taken, 201);
    });
}

function bytesAnswer(bytes: Uint8Array, headers: Record<string, string> = {}): Response {
  return new Response(bytes as Uint8Array<ArrayBuffer>, {
    headers: {
      'content-type': 'application/octet-stream',
      'content-length': String(bytes.length),
      'cache-control': 'no-store',
      ...headers,
    },
  });
}

/** Refused before the body is read into memory. */
function refuseTooLarge(contentLength: string | undefined): void {
  if (Number(contentLength ?? 0) <= MOST_PATCH_BYTES) return;
  throw new Problem(
    'patch-too-large',
    'This change is larger than 64 MB and was not stored. Do it in smaller parts.',
    { status: 413 },
  );
}
