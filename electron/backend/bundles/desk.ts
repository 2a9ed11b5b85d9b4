// The coordinator's desk for bundles: what is out, what could go out, files kept until they are no more needed.
import { createReadStream } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable as NodeReadable } from 'node:stream';
import { MergeReportSchema, type BundleDesk, type BundleEntry } from '../../contract/bundles.ts';
import type { Job } from '../../contract/jobs.ts';
import type { Person } from '../../contract/study.ts';
import { Problem } from '../../contract/problem.ts';
import type { OpenStudy } from '../context.ts';
import { newId } from '../identity.ts';
import type { JobService } from '../jobs/service.ts';
import { gates } from '../reads/service.ts';
import { assignmentsToHandOut } from './copy.ts';
import type { BundleService, Lock } from './service.ts';

export interface BundleDeskService {
  list(study: OpenStudy): Promise<BundleDesk>;
  /** A job that writes a reader's bundle into the study folder. Throws Problem `reader-not-found`. */
  handOut(study: OpenStudy, of: { personId: string; lock: Lock; by: Person }): Promise<Job>;
  /** The bytes of a bundle that is kept. Throws Problem `bundle-file-gone`. */
  file(study: OpenStudy, bundleId: string): Promise<Response>;
  /** A job that takes in what came back; `done` is called when it ends, however. */
  merge(study: OpenStudy, of: { path: string; by: Person; done(): Promise<void> }): Promise<Job>;
  /** Throws Problem `reader-not-found`, `not-handed-out`. */
  takeBack(study: OpenStudy, bundleId: string, by: Person): Promise<void>;
  /** In a copy: what was sealed, as the bytes of the file that goes back. Throws Problem `not-a-bundle`. */
  giveBack(study: OpenStudy): Promise<Response>;
}

const fileOf = (study: OpenStudy, bundleId: string) => join(study.folder, 'bundles', `${bundleId}.age`);

export function createBundleDesk(needs: { bundles: BundleService; jobs: JobService }): BundleDeskService {
  const { bundles, jobs } = needs;
  return {
    list: deskOf,
    async handOut(study, { personId, lock, by }) {
      const { name } = await readerOf(study, personId);
      await mkdir(join(study.folder, 'bundles'), { recursive: true });
      const spec = { kind: 'bundle' as const, title: `Bundle for ${name}`, createdBy: by };
      return jobs.start(study, spec, async (control) => ({
        result: await bundles.handOut(study, {
          reader: name,
          target: (bundleId) => fileOf(study, bundleId),
          lock,
          actor: by.name,
          control,
        }),
      }));
    },
    async file(study, bundleId) {
      const path = fileOf(study, bundleId);
      const known = await study.database.read
        .selectFrom('bundle')
        .select('id')
        .where('id', '=', bundleId)
        .executeTakeFirst();
      const size = known ? await sizeOf(path) : null;
      if (size !== null) return bytesOf(path, size);
      throw new Problem(
        'bundle-file-gone',
        'The file of this bundle is not kept here any more. Take the bundle back and hand out a new one.',
        { status: 404 },
      );
    },
    async merge(study, { path, by, done }) {
      const spec = { kind: 'bundle' as const, title: 'Merge what came back', createdBy: by };
      return jobs.start(study, spec, async (control) => {
        try {
          control.progress('Checking signatures and seals', null);
          const result = await bundles.merge(study, path, by.name);
          for (const { id, state } of (await deskOf(study)).bundles) {
            if (state !== 'out') await rm(fileOf(study, id), { force: true });
          }
          return { result, notes: result.notes };
        } finally {
          await done();
        }
      });
    },
    async takeBack(study, bundleId, by) {
      const entry = (await deskOf(study)).bundles.find(({ id }) => id === bundleId);
      if (!entry || entry.state !== 'out') {
        throw new Problem('not-handed-out', 'This bundle is not out any more. Nothing was changed.', {
          status: 409,
        });
      }
      const { name } = await readerOf(study, entry.personId);
      await bundles.takeBack(study, name, by.name);
      await rm(fileOf(study, bundleId), { force: true });
    },
    async giveBack(study) {
      const path = join(study.folder, 'cache', `return-${newId()}.age`);
      await mkdir(join(study.folder, 'cache'), { recursive: true });
      await bundles.giveBack(study, path);
      return bytesOf(path, (await sizeOf(path)) ?? 0, () => void rm(path, { force: true }));
    },
  };
}

async function readerOf(study: OpenStudy, personId: string): Promise<{ name: string }> {
  const person = await study.database.read
    .selectFrom('reader')
    .select('name')
    .where('id', '=', personId)
    .where('role', '=', 'reader')
    .executeTakeFirst();
  if (person) return person;
  throw new Problem('reader-not-found', 'There is no such reader in this study. Reload the page.', {
    status: 404,
  });
}

async function deskOf(study: OpenStudy): Promise<BundleDesk> {
  const db = study.database.read;
  const { bundle } = await db.selectFrom('study').select('bundle').executeTakeFirstOrThrow();
  const entries: BundleEntry[] = [];
  const rows = await db.selectFrom('bundle').selectAll().orderBy('made_at', 'desc').execute();
  const merges = await db.selectFrom('bundle_merge').selectAll().orderBy('merged_at').execute();
  for (const row of rows) {
    const theirs = merges.filter((merge) => merge.bundle_id === row.id);
    const taken = theirs.find((merge) => merge.sha256.startsWith('taken-back-'));
    const back = theirs.filter((merge) => merge !== taken);
    entries.push({
      id: row.id,
      personId: row.reader_id,
      madeAt: row.made_at,
      madeBy: row.made_by,
      state: back.length > 0 ? 'back' : taken ? 'taken-back' : 'out',
      endedAt: theirs[0]?.merged_at ?? null,
      merges: back.map((merge) => ({
        at: merge.merged_at,
        report: MergeReportSchema.parse(JSON.parse(merge.report)),
      })),
      size: await sizeOf(fileOf(study, row.id)),
    });
  }
  const isCopy = bundle !== null;
  return { isCopy, readers: isCopy ? [] : await readersOf(study, entries), bundles: entries };
}

async function readersOf(study: OpenStudy, entries: BundleEntry[]): Promise<BundleDesk['readers']> {
  const db = study.database.read;
  const people = await db
    .selectFrom('reader')
    .select(['id', 'name'])
    .where('role', '=', 'reader')
    .orderBy('position')
    .execute();
  const gate = await gates(db);
  const readers: BundleDesk['readers'] = [];
  for (const { id, name } of people) {
    const { open, drafts } = await assignmentsToHandOut(db, id);
    const hindrance = entries.some((entry) => entry.personId === id && entry.state === 'out')
      ? `A bundle of ${name} is out.`
      : gate(id) !== null
        ? `${name} has not qualified yet.`
        : open === 0
          ? `${name} has nothing left to begin.`
          : null;
    readers.push({ personId: id, open, drafts, hindrance });
  }
  return readers;
}

async function sizeOf(path: string): Promise<number | null> {
  return stat(path).then((facts) => facts.size, () => null); // prettier-ignore
}

function bytesOf(path: string, size: number, afterwards?: () => void): Response {
  const stream = createReadStream(path, { highWaterMark: 1 << 20 });
  if (afterwards) stream.once('close', afterwards);
  return new Response(NodeReadable.toWeb(stream) as ReadableStream<Uint8Array<ArrayBuffer>>, {
    headers: {
      'content-type': 'application/octet-stream',
      'content-length': String(size),
      'cache-control': 'no-store',
    },
  });
}
