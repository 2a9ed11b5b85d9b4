// A read's measurements: they follow a read that is opened again, and they are sealed with their read.
import { createHash } from 'node:crypto';
import type { Readable, Writable } from '../../database/open.ts';
import { newId } from '../identity.ts';

/** Its new version begins with those of the sealed one. */
export async function copyMeasurements(tx: Writable, from: string, to: string): Promise<void> {
  const rows = await tx.selectFrom('annotation').selectAll().where('read_id', '=', from).execute();
  if (rows.length === 0) return;
  const copies = rows.map((row) => ({ ...row, id: newId(), read_id: to }));
  await tx.insertInto('annotation').values(copies).execute();
}

/** What a seal says of the measurements, as the audit trail keeps it. */
export interface MeasurementSeal {
  measurements: number;
  measurementsSha256: string;
}

/**
 * How many measurements a read has, and the SHA-256 (hex) over them: one line of UTF-8 each, ordered by id, ended by a
 * line feed. A line is the JSON array of id, kind, plane, slice, points, value, statistics and time, and on an oblique
 * plane (its slice is null) the plane's angles; points, statistics (null where there are none) and angles are the JSON
 * text they are stored as.
 */
export async function sealOfMeasurements(db: Readable, readId: string): Promise<MeasurementSeal> {
  const rows = await db
    .selectFrom('annotation')
    .selectAll()
    .where('read_id', '=', readId)
    .orderBy('id')
    .execute();
  const hash = createHash('sha256');
  for (const { id, kind, plane, slice, points, value, statistics, at, oblique } of rows) {
    const line = [id, kind, plane, slice, points, value, statistics, at];
    if (oblique !== null) line.push(oblique);
    hash.update(`${JSON.stringify(line)}\n`);
  }
  return { measurements: rows.length, measurementsSha256: hash.digest('hex') };
}
