// Linked volumes: imported for a case, checked against it in patient space, and seen by whoever may see a read of it.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlindVolume } from '../../contract/reads.ts';
import { coverage, type LinkedVolume, type LinkVolume } from '../../contract/linked.ts';
import type { Grid } from '../../contract/geometry.ts';
import type { Job } from '../../contract/jobs.ts';
import { Problem } from '../../contract/problem.ts';
import type { Person } from '../../contract/study.ts';
import { appendAudit } from '../../database/audit.ts';
import type { Tables } from '../../database/tables.ts';
import type { VolumeClient } from '../../workers/volume-client.ts';
import { volumeRow } from '../cases/service.ts';
import type { Uploads } from '../cases/uploads.ts';
import type { VolumeStore } from '../cases/volumes.ts';
import type { OpenStudy } from '../context.ts';
import { newId } from '../identity.ts';
import type { JobService } from '../jobs/service.ts';
import type { ReadService } from '../reads/service.ts';

export interface LinkedService {
  /** Throws Problem `case-not-found`. */
  ofCase(study: OpenStudy, caseId: string): Promise<LinkedVolume[]>;
  /** Throws Problem `read-not-found` for what `person` may not see. */
  ofRead(study: OpenStudy, readId: string, person: Person): Promise<LinkedVolume[]>;
  /** The volume behind a linked one of a read. Throws Problem `read-not-found` or `linked-not-found`. */
  volumeId(study: OpenStudy, readId: string, linkedId: string, person: Person): Promise<string>;
  /**
   * Imports a volume for a case in the background. The job fails with Problem `linked-is-the-case`, `linked-already`,
   * `linked-elsewhere` (nothing of it lies over the case), or those of an import.
   */
  link(study: OpenStudy, caseId: string, wish: LinkVolume, person: Person): Promise<Job>;
  /** Throws Problem `linked-not-found`. The volume's file stays in the study folder. */
  unlink(study: OpenStudy, caseId: string, linkedId: string, person: Person): Promise<void>;
}

