// Cases: what can be imported, importing it, and what was understood.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Case, ImportCandidate } from '../../contract/cases.ts';
import type { Job } from '../../contract/jobs.ts';
import type { Person } from '../../contract/study.ts';
import { Problem } from '../../contract/problem.ts';
import { appendAudit } from '../../database/audit.ts';
import type { Readable } from '../../database/open.ts';
import type { Tables } from '../../database/tables.ts';
import type { VolumeClient } from '../../workers/volume-client.ts';
import type { ImportedVolume } from '../../workers/volume-worker.ts';
import type { OpenStudy } from '../context.ts';
import { newId } from '../identity.ts';
import type { JobService } from '../jobs/service.ts';
import { ensureAssignments, ensureAssignmentsInTime } from '../reads/assignments.ts';
import {
  caseNames,
  caseWithHash,
  insertCase,
  listCases,
  thumbnailOf,
  volumeIdOfCase,
  volumeWithHash,
} from './store.ts';
import type { Uploads } from './uploads.ts';

export interface ImportItem {
  path: string;
  series: string | null;
  name: string;
}
/** What an import job answers with. */
export interface ImportResult {
  cases: { id: string; name: string }[];
  failures: { name: string; path: string; code: string; reason: string }[];
}

export interface CaseService {
  inspect(study: OpenStudy, paths: string[]): Promise<ImportCandidate[]>;
  /** Imports in the background, item by item; one that fails leaves nothing and does not hold up the rest. */
  startImport(study: OpenStudy, items: ImportItem[], person: Person | null): Promise<Job>;
  /** Imports one volume now. Throws Problem for whatever is wrong with it; the study is then unchanged. */
  importOne(study: OpenStudy, item: ImportItem, actor: string): Promise<{ id: string; name: string }>;
  list(study: OpenStudy): Promise<Case[]>;
  /** PNG bytes. Throws Problem `case-not-found`. */
  thumbnail(study: OpenStudy, caseId: string): Promise<Uint8Array>;
  volumeId(study: OpenStudy, caseId: string): Promise<string>;
  /** A case by id or name. Throws Problem `case-not-found`. */
  find(study: OpenStudy, idOrName: string): Promise<{ id: string; name: string }>;
}

export function createCaseService(needs: {
  jobs: JobService;
  client: VolumeClient;
  uploads: Uploads;
}): CaseService {
  const { jobs, client, uploads } = needs;

  async function importOne(
    study: OpenStudy,
    item: ImportItem,
    actor: string,
  ): Promise<{ id: string; name: string }> {
    const source = { path: uploads.resolve(item.path), series: item.series };
    const identity = await client.hash(source);
    await refuseTwin(study.database.read, identity.sha256, item.name);
    const folders = { volumes: join(study.folder, 'volumes'), cache: join(study.folder, 'cache') };
    const volume = await client.take(source, identity, folders);
    try {
      const added = await store(study, item, volume, actor);
      study.events.publish({ type: 'cases' });
      return added;
    } catch (cause) {
      // Somebody may have imported the very same volume meanwhile: its files carry the same names.
      if ((await volumeWithHash(study.database.read, volume.sha256)) === null) {
        const [top] = volume.storedPath.split('/');
        await rm(join(folders.volumes, top), { recursive: true, force: true });
        await rm(join(folders.cache, `${volume.sha256}.raw`), { force: true });
      }
      throw cause;
    }
  }

  async function runImport(
    study: OpenStudy,
    items: ImportItem[],
    actor: string,
    control: { signal: AbortSignal; progress(step: string, fraction: number | null): void },
  ): Promise<ImportResult> {
    const result: ImportResult = { cases: [], failures: [] };
    try {
      for (const [index, item] of items.entries()) {
        control.signal.throwIfAborted();
        control.progress(`${item.name}: ${index + 1} of ${items.length}`, index / items.length);
        try {
          result.cases.push(await importOne(study, item, actor));
        } catch (cause) {
          if (!(cause instanceof Problem)) throw cause;
          result.failures.push({ name: item.name, path: item.path, code: cause.code, reason: cause.message });
          if (cause.code === 'disk-full') break; // every further item would meet the same end
        }
      }
    } finally {
      await uploads.discard(items.map((item) => item.path));
      // Whatever waited to be given out, also after an import that was cancelled.
      await study.database.write((tx) => ensureAssignments(tx));
    }
    return result;
  }

  return {
    importOne,
    async inspect(_study, paths) {
      const found = await client.candidates(paths.map((path) => uploads.resolve(path)));
      return found.map((candidate) => ({ ...candidate, path: uploads.nameOf(candidate.path) }));
    },
    startImport(study, items, person) {
      const title = items.length === 1 ? `Import ${items[0].name}` : `Import ${items.length} volumes`;
      return jobs.start(study, { kind: 'import', title, createdBy: person }, async (control) => {
        const result = await runImport(study, items, person?.name ?? 'command line', control);
        if (result.cases.length === 0 && result.failures.length > 0) {
          const [first] = result.failures;
          const more = result.failures.length > 1 ? ` ${result.failures.length - 1} more failed too.` : '';
          throw new Problem(first.code, `${first.reason}${more}`);
        }
        return { result, notes: result.failures.map((failure) => failure.reason) };
      });
    },
    list: (study) => listCases(study.database.read),
    async thumbnail(study, caseId) {
      const bytes = await thumbnailOf(study.database.read, caseId);
      if (!bytes) throw notFound(caseId);
      return bytes;
    },
    async volumeId(study, caseId) {
      const id = await volumeIdOfCase(study.database.read, caseId);
      if (!id) throw notFound(caseId);
      return id;
    },
    async find(study, idOrName) {
      const all = await caseNames(study.database.read);
      const found =
        all.find((c) => c.id === idOrName) ??
        all.find((c) => c.name.toLowerCase() === idOrName.toLowerCase());
      if (!found) throw notFound(idOrName);
      return found;
    },
  };
}

