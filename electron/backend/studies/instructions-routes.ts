// HTTP of the instructions: everybody signed in reads them, the coordinator changes them.
import { Hono } from 'hono';
import { ChangeInstructionsSchema, LARGEST_PICTURE, NewPictureSchema } from '../../contract/instructions.ts';
import { Problem } from '../../contract/problem.ts';
import type { StudyEnv } from '../context.ts';
import { coordinatorOnly, signedIn, who } from '../http/access.ts';
import { check } from '../http/problems.ts';
import {
  addPicture,
  changeInstructions,
  pictureBytes,
  removePicture,
  shownInstructions,
} from './instructions.ts';

export function instructionRoutes() {
  return new Hono<StudyEnv>()
    .get('/instructions', signedIn, async (c) => c.json(await shownInstructions(c.var.study.database.read)))
    .post('/instructions', coordinatorOnly, check('json', ChangeInstructionsSchema), async (c) =>
      c.json(await changeInstructions(c.var.study, c.req.valid('json'), who(c))),
    )
    .post('/instructions/pictures', coordinatorOnly, check('query', NewPictureSchema), async (c) => {
      const bytes = await bodyUpTo(c.req.raw, LARGEST_PICTURE);
      const of = { ...c.req.valid('query'), name: 'This file' };
      return c.json(await addPicture(c.var.study, bytes, of, who(c)), 201);
    })
    .get('/instructions/pictures/:picture', signedIn, async (c) => {
      const { bytes, mediaType } = await pictureBytes(c.var.study, c.req.param('picture'));
      return c.body(bytes as Uint8Array<ArrayBuffer>, 200, {
        'content-type': mediaType,
        'cache-control': 'private, max-age=86400',
        'x-content-type-options': 'nosniff',
      });
    })
    .post('/instructions/pictures/:picture/remove', coordinatorOnly, async (c) => {
      await removePicture(c.var.study, c.req.param('picture'), who(c));
      return c.body(null, 204);
    });
}

/** The whole body, read no further than a picture may be long. Throws Problem `picture-too-large`. */
async function bodyUpTo(request: Request, most: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > most) {
      throw new Problem(
        'picture-too-large',
        `A picture may have ${most >> 20} MB. Nothing was added; save it smaller.`,
        { status: 413 },
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
