// What readers are told: text, time, example pictures.
import type * as z from 'zod';
import {
  PictureSchema,
  ShownInstructionsSchema,
  type ChangeInstructionsSchema,
} from '../../electron/contract/instructions.ts';
import { call, send, studyPath } from './http.ts';

export const instructions = (study: string) =>
  call(ShownInstructionsSchema, studyPath(study, '/instructions'), { study });

export const changeInstructions = (study: string, wish: z.infer<typeof ChangeInstructionsSchema>) =>
  call(ShownInstructionsSchema, studyPath(study, '/instructions'), { method: 'POST', json: wish, study });

export function addPicture(study: string, file: Blob, of: { caption: string; label: number }) {
  const query = new URLSearchParams({ caption: of.caption, label: String(of.label) });
  const path = studyPath(study, `/instructions/pictures?${query}`);
  return call(PictureSchema, path, { method: 'POST', bytes: file, study });
}

export const removePicture = async (study: string, picture: string): Promise<void> => {
  await send(studyPath(study, `/instructions/pictures/${picture}/remove`), { method: 'POST', study });
};

/** The picture itself. It needs the sign-in, so it cannot be the `src` of an image. */
export const pictureBytes = async (study: string, picture: string, signal?: AbortSignal): Promise<Blob> =>
  (await send(studyPath(study, `/instructions/pictures/${picture}`), { study, signal })).blob();
