// Asks mask-worker; a Problem raised there arrives here as a Problem.
import { Problem } from '../contract/problem.ts';
import type { MaskOutcome, MaskTask, MaskTasks } from './mask-worker.ts';

type Result<Name extends keyof MaskTasks> = Awaited<ReturnType<MaskTasks[Name]>>;

/** Every task of mask-worker as an async function. */
export type MaskClient = {
  [Name in keyof MaskTasks]: (
    ...parameters: Parameters<MaskTasks[Name]>
  ) => Promise<Awaited<ReturnType<MaskTasks[Name]>>>;
};

/** `run` hands a task to mask-worker, in whatever pool, and answers with what came out. */
export function createMaskClient(run: (task: MaskTask) => Promise<unknown>): MaskClient {
  const ask =
    <Name extends keyof MaskTasks>(name: Name) =>
    async (...parameters: Parameters<MaskTasks[Name]>): Promise<Result<Name>> => {
      const outcome = (await run({ name, parameters })) as MaskOutcome<Result<Name>>;
      if ('problem' in outcome) throw Problem.from(outcome.problem);
      return outcome.value;
    };
  return {
    compose: ask('compose'),
    compare: ask('compare'),
    pack: ask('pack'),
    unpack: ask('unpack'),
    exportFile: ask('exportFile'),
    readFile: ask('readFile'),
  };
}
