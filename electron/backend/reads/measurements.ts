// Measurements follow a read that is opened again: its new version begins with those of the sealed one.
import type { Writable } from '../../database/open.ts';
import { newId } from '../identity.ts';

export async function copyMeasurements(tx: Writable, from: string, to: string): Promise<void> {
  const rows = await tx.selectFrom('annotation').selectAll().where('read_id', '=', from).execute();
  if (rows.length === 0) return;
  const copies = rows.map((row) => ({ ...row, id: newId(), read_id: to }));
  await tx.insertInto('annotation').values(copies).execute();
}
