// The coordinator's changes to a study's structures.
import * as z from 'zod';
import {
  StructureSchema,
  type AddStructureSchema,
  type ChangeStructureSchema,
} from '../../electron/contract/study.ts';
import { call, studyPath } from './http.ts';

export const addStructure = (study: string, structure: z.infer<typeof AddStructureSchema>) =>
  call(StructureSchema, studyPath(study, '/structures'), { method: 'POST', json: structure, study });

export const changeStructure = (study: string, id: string, change: z.infer<typeof ChangeStructureSchema>) =>
  call(StructureSchema, studyPath(study, `/structures/${id}`), { method: 'POST', json: change, study });

/** All of them, by id, in the new order. */
export const orderStructures = (study: string, ids: readonly string[]) =>
  call(z.array(StructureSchema), studyPath(study, '/structures/order'), {
    method: 'POST',
    json: { structures: ids },
    study,
  });
