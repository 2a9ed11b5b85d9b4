// Bundles: a study copy for a reader on another machine, what comes back of it, and merging that in.
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { HandedOut, MergeReport } from '../../contract/bundles.ts';
import { Problem } from '../../contract/problem.ts';
import { appendAudit, studyTime, verifyAudit } from '../../database/audit.ts';
import { openDatabase, type Readable } from '../../database/open.ts';
import type { VolumeClient } from '../../workers/volume-client.ts';
import type { VolumeStore } from '../cases/volumes.ts';
import type { OpenStudy } from '../context.ts';
import { newId } from '../identity.ts';
import type { MaskService } from '../masks/service.ts';
import { gateOf } from '../reads/service.ts';
import { damaged, readContainer, writeContainer, type Key, type Lock } from './container.ts';
import { assignmentsToHandOut, makeCopy, type Origin, type WorkControl } from './copy.ts';
import { takeDisplayIn } from './display.ts';
import { returnedReads, takeIn } from './take-in.ts';

export type { Key, Lock } from './container.ts';
export type { WorkControl } from './copy.ts';

export interface HandOut {
  /** By name, however it is written. */
  reader: string;
  target: string | ((bundleId: string) => string);
  lock: Lock;
  actor: string;
  control?: WorkControl;
}

export interface BundleService {
  /**
   * Writes a reader's bundle to the new file `target`. Until something comes back of it, their reads open there only.
   * Throws Problem `reader-not-found`, `already-handed-out`, `nothing-to-hand-out`, `not-qualified`, `file-exists`.
   */
  handOut(study: OpenStudy, of: HandOut): Promise<HandedOut>;
  /** The reader's side: makes the study folder `folder` (NAME.concord) out of a bundle. */
  unpack(file: string, folder: string, key: Key): Promise<{ folder: string; signer: string }>;
  /** The reader's side: what was sealed in a copy, signed and encrypted to where it came from. Throws `not-a-bundle`. */
  giveBack(study: OpenStudy, target: string): Promise<{ reads: number }>;
  /** Takes in what came back. Merging the same file again changes nothing. */
  merge(study: OpenStudy, file: string, actor: string): Promise<MergeReport>;
  /** Ends a hand-out of which nothing came back; the copy's reads can still be merged later. */
  takeBack(study: OpenStudy, reader: string, actor: string): Promise<void>;
}

