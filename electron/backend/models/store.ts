// SQL around AI masks: the volume a model reads, the structures it may draw, the models a study has used.
import { join } from 'node:path';
import type { Writable } from '../../database/open.ts';
import type { OpenStudy } from '../context.ts';

/** The kept original of a volume. */
export async function sourceOfCase(study: OpenStudy, volumeId: string): Promise<string> {
  const row = await study.database.read
    .selectFrom('volume')
    .select('stored_path')
    .where('id', '=', volumeId)
    .executeTakeFirstOrThrow();
  return join(study.folder, 'volumes', row.stored_path);
}

export async function structureNames(study: OpenStudy): Promise<{ label: number; name: string }[]> {
  return study.database.read.selectFrom('structure').select(['label', 'name']).orderBy('position').execute();
}

/** Keeps the manifest of a model that this study has used, once for each version of its file. */
export async function recordModel(
  tx: Writable,
  id: string,
  manifest: { name: string; version: string },
  sha256: string,
): Promise<void> {
  await tx
    .insertInto('model')
    .values({
      id: `${id}@${sha256.slice(0, 12)}`,
      name: manifest.name,
      version: manifest.version,
      sha256,
      manifest: JSON.stringify(manifest),
      first_used_at: new Date().toISOString(),
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
