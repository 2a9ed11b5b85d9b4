// Asks volume-worker; a Problem raised there arrives here as a Problem.
import { Problem } from '../contract/problem.ts';
import type { VolumeOutcome, VolumeTask, VolumeTasks } from './volume-worker.ts';

type Client<Tasks extends Record<string, (...parameters: never[]) => unknown>> = {
  [Name in keyof Tasks]: (
    ...parameters: Parameters<Tasks[Name]>
  ) => Promise<Awaited<ReturnType<Tasks[Name]>>>;
};
/** Every task of volume-worker as an async function. */
export type VolumeClient = Client<VolumeTasks>;

/** `run` hands a task to volume-worker, in whatever pool, and answers with what came out. */
export function createVolumeClient(run: (task: VolumeTask) => Promise<unknown>): VolumeClient {
  const ask =
    <Name extends keyof VolumeTasks>(name: Name) =>
    async (...parameters: Parameters<VolumeTasks[Name]>): Promise<Awaited<ReturnType<VolumeTasks[Name]>>> => {
      const outcome = (await run({ name, parameters } as VolumeTask)) as VolumeOutcome;
      if ('problem' in outcome) throw Problem.from(outcome.problem);
      return outcome.value as Awaited<ReturnType<VolumeTasks[Name]>>;
    };
  return {
    candidates: ask('candidates'),
    hash: ask('hash'),
    take: ask('take'),
    rebuild: ask('rebuild'),
    blind: ask('blind'),
  };
}
