// The backend's services for a command that works on one study and ends.
import { join } from 'node:path';
import type { OpenStudy } from '../backend/context.ts';
import { createServices, type Services } from '../backend/services.ts';
import type { Job } from '../contract/jobs.ts';
import type { StudyEvent } from '../contract/jobs.ts';
import { Problem } from '../contract/problem.ts';
import { concordHome, concordRoot, concordVersion } from './paths.ts';

/** Who the audit trail names: whoever owns the folder and stands at this machine. */
export const COMMAND_LINE = { id: '', name: 'command line', role: 'coordinator', colour: '#c7ccd4' } as const;

export async function withServices<T>(work: (services: Services) => Promise<T>): Promise<T> {
  const root = concordRoot();
  const services = createServices({
    home: concordHome(),
    host: 'test',
    modelsFolder: join(root, 'models'),
    version: concordVersion(),
  });
  try {
    return await work(services);
  } finally {
    await services.close();
  }
}

export function withStudy<T>(
  folder: string,
  work: (study: OpenStudy, services: Services) => Promise<T>,
): Promise<T> {
  return withServices(async (services) => work(await services.studies.open(folder), services));
}

/** Waits for a job, telling its progress on standard error. Throws Problem when it failed or was cancelled. */
export async function finish(
  services: Services,
  study: OpenStudy,
  job: Job,
): Promise<Extract<Job, { state: 'done' }>> {
  const stop = study.events.subscribe(COMMAND_LINE, (event: StudyEvent) => {
    if (event.type === 'job' && event.job.id === job.id && event.job.state === 'running') {
      const { step, secondsLeft } = event.job;
      progressLine(`${step}${secondsLeft === null ? '' : `, about ${Math.ceil(secondsLeft)} s left`}`);
    }
  });
  const ended = await services.jobs.settled(job.id);
  stop();
  progressLine('');
  if (ended.state === 'done') return ended;
  if (ended.state === 'failed')
    throw new Problem(ended.code, ended.reason, { status: ended.code === 'internal-fault' ? 500 : 422 });
  const kept = job.kind === 'import' ? 'what was imported before that is in the study' : 'nothing was kept';
  throw new Problem('cancelled', `Cancelled; ${kept}.`, { status: 500 });
}

/** One line that is written over while there is somebody to see it. */
export function progressLine(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
  else if (text !== '') process.stderr.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
