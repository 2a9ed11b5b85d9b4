// Jobs: the sole writer of their status. Work runs in lanes of workers/runner; news goes to the study's events.
import type { Job, JobKind } from '../../contract/jobs.ts';
import type { Person } from '../../contract/study.ts';
import { Problem } from '../../contract/problem.ts';
import { Runner, type JobControl, type Outcome } from '../../workers/runner.ts';
import type { OpenStudy } from '../context.ts';
import { newId } from '../identity.ts';
import { processIsAlive, THIS_PROCESS } from '../process.ts';
import { endJob, failOrphans, findJob, insertJob, listJobs } from './store.ts';

export interface JobSpec {
  kind: JobKind;
  /** Fit for whoever may see the job: no case names in a reader's job. */
  title: string;
  readId?: string;
  /** Null when the command line asks. */
  createdBy: Person | null;
}
export type JobWork = (control: JobControl) => Promise<{ result: unknown; notes?: string[] }>;

export interface JobService {
  /** Queues work; answers at once with the queued job. */
  start(study: OpenStudy, spec: JobSpec, work: JobWork): Promise<Job>;
  /** Resolves with the job once it is done, failed or cancelled and that is on disk. */
  settled(jobId: string): Promise<Job>;
  /** A reader's own jobs; all of them for a coordinator. */
  list(study: OpenStudy, person: Person): Promise<Job[]>;
  /** Throws Problem `job-not-found`; a job that has ended is returned as it is. */
  cancel(study: OpenStudy, jobId: string, person: Person): Promise<Job>;
  /** Called when a study is opened: jobs of a process that died are failed. */
  adopt(study: OpenStudy): Promise<void>;
  close(): Promise<void>;
}

/** Jobs of every service in this process: a study may be open twice. */
const runningHere = new Set<string>();

interface Live {
  job: Job;
  studyId: string;
  createdBy: Person | null;
  ended: Promise<Job>;
}

export function createJobService(): JobService {
  const runner = new Runner();
  const live = new Map<string, Live>();

  function show(study: OpenStudy, id: string, job: Job): void {
    const entry = live.get(id);
    if (entry) entry.job = job;
    const owner = entry?.createdBy;
    study.events.publish({ type: 'job', job }, { personId: owner?.id ?? '' });
  }

  async function start(study: OpenStudy, spec: JobSpec, work: JobWork): Promise<Job> {
    const common = {
      id: newId(),
      kind: spec.kind,
      title: spec.title,
      createdAt: new Date().toISOString(),
      readId: spec.readId ?? null,
    };
    const queued: Job = { ...common, state: 'queued' };
    await study.database.write((tx) => insertJob(tx, queued, spec.createdBy?.id ?? null, THIS_PROCESS));
    let resolve: (job: Job) => void = () => undefined;
    const ended = new Promise<Job>((done) => (resolve = done));
    runningHere.add(common.id);
    live.set(common.id, { job: queued, studyId: study.id, createdBy: spec.createdBy, ended });
    show(study, common.id, queued);
    void runner.start(common.id, `${study.id}/${spec.kind}`, work, {
      onStart: () =>
        show(study, common.id, {
          ...common,
          state: 'running',
          step: 'Starting',
          progress: null,
          secondsLeft: null,
        }),
      onProgress: (step, progress, secondsLeft) =>
        show(study, common.id, { ...common, state: 'running', step, progress, secondsLeft }),
      onEnd: (outcome) => {
        const job = conclude(common, outcome);
        void study.database
          .write((tx) => endJob(tx, job))
          .catch((error: unknown) => console.error(error))
          .then(() => {
            show(study, common.id, job);
            live.delete(common.id);
            runningHere.delete(common.id);
            resolve(job);
          });
      },
    });
    return queued;
  }

  return {
    start,
    settled: (id) =>
      live.get(id)?.ended ??
      Promise.reject(new Problem('job-not-found', 'This job has ended already.', { status: 404 })),
    async list(study, person) {
      const stored = await listJobs(study.database.read, person.role === 'coordinator' ? null : person.id);
      return stored.map((job) => live.get(job.id)?.job ?? job);
    },
    async cancel(study, jobId, person) {
      const found = await findJob(study.database.read, jobId);
      if (!found || (person.role !== 'coordinator' && found.createdBy !== person.id)) {
        throw new Problem('job-not-found', 'There is no such job in this study.', { status: 404 });
      }
      const entry = live.get(jobId);
      if (!entry || !runner.cancel(jobId)) return found.job;
      return entry.ended;
    },
    adopt: (study) => {
      // Of our own jobs we know best; a process on another machine counts as alive.
      const lives = (job: { id: string; process: string | null }) =>
        runningHere.has(job.id) ||
        (job.process !== null && job.process !== THIS_PROCESS && processIsAlive(job.process));
      return study.database.write((tx) => failOrphans(tx, new Date().toISOString(), lives));
    },
    async close() {
      await runner.close();
      await Promise.all([...live.values()].map((entry) => entry.ended));
    },
  };
}

function conclude(
  common: { id: string; kind: JobKind; title: string; createdAt: string; readId: string | null },
  outcome: Outcome,
): Job {
  const endedAt = new Date().toISOString();
  if (outcome.state === 'cancelled') return { ...common, state: 'cancelled', endedAt };
  if (outcome.state === 'done') {
    const { result, notes } = outcome.value as { result: unknown; notes?: string[] };
    return { ...common, state: 'done', endedAt, result, notes: notes ?? [] };
  }
  if (outcome.error instanceof Problem) {
    return { ...common, state: 'failed', endedAt, code: outcome.error.code, reason: outcome.error.message };
  }
  console.error(outcome.error);
  return {
    ...common,
    state: 'failed',
    endedAt,
    code: 'internal-fault',
    reason: 'Concord met a fault of its own in this job and kept nothing of it. Try again.',
  };
}
