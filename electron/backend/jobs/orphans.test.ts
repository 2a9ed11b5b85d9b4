// Opening a study in a second process leaves the first one's jobs alone, and fails those of a dead one.
import { spawn, spawnSync } from 'node:child_process';
import { hostname } from 'node:os';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { createBareStudy } from '../../../test/fixtures/bare-study.ts';
import { THIS_PROCESS } from '../process.ts';
import { createJobService } from './service.ts';

const folder = mkdtempSync(join(tmpdir(), 'concord-orphans-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('only the jobs of a dead process are orphans', async () => {
  const { study, coordinator } = await createBareStudy(join(folder, 'study'));
  const sleeper = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  const host = hostname().replaceAll(':', '-');
  const processes: Record<string, string | null> = {
    living: `${host}:${sleeper.pid}:aa`,
    elsewhere: `${host}-other:1:aa`,
    dead: `${host}:${dead}:aa`,
    former: `${THIS_PROCESS}x`,
    nameless: null,
  };
  try {
    await study.database.write(async (tx) => {
      for (const [id, process] of Object.entries(processes)) {
        const row = {
          id,
          kind: 'import' as const,
          title: id,
          state: 'queued' as const,
          created_at: 'now',
          process,
        };
        const none = {
          read_id: null,
          created_by: null,
          ended_at: null,
          code: null,
          reason: null,
          notes: null,
        };
        await tx
          .insertInto('job')
          .values({ ...row, ...none, result: null })
          .execute();
      }
    });
    const first = createJobService();
    let finish: () => void = () => undefined;
    const running = await first.start(study, { kind: 'import', title: 'Ours', createdBy: null }, async () => {
      await new Promise<void>((resolve) => (finish = resolve));
      return { result: null };
    });
    const second = createJobService();
    await second.adopt(study);
    const states = Object.fromEntries(
      (await second.list(study, coordinator)).map((job) => [job.title, job.state]),
    );
    expect(states).toEqual({
      living: 'queued',
      elsewhere: 'queued',
      dead: 'failed',
      former: 'failed',
      nameless: 'failed',
      Ours: 'queued',
    });
    finish();
    expect((await first.settled(running.id)).state).toBe('done');
    await first.close();
    await second.close();
  } finally {
    sleeper.kill();
    await study.database.close();
  }
});
