// The demo study: phantoms that Concord makes, an AI mask on each, two simulated readers, two rounds, agreement.
import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Grid } from '../../contract/geometry.ts';
import { ProtocolSchema, type Person } from '../../contract/study.ts';
import { workerEntry } from '../../workers/entry.ts';
import type { Pool } from '../../workers/pool.ts';
import type { DemoTask, SimulatedStroke } from '../../workers/demo-worker.ts';
import type { AgreementService } from '../agreement/service.ts';
import type { CaseService } from '../cases/service.ts';
import type { OpenStudy } from '../context.ts';
import type { JobService } from '../jobs/service.ts';
import type { MaskService } from '../masks/service.ts';
import type { ModelService } from '../models/service.ts';
import type { ReadService } from '../reads/service.ts';
import { STUDY_FILE } from './registry.ts';
import type { StudyService } from './service.ts';
import { people } from './store.ts';

/** Every passphrase of the demo study; said on its sign-in page. */
export const DEMO_PASSPHRASE = 'demo';
const DEMO_MODEL = 'phantom-pansegnet';
const FIRST_SEED = 101;

/** How the two simulated readers differ: A draws a little large and steadily, B tighter and less so. */
const TEMPER: Record<string, { bias: number; wobble: number }> = {
  'Reader A': { bias: 0.05, wobble: 0.22 },
  'Reader B': { bias: -0.06, wobble: 0.3 },
};

export const DEMO_PROTOCOL = ProtocolSchema.parse({
  name: 'Demo: abdominal CT phantoms',
  modality: 'CT',
  structures: [
    { label: 1, name: 'Pancreas', colour: '#e69f00' },
    { label: 2, name: 'Liver', colour: '#56b4e9' },
    { label: 3, name: 'Spleen', colour: '#009e73' },
    { label: 4, name: 'Kidneys', colour: '#cc79a7' },
    { label: 5, name: 'Aorta', colour: '#f0e442' },
  ],
  coordinator: { name: 'Coordinator', passphrase: DEMO_PASSPHRASE },
  readers: Object.keys(TEMPER).map((name) => ({ name, passphrase: DEMO_PASSPHRASE })),
  rounds: [
    { name: 'Round 1', arm: 'assisted', washoutDays: 0 },
    { name: 'Round 2', arm: 'assisted', washoutDays: 0 },
  ],
  seed: 2026,
});

export interface DemoPlan {
  /** Phantoms in the study … */
  cases: number;
  /** … of which the simulated readers have sealed both rounds of so many; the rest is due. */
  sealed: number;
}
export type DemoProgress = (step: string, fraction: number) => void;

export interface Demo {
  /** Opens the demo study of this home, making it first where it is missing. */
  open(onProgress?: DemoProgress): Promise<OpenStudy>;
  /** Makes a demo study at `folder` (NAME.concord), whole or not at all. */
  make(folder: string, plan: DemoPlan, onProgress?: DemoProgress): Promise<OpenStudy>;
}

interface Phantom {
  caseId: string;
  grid: Grid;
  truthPath: string;
  seed: number;
}

interface Needs {
  studies: StudyService;
  cases: CaseService;
  reads: ReadService;
  masks: MaskService;
  jobs: JobService;
  agreement: AgreementService;
  models: ModelService;
  pool: Pool;
}

