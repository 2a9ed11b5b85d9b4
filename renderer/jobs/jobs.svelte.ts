// The jobs this person may see, newest first, kept up to date by the study's events.
import type { Job } from '../../electron/contract/jobs.ts';
import { cancelJob, jobs } from '../api/jobs.ts';

export type RunningJob = Extract<Job, { state: 'running' | 'queued' }>;

export function isActive(job: Job): job is RunningJob {
  return job.state === 'queued' || job.state === 'running';
}

class JobsTray {
  list = $state.raw<readonly Job[]>([]);
  open = $state(false);
  private waiting = new Map<string, ((job: Job) => void)[]>();
  private generation = 0;

  get active(): RunningJob[] {
    return this.list.filter(isActive);
  }

  async load(study: string): Promise<void> {
    const generation = ++this.generation;
    try {
      const loaded = await jobs(study);
      if (generation === this.generation) loaded.forEach((job) => this.take(job));
    } catch {
      // The tray fills from events; it is loaded again when the stream comes back.
    }
  }

  /** Takes news of a job: replaces what was known of it. A job that ended never runs again. */
  take(job: Job): void {
    const known = this.list.find((other) => other.id === job.id);
    if (known && !isActive(known) && isActive(job)) return;
    const rest = this.list.filter((other) => other.id !== job.id);
    this.list = [...rest, job].sort((a, b) => b.createdAt.localeCompare(a.createdAt));
    if (isActive(job)) return;
    this.waiting.get(job.id)?.forEach((resolve) => resolve(job));
    this.waiting.delete(job.id);
  }

  find(id: string | null): Job | null {
    return this.list.find((job) => job.id === id) ?? null;
  }

  /** Resolves with the job when it has ended: done, failed or cancelled. */
  ended(job: Job): Promise<Job> {
    this.take(job);
    const known = this.find(job.id)!;
    if (!isActive(known)) return Promise.resolve(known);
    return new Promise((resolve) => {
      this.waiting.set(job.id, [...(this.waiting.get(job.id) ?? []), resolve]);
    });
  }

  async cancel(study: string, id: string): Promise<void> {
    this.take(await cancelJob(study, id));
  }

  clear(): void {
    this.generation++;
    this.list = [];
    this.waiting.clear();
  }
}

export const jobsTray = new JobsTray();