function notFound(which: string): Problem {
  return new Problem('case-not-found', `There is no case ${which} in this study.`, { status: 404 });
}

/** `name`, or `name (2)` and so on where that is taken. */
function freeName(name: string, taken: string[]): string {
  const used = new Set(taken.map((other) => other.toLowerCase()));
  if (!used.has(name.toLowerCase())) return name;
  for (let n = 2; ; n++) if (!used.has(`${name} (${n})`.toLowerCase())) return `${name} (${n})`;
}

async function refuseTwin(db: Readable, sha256: string, name: string): Promise<void> {
  const twin = await caseWithHash(db, sha256);
  if (twin === null) return;
  throw new Problem(
    'volume-present',
    `${name} is in this study already, as case ${twin}. Nothing was imported.`,
    { status: 409 },
  );
}

/** Adds volume, case, assignments and audit event at once; names and twins are settled in the same transaction. */
async function store(
  study: OpenStudy,
  item: ImportItem,
  volume: ImportedVolume,
  actor: string,
): Promise<{ id: string; name: string }> {
  const at = new Date(study.now()).toISOString();
  const warnings = [...volume.warnings];
  if (volume.modality !== null && study.modality !== 'other' && volume.modality !== study.modality) {
    warnings.push(`The study is for ${study.modality} and this volume is ${volume.modality}.`);
  }
  return study.database.write(async (tx) => {
    await refuseTwin(tx, volume.sha256, item.name);
    const taken = (await caseNames(tx)).map((present) => present.name);
    const added = { id: newId(), name: freeName(item.name, taken) };
    // A volume that is linked to a case may become a case of its own.
    const present = await volumeWithHash(tx, volume.sha256);
    const row = volumeRow(volume, item.series, warnings, at);
    await insertCase(tx, { ...added, at, volume: present === null ? row : present });
    await ensureAssignmentsInTime(tx);
    const { fileName, sha256 } = volume;
    const details = { name: added.name, fileName, sha256, warnings };
    await appendAudit(tx, { actor, action: 'case.imported', subject: added.id, details }, at);
    return added;
  });
}

/** The row of a volume that was taken in. */
export function volumeRow(
  volume: ImportedVolume,
  series: string | null,
  warnings: string[],
  at: string,
): Tables['volume'] {
  return {
    id: newId(),
    sha256: volume.sha256,
    file_name: volume.fileName,
    format: volume.format,
    byte_length: volume.byteLength,
    stored_path: volume.storedPath,
    series,
    original_grid: JSON.stringify(volume.reorientation.original),
    reorientation: JSON.stringify(volume.reorientation),
    grid: JSON.stringify(volume.reorientation.canonical),
    voxel_type: volume.voxelType,
    minimum: volume.minimum,
    maximum: volume.maximum,
    modality: volume.modality,
    sequence: volume.sequence,
    frame_of_reference: volume.frameOfReference,
    window_width: volume.window.width,
    window_level: volume.window.level,
    warnings: JSON.stringify(warnings),
    thumbnail: volume.thumbnail,
    created_at: at,
  };
}
