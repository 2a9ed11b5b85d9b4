// A person's own display of a study, and of each of their reads.
import {
  DisplaySchema,
  ReadViewSchema,
  type Display,
  type ReadView,
} from '../../electron/contract/display.ts';
import { call, send, studyPath } from './http.ts';

export const display = (study: string) => call(DisplaySchema, studyPath(study, '/display'), { study });

/** `keepalive` lets it go out while the page closes. */
export const keepDisplay = async (study: string, value: Display, keepalive = false) => {
  await send(studyPath(study, '/display'), { method: 'POST', json: value, study, keepalive });
};

/** Null where the read was never looked at. */
export const readView = (study: string, read: string) =>
  call(ReadViewSchema.nullable(), studyPath(study, `/reads/${read}/view`), { study });

export const keepReadView = async (study: string, read: string, view: ReadView, keepalive = false) => {
  await send(studyPath(study, `/reads/${read}/view`), { method: 'POST', json: view, study, keepalive });
};
