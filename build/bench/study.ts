// A large reader study: 1,000 cases × 8 readers × 2 rounds, half of the first round sealed. Opening, worklist, board.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createBackend, type Backend } from '../../electron/backend/index.ts';
import { ProtocolSchema } from '../../electron/contract/study.ts';
import type { OpenStudy } from '../../electron/backend/context.ts';
import { newId } from '../../electron/backend/identity.ts';
import { ensureAssignments, ensureAssignmentsInTime } from '../../electron/backend/reads/assignments.ts';
import { addCase } from '../../test/fixtures/bare-study.ts';
import { folder as benchFolder } from './material.ts';
import { repeat, type Bench } from './rows.ts';

const CASES = 1000;
const READERS = 8;
const PASSPHRASE = 'open sesame';
const GRID = {
  shape: [512, 512, 300] as [number, number, number],
  spacing: [0.8, 0.8, 1] as [number, number, number],
  origin: [0, 0, 0] as [number, number, number],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};

const PROTOCOL = ProtocolSchema.parse({
  name: 'Large study',
  modality: 'CT',
  structures: [{ label: 1, name: 'Pancreas', colour: '#e69f00' }],
  coordinator: { name: 'Coordinator', passphrase: PASSPHRASE },
  readers: Array.from({ length: READERS }, (_, n) => ({ name: `Reader ${n + 1}`, passphrase: PASSPHRASE })),
  seed: 1,
});

function backendIn(home: string): Promise<Backend> {
  return createBackend({ home, host: 'test', modelsFolder: join(home, 'models'), version: '0.0.0' });
}

/** Cases and assignments as an import makes them, one case after another. */
async function fill(study: OpenStudy): Promise<void> {
  const at = new Date().toISOString();
  await study.database.write(async (tx) => {
    for (let n = 0; n < CASES; n++) {
      await addCase(tx, GRID, n, at);
      await ensureAssignmentsInTime(tx);
    }
    await ensureAssignments(tx);
  });
}

/** Seals of every other read of the first round. */
async function sealHalf(study: OpenStudy): Promise<void> {
  const at = new Date().toISOString();
  await study.database.write(async (tx) => {
    const first = await tx
      .selectFrom('assignment')
      .innerJoin('session', 'session.id', 'assignment.session_id')
      .where('session.number', '=', 1)
      .select(['assignment.id', 'assignment.case_id'])
      .execute();
    for (const [n, { id, case_id }] of first.entries()) {
      if (n % 2 === 1) continue;
      const [readId, revisionId] = [newId(), newId()];
      const read = { id: readId, assignment_id: id, version: 1, source: 'concord' as const, opened_at: at };
      const empty = {
        base_revision_id: null,
        last_seq: 0,
        reopen_reason: null,
        lease_token: null,
        lease_expires_at: null,
        lease_process: null,
      };
      const sealed = { sealed_at: null, sealed_revision_id: null, sealed_sha256: null };
      await tx
        .insertInto('read')
        .values({ ...read, ...empty, ...sealed, state: 'draft', active_seconds: 300 })
        .execute();
      await tx
        .insertInto('mask_revision')
        .values({
          id: revisionId,
          read_id: readId,
          case_id,
          kind: 'sealed',
          patch_seq: 0,
          bytes: new Uint8Array(2000),
          sha256: 'x',
          counts: '{}',
          provenance: null,
          created_at: at,
        })
        .execute();
      await tx
        .updateTable('read')
        .set({ state: 'sealed', sealed_at: at, sealed_revision_id: revisionId, sealed_sha256: 'x' })
        .where('id', '=', readId)
        .execute();
    }
  });
}

export const study: Bench = {
  name: 'study',
  async run(say) {
    say(`a study of ${CASES} cases × ${READERS} readers × 2 rounds …`);
    const home = mkdtempSync(join(benchFolder, 'study-'));
    const path = join(home, 'Large.concord');
    try {
      const maker = await backendIn(home);
      const made = await maker.services.studies.create(PROTOCOL, path);
      const began = performance.now();
      await fill(made);
      const giving = performance.now() - began;
      await sealHalf(made);
      await maker.close();
      const opening = await repeat(5, async () => {
        const again = await backendIn(home);
        await again.openStudy(path);
        await again.close();
      });
      const backend = await backendIn(home);
      const base = `http://concord.test/api/studies/${await backend.openStudy(path)}`;
      const face = (await (await backend.fetch(new Request(base))).json()) as {
        people: { id: string; role: string }[];
      };
      const tokenOf = async (role: string) => {
        const personId = face.people.find((person) => person.role === role)!.id;
        const body = JSON.stringify({ personId, passphrase: PASSPHRASE });
        const headers = { 'content-type': 'application/json' };
        const answer = await backend.fetch(new Request(`${base}/sign-in`, { method: 'POST', body, headers }));
        return ((await answer.json()) as { token: string }).token;
      };
      const timed = (token: string, route: string) =>
        repeat(20, async () => {
          const headers = { authorization: `Bearer ${token}` };
          const answer = await backend.fetch(new Request(`${base}${route}`, { headers }));
          if (answer.status !== 200) throw new Error(`${route} answered ${answer.status}`);
          await answer.arrayBuffer();
        });
      const [reader, coordinator] = [await tokenOf('reader'), await tokenOf('coordinator')];
      const within = { limit: 100, of: 'p95' as const };
      const rows = [
        {
          what: `give out ${CASES} cases as they are imported one by one, ms a case`,
          samples: [giving / CASES],
          unit: 'ms' as const,
          target: { limit: 20, of: 'p95' as const },
        },
        {
          what: `open a study of ${CASES} cases × ${READERS} readers × 2 rounds`,
          samples: opening,
          unit: 'ms' as const,
          target: { limit: 1000, of: 'p95' as const },
        },
        {
          what: 'its worklist of one reader, 2,000 lines',
          samples: await timed(reader, '/worklist'),
          unit: 'ms' as const,
          target: within,
        },
        {
          what: 'its board, 16,000 reads',
          samples: await timed(coordinator, '/board'),
          unit: 'ms' as const,
          target: within,
        },
        {
          what: 'its audit trail, first page',
          samples: await timed(coordinator, '/audit'),
          unit: 'ms' as const,
          target: within,
        },
      ];
      await backend.close();
      return rows;
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  },
};
