// The model library: what is there, what each model is, and taking one in.
import * as z from 'zod';
import {
  ModelDetailsSchema,
  ModelImportSchema,
  ModelSummarySchema,
  type AddModel,
} from '../../electron/contract/models.ts';
import { call, send } from './http.ts';

const modelPath = (id: string) => `/api/models/${encodeURIComponent(id)}`;

export const models = () => call(z.array(ModelSummarySchema), '/api/models');
export const modelDetails = (id: string) => call(ModelDetailsSchema, modelPath(id));

export async function removeModel(id: string): Promise<void> {
  await send(modelPath(id), { method: 'DELETE' });
}

export const addModel = (wish: AddModel) =>
  call(ModelImportSchema, '/api/models', { method: 'POST', json: wish });
export const modelImports = () => call(z.array(ModelImportSchema), '/api/models/imports');
export const cancelModelImport = (id: string) =>
  call(ModelImportSchema, `/api/models/imports/${id}/cancel`, { method: 'POST' });

/** Sends one file to the browser host, folders in its name kept. Answers the first folder's path there. */
export async function uploadModelFile(
  file: Blob,
  name: string,
  { batch, signal }: { batch: string; signal: AbortSignal },
): Promise<string> {
  const query = new URLSearchParams({ name, batch });
  const sent = { method: 'POST' as const, bytes: file, signal };
  return (await call(z.object({ path: z.string() }), `/api/models/uploads?${query}`, sent)).path;
}

/** Lets go of what was sent of a batch that nobody will import. */
export async function discardUpload(batch: string): Promise<void> {
  await send(`/api/models/uploads/${batch}`, { method: 'DELETE' });
}
