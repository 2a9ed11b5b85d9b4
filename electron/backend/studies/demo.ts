// The demo study: phantoms that Concord makes, an AI mask on each, two simulated readers, two rounds, agreement.
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Grid } from '../../contract/geometry.ts';
import type { DemoState } from '../../contract/host.ts';
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
import { demoProgress } from './demo-progress.ts';
import { STUDY_FILE } from './registry.ts';
import type { StudyService } from './service.ts';
import { people } from './store.ts';

/** Every passphrase of the demo study; said on its sign-in page. */
export const DEMO_PASSPHRASE = 'demo';
const DEMO_MODEL = 'phantom-pansegnet';
const FIRST_SEED = 101;
/** How a demo study is named until it is complete, before the number of the process that makes it. */
const DRAFT = 'Demo being made';

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
/** Hears of each step and of how much of the whole time is over, 0…1. */
export type OnStep = (step: string, fraction: number) => void;

/** Time of one step beside the others: a phantom made and imported, an AI mask, one simulated read, agreement. */
const COST = { phantom: 3, proposal: 1.5, read: 0.5, agreement: 0.6 } as const;

export interface Demo {
  /** Opens the demo study of this home, making it first where it is missing. Asked twice, it is made once. */
  open(onStep?: OnStep): Promise<OpenStudy>;
  /** How far that is. */
  state(): DemoState;
  /** Makes a demo study at `folder` (NAME.concord), whole or not at all. */
  make(folder: string, plan: DemoPlan, onStep?: OnStep): Promise<OpenStudy>;
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
    onStep: OnStep = () => undefined,
    remembered = true,
  ): Promise<OpenStudy> {
    const study = await studies.create(DEMO_PROTOCOL, folder, { isDemo: true, remembered });
    const workshop = await mkdtemp(join(study.folder, 'cache', 'demo-'));
    const step = steps(plan, onStep);
    try {
      const added: Phantom[] = [];
      for (let n = 0; n < plan.cases; n++) {
        step(`Phantom ${n + 1} of ${plan.cases}`, COST.phantom);
        added.push(await addPhantom(study, n, workshop));
      }
      // All cases first: a round that has begun keeps its order, and cases added later would come last in all of them.
      for (let n = 0; n < plan.sealed; n++) await simulateReads(study, added[n], n + 1, step);
    } finally {
      await rm(workshop, { recursive: true, force: true });
    }
    if (plan.sealed > 0) {
      step('Agreement', COST.agreement);
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

  async function simulateReads(
    study: OpenStudy,
    phantom: Phantom,
    number: number,
    step: Step,
  ): Promise<void> {
    step(`AI mask of case ${number}`, COST.proposal);
    const proposal = await models.propose(study, phantom.caseId, DEMO_MODEL);
    const readers = (await people(study.database.read)).filter((person) => person.role === 'reader');
    for (const round of [1, 2]) {
      for (const reader of readers) {
        step(`${reader.name} reads case ${number}, round ${round}`, COST.read);
        await simulateRead({ study, reader, round, proposal, ...phantom });
      }
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

  const folder = join(studies.studiesFolder, 'Demo.concord');
  const exists = () => existsSync(join(folder, STUDY_FILE));
  const progress = demoProgress(exists);

  async function openOrMake(onStep: OnStep): Promise<OpenStudy> {
    if (exists()) return studies.open(folder);
    progress.at('Starting', 0);
    await removeLeftDrafts(dirname(folder));
    // Made beside its place and moved there when it is complete: a demo that was cut short is made again.
    const draft = join(dirname(folder), `${DRAFT} ${process.pid}.concord`);
    const tell: OnStep = (step, fraction) => {
      progress.at(step, fraction);
      onStep(step, fraction);
    };
    const study = await make(draft, { cases: 5, sealed: 3 }, tell, false);
    await studies.leave(study);
    // Another Concord on the same home may have been quicker.
    if (exists()) await rm(draft, { recursive: true, force: true });
    else await rename(draft, folder);
    return studies.open(folder);
  }

  return {
    make,
    state: () => progress.state(),
    open(onStep = () => undefined) {
      opening ??= openOrMake(onStep)
        .then(
          (study) => (progress.ready(), study),
          (error: unknown) => {
            progress.failed(error instanceof Error ? error.message : String(error));
            throw error;
          },
        )
        .finally(() => (opening = null));
      return opening;
    },
  };
}

type Step = (name: string, cost: number) => void;

/** Tells each step with the share of the whole cost that lies before it. */
function steps(plan: DemoPlan, onStep: OnStep): Step {
  const reads = plan.sealed * Object.keys(TEMPER).length * 2;
  const whole = plan.cases * COST.phantom + plan.sealed * COST.proposal + reads * COST.read + COST.agreement;
  let before = 0;
  return (name, cost) => {
    onStep(name, before / whole);
    before += cost;
  };
}

/** Removes drafts whose maker has ended; one that another Concord is still making stays. */
async function removeLeftDrafts(studiesFolder: string): Promise<void> {
  for (const name of await readdir(studiesFolder).catch(() => [] as string[])) {
    if (!name.startsWith(DRAFT)) continue;
    const maker = Number(/ (\d+)\.concord$/.exec(name)?.[1]);
    if (maker !== process.pid && isRunning(maker)) continue;
    await rm(join(studiesFolder, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid)) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // There, but another person's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
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
