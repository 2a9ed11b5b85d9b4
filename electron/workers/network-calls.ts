// The calls between the thread that prepares and sums tiles and the one that runs networks, which cannot be held up.
import type { MessagePort } from 'node:worker_threads';
import type { ProviderName } from '../contract/models.ts';
import { Problem, type ProblemDetails } from '../contract/problem.ts';
import type { LoadedModel, OpenedModel } from '../inference/index.ts';
import type { Models } from '../inference/segment.ts';

type Call =
  | { kind: 'load'; folder: string }
  | { kind: 'open'; model: LoadedModel; preference: ProviderName }
  | { kind: 'run'; n: number; values: Float32Array; shape: [number, number, number] }
  | { kind: 'close' };

/** What is known of the model's providers, told with every answer. */
type State = Pick<OpenedModel, 'count' | 'batch' | 'provider' | 'tried' | 'notes'>;

interface Answer {
  id: number;
  state: State;
  loaded?: LoadedModel;
  result?: { scores: Float32Array; channels: number };
  problem?: ProblemDetails;
  /** What was no Problem. */
  message?: string;
}

/** Models of the thread at the other end of `port`. Errors come through with their words. */
export function modelsThrough(port: MessagePort): Models {
  const waiting = new Map<number, { resolve: (answer: Answer) => void; reject: (error: Error) => void }>();
  let last = 0;
  port.on('message', (answer: Answer) => {
    const { resolve, reject } = waiting.get(answer.id)!;
    waiting.delete(answer.id);
    if (answer.problem) reject(Problem.from(answer.problem));
    else if (answer.message !== undefined) reject(new Error(answer.message));
    else resolve(answer);
    // Only an open question keeps this thread alive.
    if (waiting.size === 0) port.unref();
  });
  port.unref();
  const ask = (call: Call, handOver: ArrayBuffer[] = []) =>
    new Promise<Answer>((resolve, reject) => {
      const id = ++last;
      waiting.set(id, { resolve, reject });
      port.ref();
      port.postMessage({ id, call }, handOver);
    });

  const open = async (model: LoadedModel, preference: ProviderName): Promise<OpenedModel> => {
    let { state } = await ask({ kind: 'open', model, preference });
    let closing: Promise<void> | null = null;
    return {
      network: (n) =>
        Promise.resolve(async (values, shape) => {
          const answer = await ask({ kind: 'run', n, values, shape }, handedOver(values));
          state = answer.state;
          return answer.result!;
        }),
      get count() {
        return state.count;
      },
      get batch() {
        return state.batch;
      },
      get provider() {
        return state.provider;
      },
      get tried() {
        return state.tried;
      },
      get notes() {
        return state.notes;
      },
      close: () => {
        closing ??= ask({ kind: 'close' }).then(() => undefined);
        return closing;
      },
    };
  };
  return { load: async (folder) => (await ask({ kind: 'load', folder })).loaded!, open };
}

/** What moves to the other thread instead of being copied: the buffer, where the values are all of it. */
function handedOver(values: Float32Array): ArrayBuffer[] {
  return values.byteLength === values.buffer.byteLength ? [values.buffer as ArrayBuffer] : [];
}

/** Answers the calls of `modelsThrough` one after the other. */
export function serveModels(port: MessagePort, models: Models): void {
  const none: State = { count: 0, batch: 1, provider: '', tried: [], notes: [] };
  let model: OpenedModel | null = null;
  const perform = async (call: Call): Promise<Pick<Answer, 'loaded' | 'result'>> => {
    if (call.kind === 'load') return { loaded: await models.load(call.folder) };
    if (call.kind === 'run') return { result: await (await model!.network(call.n))(call.values, call.shape) };
    if (call.kind === 'open') model = await models.open(call.model, call.preference);
    else await model?.close();
    return {};
  };
  const stateNow = (): State => {
    if (!model) return none;
    const { count, batch, provider, tried, notes } = model;
    return { count, batch, provider, tried, notes };
  };
  let queue: Promise<void> = Promise.resolve();
  port.on('message', ({ id, call }: { id: number; call: Call }) => {
    queue = queue.then(async () => {
      try {
        const done = await perform(call);
        const answer: Answer = { id, state: stateNow(), ...done };
        port.postMessage(answer, done.result ? handedOver(done.result.scores) : []);
      } catch (error) {
        const told =
          error instanceof Problem
            ? { problem: error.toDetails() }
            : { message: error instanceof Error ? error.message : String(error) };
        port.postMessage({ id, state: stateNow(), ...told } satisfies Answer);
      }
    });
  });
}
