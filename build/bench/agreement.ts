// The agreement run at scale: 1,000 cases × 8 readers × 2 rounds on 512×512×300 grids, killed half-way and taken up again.
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createAgreementService } from '../../electron/backend/agreement/service.ts';
import { createJobService } from '../../electron/backend/jobs/service.ts';
import { createBareStudy, openBareStudy } from '../../test/fixtures/bare-study.ts';
import { drawnMask, sealReads, type Hand } from '../../test/fixtures/sealed-study.ts';
import { folder as benchFolder, SHAPE, SPACING } from './material.ts';
import type { Bench } from './rows.ts';

/** CONCORD_BENCH_CASES makes a quick try of it; the figures in the README are of all. */
const CASES = Number(process.env['CONCORD_BENCH_CASES'] ?? 1000);
const READERS = 8;
/** Cases of their own; the others are these again, compared again. */
const DRAWN = 20;

interface Said {
  pairs: number;
  computed: number;
  seconds: number;
  peakMb: number;
}

/** Runs or goes on with the agreement of the study in a process of its own; killed at `killAt` of the pairs, if given. */
function runApart(studyFolder: string, killAt: number | null): Promise<Said | null> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), ['--run', studyFolder], { execArgv: [] });
    let said: Said | null = null;
    child.on('message', (message: { progress?: number; said?: Said }) => {
      if (message.said) said = message.said;
      if (killAt !== null && (message.progress ?? 0) >= killAt) child.kill('SIGKILL');
    });
    child.on('exit', (code) =>
      code === 0 || killAt !== null ? resolve(said) : reject(new Error(`the run ended with code ${code}`)),
    );
  });
}

async function runHere(studyFolder: string): Promise<void> {
  const { study } = await openBareStudy(studyFolder);
  const jobs = createJobService();
  const agreement = createAgreementService({ jobs });
  let peak = 0;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 100);
  study.events.subscribe({ id: '', name: 'bench', role: 'coordinator', colour: '' } as never, (event) => {
    if (event.type === 'job' && event.job.state === 'running') {
      process.send!({ progress: event.job.progress ?? 0 });
    }
  });
  const began = performance.now();
  const ended = await jobs.settled((await agreement.start(study, null)).id);
  if (ended.state !== 'done') throw new Error(JSON.stringify(ended));
  const seconds = (performance.now() - began) / 1000;
  clearInterval(watch);
  const result = ended.result as { pairs: number; computed: number };
  const said: Said = { ...result, seconds, peakMb: peak / 2 ** 20 };
  process.send!({ said }, () => process.exit(0));
}

if (process.argv[2] === '--run') await runHere(process.argv[3]);

export const agreement: Bench = {
  name: 'agreement',
  async run(say) {
    const home = mkdtempSync(join(benchFolder, 'agreement-'));
    const studyFolder = join(home, 'Large.concord');
    try {
      say(`sealing ${CASES} cases × ${READERS} readers × 2 rounds …`);
      const readers = Array.from({ length: READERS }, (_, n) => `Reader ${n + 1}`);
      const bare = await createBareStudy(studyFolder, {
        shape: SHAPE,
        spacing: SPACING,
        readers,
        cases: CASES,
        structures: 1,
      });
      const drawn = new Map<string, Uint8Array>();
      await sealReads(bare.study, (hand: Hand) => {
        const like = { ...hand, caseNumber: hand.caseNumber % DRAWN };
        const key = Object.values(like).join();
        const mask = drawn.get(key) ?? drawnMask(like, SHAPE, SPACING);
        drawn.set(key, mask);
        return mask;
      });
      drawn.clear();
      await bare.study.database.close();
      say('comparing; to be killed half-way …');
      await runApart(studyFolder, 0.5);
      say('going on …');
      const rest = (await runApart(studyFolder, null))!;
      const again = (await runApart(studyFolder, null))!;
      const perPair = (rest.seconds / rest.computed) * 1000;
      const whole = (perPair * rest.pairs) / 1000;
      const kept = rest.pairs - rest.computed;
      return [
        {
          what: `agreement of ${rest.pairs.toLocaleString('en')} pairs, 75 mL organ on 512×512×300, by pace after the kill`,
          samples: [whole],
          unit: 's' as const,
        },
        { what: 'one pair of it, every figure, both threads busy', samples: [perPair], unit: 'ms' as const },
        {
          what: `going on after the kill: ${kept.toLocaleString('en')} pairs kept, ${rest.computed.toLocaleString('en')} computed`,
          samples: [rest.seconds],
          unit: 's' as const,
        },
        { what: 'a run with nothing missing', samples: [again.seconds], unit: 's' as const },
        {
          what: 'memory of the run at most',
          samples: [rest.peakMb],
          unit: 'MB' as const,
          target: { limit: 1000, of: 'median' as const },
        },
      ];
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  },
};
