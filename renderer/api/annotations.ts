// Measurements of a read.
import * as z from 'zod';
import { AnnotationSchema, type NewAnnotation } from '../../electron/contract/annotations.ts';
import { call, send, studyPath } from './http.ts';

const path = (study: string, read: string, rest = '') =>
  studyPath(study, `/reads/${read}/annotations${rest}`);

export const annotations = (study: string, read: string) =>
  call(z.array(AnnotationSchema), path(study, read), { study });

export const addAnnotation = (study: string, read: string, lease: string, drawn: NewAnnotation) =>
  call(AnnotationSchema, path(study, read), { method: 'POST', json: drawn, study, lease });

export const removeAnnotation = async (study: string, read: string, lease: string, id: string) => {
  await send(path(study, read, `/${id}/remove`), { method: 'POST', study, lease });
};
