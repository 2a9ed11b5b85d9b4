// Snapshots: the whole mask every so many steps, so that opening stays fast. They can be lost at any time.
import type { MaskClient } from '../../workers/mask-client.ts';
import type { OpenStudy } from '../context.ts';
import type { ReadService } from '../reads/service.ts';
import { composeRead } from './compose.ts';
import { dropSnapshots, insertRevision, latestSnapshot } from './store.ts';

/** Steps between snapshots. */
export const SNAPSHOT_EVERY = 200;
/** On leaving a read, a snapshot is worth its bytes from this many steps on. */
const WORTH_IT = 20;
const KEPT = 2;

export class Snapshots {
  private readonly reads: ReadService;
  private readonly client: MaskClient;
  private readonly running = new Map<string, Promise<void>>();

  constructor(reads: ReadService, client: MaskClient) {
    this.reads = reads;
    this.client = client;
  }

  /**
   * Writes a snapshot as of step `seq` in the background. Where it fails (disk full, study closed) nothing is lost:
   * the strokes are stored, and opening takes a little longer.
   */
  request(study: OpenStudy, readId: string, seq: number, worth = 1): void {
    const key = `${study.folder}/${readId}`;
    if (this.running.has(key)) return;
    const run = this.write(study, readId, seq, worth)
      .catch(() => undefined)
      .finally(() => this.running.delete(key));
    this.running.set(key, run);
  }

  /** On leaving a read. */
  requestOnLeaving(study: OpenStudy, readId: string, seq: number): void {
    this.request(study, readId, seq, WORTH_IT);
  }

  async settled(): Promise<void> {
    await Promise.all(this.running.values());
  }

  private async write(study: OpenStudy, readId: string, seq: number, worth: number): Promise<void> {
    const record = await this.reads.record(study.database.read, readId);
    if (record?.state !== 'draft' || seq === 0) return;
    const before = await latestSnapshot(study.database.read, readId, record.lastSeq);
    if (seq - (before?.patch_seq ?? 0) < worth) return;
    const mask = await composeRead(study.database.read, this.client, record, seq);
    await study.database.write(async (tx) => {
      const now = await this.reads.record(tx, readId);
      if (now?.state !== 'draft') return;
      const at = new Date(this.reads.now()).toISOString();
      const common = { readId, caseId: record.caseId, kind: 'snapshot' as const };
      await insertRevision(tx, { ...common, patchSeq: seq, mask, at });
      await dropSnapshots(tx, readId, KEPT);
    });
  }
}