export function createBundleService(needs: {
  client: VolumeClient;
  volumes: VolumeStore;
  masks: Pick<MaskService, 'verifySeals'>;
  /** Called with every read that came in: qualification, agreement and others look at it. */
  changed(study: OpenStudy, readIds: string[]): void;
}): BundleService {
  return {
    async handOut(study, { reader, target: wanted, lock, actor, control }) {
      const db = study.database.read;
      const person = await readerCalled(db, reader);
      await refuseSecond(db, person);
      const gate = await gateOf(db, person.id);
      if (gate !== null) {
        throw new Problem('not-qualified', `${person.name} has not qualified yet. Nothing was written.`, {
          status: 409,
        });
      }
      const { out, open, drafts } = await assignmentsToHandOut(db, person.id);
      if (open === 0) {
        throw new Problem(
          'nothing-to-hand-out',
          `${person.name} has nothing left to begin${drafts > 0 ? ', only drafts, which go on here' : ''}. Nothing was written.`,
          { status: 409 },
        );
      }
      const bundleId = newId();
      const target = resolve(typeof wanted === 'string' ? wanted : wanted(bundleId));
      const identity = await generateX25519Identity();
      const keys = generateKeyPairSync('ed25519');
      const origin: Origin = {
        bundleId,
        studyId: study.id,
        studyName: study.name,
        readerId: person.id,
        signingKey: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        returnRecipient: await identityToRecipient(identity),
      };
      const at = await studyTime(db, new Date(study.now()).toISOString());
      await inWorkshop(study, async (folder) => {
        const names = await makeCopy(study, needs, { folder, origin, at, control });
        const signingKey = await studyKey(study);
        control?.progress('Encrypting', null);
        const common = { kind: 'handed-out' as const, bundleId, madeAt: at };
        await writeContainer(target, { ...common, folder, names, signingKey, lock });
      });
      try {
        control?.signal.throwIfAborted();
        await study.database.write(async (tx) => {
          await tx
            .insertInto('bundle')
            .values({
              id: bundleId,
              reader_id: person.id,
              made_at: at,
              made_by: actor,
              verify_key: keys.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
              return_identity: identity,
            })
            .execute();
          const details = { bundleId, reads: out.length, drafts };
          await appendAudit(tx, { actor, action: 'bundle.made', subject: person.id, details }, at);
        });
      } catch (cause) {
        await rm(target, { force: true }); // a bundle that the study does not know could never come back
        throw cause;
      }
      return { bundleId, reads: open, drafts, cases: new Set(out.map((row) => row.case_id)).size };
    },

    async unpack(file, folder, key) {
      const target = resolve(folder);
      if (!target.endsWith('.concord')) {
        throw new Problem('study-name-wrong', `A study folder ends in .concord: ${target} does not.`);
      }
      if (existsSync(target)) {
        throw new Problem('study-exists', `${target} exists already; nothing was changed.`, { status: 409 });
      }
      await mkdir(dirname(target), { recursive: true });
      const temporary = await mkdtemp(join(dirname(target), '.bundle-'));
      try {
        const of = { kind: 'handed-out' as const, keys: [key], folder: temporary, verifyKey: null };
        const { signer } = await readContainer(resolve(file), of);
        await mkdir(join(temporary, 'cache'));
        const copy = openDatabase(join(temporary, 'study.sqlite'));
        await copy.close();
        await rename(temporary, target);
        return { folder: target, signer: fingerprint(signer) };
      } finally {
        await rm(temporary, { recursive: true, force: true });
      }
    },

    async giveBack(study, target) {
      const origin = await originOf(study.database.read);
      const reads = (await returnedReads(study.database.read)).length;
      await inWorkshop(study, async (folder) => {
        study.database.copyTo(join(folder, 'study.sqlite'));
        await writeContainer(resolve(target), {
          kind: 'returned',
          bundleId: origin.bundleId,
          madeAt: new Date(study.now()).toISOString(),
          folder,
          names: ['study.sqlite'],
          signingKey: origin.signingKey,
          lock: { recipient: origin.returnRecipient },
        });
      });
      return { reads };
    },

    async merge(study, file, actor) {
      const path = resolve(file);
      const sha256 = await hashOf(path);
      const before = await study.database.read
        .selectFrom('bundle_merge')
        .select('merged_at')
        .where('sha256', '=', sha256)
        .executeTakeFirst();
      if (before) {
        const notes = [
          `This file was merged on ${before.merged_at.slice(0, 10)} already; nothing was changed.`,
        ];
        return { taken: [], present: 0, conflicts: [], notes };
      }
      return inWorkshop(study, (folder) => mergeFile(study, { path, sha256, folder, actor }));
    },

    async takeBack(study, reader, actor) {
      const person = await readerCalled(study.database.read, reader);
      const open = await handOutOf(study.database.read, person.id);
      if (!open) {
        throw new Problem('not-handed-out', `No bundle of ${person.name} is out. Nothing was changed.`, {
          status: 409,
        });
      }
      await study.database.write(async (tx) => {
        const at = new Date(study.now()).toISOString();
        const row = { sha256: `taken-back-${open.id}`, bundle_id: open.id, merged_at: at, report: '{}' };
        await tx.insertInto('bundle_merge').values(row).execute();
        const details = { bundleId: open.id };
        await appendAudit(tx, { actor, action: 'bundle.taken-back', subject: person.id, details }, at);
      });
    },
  };

  async function mergeFile(
    study: OpenStudy,
    of: { path: string; sha256: string; folder: string; actor: string },
  ): Promise<MergeReport> {
    const db = study.database.read;
    const bundles = await db.selectFrom('bundle').selectAll().execute();
    if (bundles.length === 0) {
      throw new Problem('bundle-unknown', 'This study has handed out no bundle. Nothing was taken in.', {
        status: 404,
      });
    }
    const header = await readContainer(of.path, {
      kind: 'returned',
      keys: bundles.map((bundle) => ({ identity: bundle.return_identity })),
      folder: of.folder,
      verifyKey: async (id) =>
        bundles.find((bundle) => bundle.id === id)?.verify_key ?? unknownBundle(of.path),
    });
    const bundle = bundles.find((one) => one.id === header.bundleId)!; // its key was found
    const copy = openDatabase(join(of.folder, 'study.sqlite'));
    try {
      await requireSound({ ...study, database: copy }, of.path, bundle);
      const report: MergeReport = { taken: [], present: 0, conflicts: [], notes: [] };
      const reads = await returnedReads(copy.read);
      const taken = await study.database.write(async (tx) => {
        const at = new Date(study.now()).toISOString();
        const common = { readerId: bundle.reader_id, bundleId: bundle.id, madeAt: bundle.made_at, at };
        const ids: string[] = [];
        for (const read of reads) {
          const id = await takeIn(tx, copy.read, read, { ...common, actor: of.actor }, report);
          if (id !== null) ids.push(id);
        }
        await takeDisplayIn(tx, copy.read, { readerId: bundle.reader_id, readIds: ids, at });
        const row = { sha256: of.sha256, bundle_id: bundle.id, merged_at: at };
        await tx
          .insertInto('bundle_merge')
          .values({ ...row, report: JSON.stringify(report) })
          .execute();
        const details = {
          bundleId: bundle.id,
          taken: report.taken.length,
          present: report.present,
          conflicts: report.conflicts.length,
        };
        const entry = { actor: of.actor, action: 'bundle.merged', subject: bundle.reader_id, details };
        await appendAudit(tx, entry, at);
        return ids;
      });
      needs.changed(study, taken);
      return report;
    } finally {
      await copy.close();
    }
  }

  /** The copy's own trail and every seal in it hold, and it is the copy of this bundle. */
  async function requireSound(
    copy: OpenStudy,
    file: string,
    bundle: { id: string; reader_id: string },
  ): Promise<void> {
    const origin = await originOf(copy.database.read);
    if (origin.bundleId !== bundle.id || origin.readerId !== bundle.reader_id) throw damaged(file);
    const chain = await verifyAudit(copy.database.read);
    const { faults } = await needs.masks.verifySeals(copy);
    const why = chain.firstBroken?.reason ?? faults[0]?.reason;
    if (why === undefined) return;
    throw new Problem(
      'bundle-trail-broken',
      `What ${file} holds was changed after it was written (${why}). Nothing was taken in.`,
      { status: 422 },
    );
  }
}