export function createLinkedService(needs: {
  client: VolumeClient;
  uploads: Uploads;
  jobs: JobService;
  volumes: VolumeStore;
  reads: Pick<ReadService, 'viewable'>;
}): LinkedService {
  const { client, uploads, jobs, volumes, reads } = needs;

  async function list(study: OpenStudy, caseId: string): Promise<LinkedVolume[]> {
    const rows = await study.database.read
      .selectFrom('linked_volume')
      .selectAll()
      .where('case_id', '=', caseId)
      .orderBy('position')
      .execute();
    return Promise.all(
      rows.map(async ({ id, name, volume_id, warnings }) => ({
        id,
        name,
        volume: blind(await volumes.facts(study, volume_id)),
        warnings: JSON.parse(warnings) as string[],
      })),
    );
  }

  async function caseRow(study: OpenStudy, caseId: string) {
    const row = await study.database.read
      .selectFrom('case')
      .innerJoin('volume', 'volume.id', 'case.volume_id')
      .where('case.id', '=', caseId)
      .select(['case.name', 'volume.sha256', 'volume.grid', 'volume.frame_of_reference'])
      .executeTakeFirst();
    if (row) return row;
    throw new Problem('case-not-found', `There is no case ${caseId} in this study.`, { status: 404 });
  }

  /** The volume's row, imported first where the study does not have it; `undo` takes its files away again. */
  async function take(study: OpenStudy, wish: LinkVolume, sha256: string, byteLength: number) {
    const present = await study.database.read
      .selectFrom('volume')
      .selectAll()
      .where('sha256', '=', sha256)
      .executeTakeFirst();
    if (present) return { row: present, isNew: false, undo: () => Promise.resolve() };
    const source = { path: uploads.resolve(wish.path), series: wish.series };
    const folders = { volumes: join(study.folder, 'volumes'), cache: join(study.folder, 'cache') };
    const volume = await client.take(source, { sha256, byteLength }, folders);
    const at = new Date(study.now()).toISOString();
    const undo = async () => {
      const [top] = volume.storedPath.split('/');
      await rm(join(folders.volumes, top), { recursive: true, force: true });
      await rm(join(folders.cache, `${sha256}.raw`), { force: true });
    };
    return { row: volumeRow(volume, wish.series, volume.warnings, at), isNew: true, undo };
  }

  async function linkNow(study: OpenStudy, caseId: string, wish: LinkVolume, actor: string) {
    const to = await caseRow(study, caseId);
    const source = { path: uploads.resolve(wish.path), series: wish.series };
    const { sha256, byteLength } = await client.hash(source);
    if (sha256 === to.sha256)
      throw new Problem(
        'linked-is-the-case',
        `${wish.name} is the case's own volume. Nothing was linked; choose another phase or sequence.`,
        { status: 409 },
      );
    const { row, isNew, undo } = await take(study, wish, sha256, byteLength);
    try {
      // Those of the file itself may name it, and readers see these: they go to the job alone.
      const warnings = warningsOf(to, row, wish.name);
      const id = newId();
      await study.database.write(async (tx) => {
        const known = await tx
          .selectFrom('linked_volume')
          .select(['volume_id', 'position'])
          .where('case_id', '=', caseId)
          .execute();
        if (known.some(({ volume_id }) => volume_id === row.id))
          throw new Problem('linked-already', `${wish.name} is linked to this case already.`, {
            status: 409,
          });
        if (isNew) await tx.insertInto('volume').values(row).execute();
        const at = new Date(study.now()).toISOString();
        const position = 1 + Math.max(-1, ...known.map((one) => one.position));
        await tx
          .insertInto('linked_volume')
          .values({
            id,
            case_id: caseId,
            volume_id: row.id,
            name: wish.name,
            position,
            warnings: JSON.stringify(warnings),
            created_at: at,
          })
          .execute();
        const details = { name: wish.name, sha256, warnings };
        await appendAudit(tx, { actor, action: 'case.volume-linked', subject: caseId, details }, at);
      });
      study.events.publish({ type: 'cases' });
      return { id, notes: [...warnings, ...(JSON.parse(row.warnings) as string[])] };
    } catch (cause) {
      await undo();
      throw cause;
    }
  }

  return {
    async ofCase(study, caseId) {
      await caseRow(study, caseId);
      return list(study, caseId);
    },
    async ofRead(study, readId, person) {
      const { caseId } = await reads.viewable(study, readId, person);
      return list(study, caseId);
    },
    async volumeId(study, readId, linkedId, person) {
      const { caseId } = await reads.viewable(study, readId, person);
      const row = await study.database.read
        .selectFrom('linked_volume')
        .select('volume_id')
        .where('id', '=', linkedId)
        .where('case_id', '=', caseId)
        .executeTakeFirst();
      if (row) return row.volume_id;
      throw notLinked();
    },
    async link(study, caseId, wish, person) {
      await caseRow(study, caseId);
      const spec = { kind: 'import' as const, title: `Link ${wish.name}`, createdBy: person };
      return jobs.start(study, spec, async (control) => {
        control.progress('Reading the volume', null);
        try {
          const { id, notes } = await linkNow(study, caseId, wish, person.name);
          return { result: { linked: id }, notes };
        } finally {
          await uploads.discard([wish.path]);
        }
      });
    },
    async unlink(study, caseId, linkedId, person) {
      await study.database.write(async (tx) => {
        const row = await tx
          .deleteFrom('linked_volume')
          .where('id', '=', linkedId)
          .where('case_id', '=', caseId)
          .returning('name')
          .executeTakeFirst();
        if (!row) throw notLinked();
        const at = new Date(study.now()).toISOString();
        const details = { name: row.name };
        const event = { actor: person.name, action: 'case.volume-unlinked', subject: caseId, details };
        await appendAudit(tx, event, at);
      });
      study.events.publish({ type: 'cases' });
    },
  };
}

function notLinked(): Problem {
  return new Problem('linked-not-found', 'This case has no such linked volume. Open the case again.', {
    status: 404,
  });
}

/** Nothing that tells where the volume came from. */
function blind(facts: BlindVolume): BlindVolume {
  const { grid, voxelType, minimum, maximum, modality, sequence, window } = facts;
  return { grid, voxelType, minimum, maximum, modality, sequence, window };
}

type Placed = Pick<Tables['volume'], 'grid' | 'frame_of_reference'>;

/** Throws Problem `linked-elsewhere` where nothing of it lies over the case. */
function warningsOf(to: Placed, linked: Placed, name: string): string[] {
  const share = coverage(JSON.parse(to.grid) as Grid, JSON.parse(linked.grid) as Grid);
  if (share === 0)
    throw new Problem(
      'linked-elsewhere',
      `Nothing of ${name} lies over the case in patient space: by their headers they show different places. Nothing was linked; check which scan it is.`,
      { status: 422 },
    );
  const warnings: string[] = [];
  if (share < 0.9)
    warnings.push(`It covers ${Math.round(share * 100)} % of the case; beyond it only the case is seen.`);
  const [a, b] = [to.frame_of_reference, linked.frame_of_reference];
  if (a !== null && b !== null && a !== b)
    warnings.push(
      'Its scanner gives another frame of reference than the case’s: the same position may be another place.',
    );
  return warnings;
}