export function createDemo(needs: Needs): Demo {
  const { studies, cases, jobs, agreement, models } = needs;
  let opening: Promise<OpenStudy> | null = null;

  async function make(
    folder: string,
    plan: DemoPlan,
    onProgress: DemoProgress = () => undefined,
  ): Promise<OpenStudy> {
    const study = await studies.create(DEMO_PROTOCOL, folder, true);
    const workshop = await mkdtemp(join(study.folder, 'cache', 'demo-'));
    try {
      const steps = plan.cases + plan.sealed;
      const added: Phantom[] = [];
      for (let n = 0; n < plan.cases; n++) {
        onProgress(`Phantom ${n + 1} of ${plan.cases}`, n / steps);
        added.push(await addPhantom(study, n, workshop));
      }
      // All cases first: a round that has begun keeps its order, and cases added later would come last in all of them.
      for (let n = 0; n < plan.sealed; n++) {
        onProgress(`Simulated reads of case ${n + 1} of ${plan.sealed}`, (plan.cases + n) / steps);
        await simulateReads(study, added[n]);
      }
    } finally {
      await rm(workshop, { recursive: true, force: true });
    }
    if (plan.sealed > 0) {
      onProgress('Agreement', 0.98);
      await jobs.settled((await agreement.start(study, null)).id);
    }
    return study;
  }

  async function addPhantom(study: OpenStudy, n: number, workshop: string): Promise<Phantom> {
    const imagePath = join(workshop, `Phantom ${String(n + 1).padStart(2, '0')}.nii.gz`);
    const truthPath = join(workshop, `truth-${n}`);
    const seed = FIRST_SEED + n;
    const task: DemoTask = { do: 'phantom', seed, imagePath, truthPath };
    const grid = (await needs.pool.run(workerEntry('demo-worker'), task)) as Grid;
    const name = basename(imagePath, '.nii.gz');
    const { id } = await cases.importOne(study, { path: imagePath, series: null, name }, 'Concord');
    return { caseId: id, grid, truthPath, seed };
  }

  async function simulateReads(study: OpenStudy, phantom: Phantom): Promise<void> {
    const proposal = await models.propose(study, phantom.caseId, DEMO_MODEL);
    const readers = (await people(study.database.read)).filter((person) => person.role === 'reader');
    for (const round of [1, 2]) {
      for (const reader of readers) await simulateRead({ study, reader, round, proposal, ...phantom });
    }
  }

  /** One read, by the same services that a reader's window uses: open, AI mask, strokes, seal. */
  async function simulateRead(of: {
    study: OpenStudy;
    reader: Person;
    round: number;
    caseId: string;
    grid: Grid;
    truthPath: string;
    proposal: { bytes: Uint8Array; provenance: unknown };
    seed: number;
  }): Promise<void> {
    const { study, reader, round, proposal } = of;
    const assignmentId = await assignmentOf(study, reader.id, of.caseId, round);
    const read = await needs.reads.open(study, assignmentId, reader);
    const editor = { person: reader, lease: read.lease };
    await needs.masks.addProposal(study, { readId: read.id, ...proposal, actor: reader.name });
    const { bytes: base } = await needs.masks.compose(study, read.id);
    const seed = of.seed * 31 + round * 7 + reader.name.charCodeAt(reader.name.length - 1);
    const task: DemoTask = {
      do: 'read',
      grid: of.grid,
      truthPath: of.truthPath,
      base,
      reader: { seed, ...TEMPER[reader.name] },
    };
    const strokes = (await needs.pool.run(workerEntry('demo-worker'), task)) as SimulatedStroke[];
    for (const [index, stroke] of strokes.entries()) {
      await needs.masks.append(study, read.id, editor, {
        seq: index + 1,
        tool: 'Simulated reader',
        label: stroke.label,
        milliseconds: 0,
        bytes: stroke.bytes,
      });
    }
    await needs.masks.seal(study, read.id, editor);
  }

  async function openOrMake(onProgress?: DemoProgress): Promise<OpenStudy> {
    const folder = join(studies.studiesFolder, 'Demo.concord');
    if (existsSync(join(folder, STUDY_FILE))) return studies.open(folder);
    // Made beside its place and moved there when it is complete: a demo that was cut short is made again.
    const draft = join(dirname(folder), 'Demo being made.concord');
    await rm(draft, { recursive: true, force: true });
    const study = await make(draft, { cases: 5, sealed: 3 }, onProgress);
    await studies.leave(study);
    await rename(draft, folder);
    return studies.open(folder);
  }

  return {
    make,
    open(onProgress) {
      opening ??= openOrMake(onProgress).finally(() => (opening = null));
      return opening;
    },
  };
}

async function assignmentOf(
  study: OpenStudy,
  readerId: string,
  caseId: string,
  round: number,
): Promise<string> {
  const row = await study.database.read
    .selectFrom('assignment')
    .innerJoin('session', 'session.id', 'assignment.session_id')
    .where('assignment.reader_id', '=', readerId)
    .where('assignment.case_id', '=', caseId)
    .where('session.number', '=', round)
    .select('assignment.id')
    .executeTakeFirstOrThrow();
  return row.id;
}