/** The bundle of a reader that is out, of which nothing came back; null when none is. */
async function handOutOf(db: Readable, readerId: string) {
  const row = await db
    .selectFrom('bundle')
    .leftJoin('bundle_merge', 'bundle_merge.bundle_id', 'bundle.id')
    .where('bundle.reader_id', '=', readerId)
    .where('bundle_merge.sha256', 'is', null)
    .select(['bundle.id', 'bundle.made_at'])
    .executeTakeFirst();
  return row ?? null;
}

async function refuseSecond(db: Readable, person: { id: string; name: string }): Promise<void> {
  const out = await handOutOf(db, person.id);
  if (!out) return;
  throw new Problem(
    'already-handed-out',
    `A bundle of ${person.name} is out since ${out.made_at.slice(0, 10)}. Merge what comes back of it, or take it back first.`,
    { status: 409 },
  );
}

async function readerCalled(db: Readable, name: string): Promise<{ id: string; name: string }> {
  const readers = await db.selectFrom('reader').select(['id', 'name']).where('role', '=', 'reader').execute();
  const found = readers.find((reader) => reader.name.toLowerCase() === name.trim().toLowerCase());
  if (found) return found;
  throw new Problem(
    'reader-not-found',
    `There is no reader ${name} in this study; there are ${readers.map((reader) => reader.name).join(', ') || 'none'}.`,
    { status: 404 },
  );
}

async function originOf(db: Readable): Promise<Origin> {
  const { bundle } = await db.selectFrom('study').select('bundle').executeTakeFirstOrThrow();
  if (bundle !== null) return JSON.parse(bundle) as Origin;
  throw new Problem(
    'not-a-bundle',
    'This study was not handed out as a bundle, so it cannot be given back.',
    {
      status: 409,
    },
  );
}

function unknownBundle(file: string): never {
  throw new Problem(
    'bundle-unknown',
    `${file} is of a bundle that this study did not hand out. Nothing was taken in.`,
    {
      status: 404,
    },
  );
}

/** The study's own key, made with its first bundle. */
async function studyKey(study: OpenStudy): Promise<string> {
  return study.database.write(async (tx) => {
    const { signing_key } = await tx.selectFrom('study').select('signing_key').executeTakeFirstOrThrow();
    if (signing_key !== null) return signing_key;
    const made = generateKeyPairSync('ed25519')
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString();
    await tx.updateTable('study').set({ signing_key: made }).execute();
    return made;
  });
}

/** Sixteen digits of the key's hash: enough to compare over the phone. */
function fingerprint(pem: string): string {
  const der = createPublicKey(pem).export({ type: 'spki', format: 'der' });
  const digits = createHash('sha256').update(der).digest('hex').slice(0, 16);
  return digits.replaceAll(/(.{4})(?=.)/g, '$1 ');
}

async function hashOf(path: string): Promise<string> {
  if (!existsSync(path)) {
    throw new Problem('bundle-not-found', `${path} is not there. Check the path.`, { status: 404 });
  }
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** A folder of its own beside the study's data, gone afterwards. */
async function inWorkshop<T>(study: OpenStudy, work: (folder: string) => Promise<T>): Promise<T> {
  const parent = join(study.folder, 'cache');
  const folder = await mkdtemp(join(existsSync(parent) ? parent : tmpdir(), 'bundle-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
