// Opening a network on the best execution provider that truly runs here.
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Triple } from '../contract/geometry.ts';
import type { ProviderName } from '../contract/models.ts';
import { Problem } from '../contract/problem.ts';
import { openOnFirst, type OpenedSession } from './fallback.ts';
import type { LoadedModel } from './load-model.ts';
import { firstLine, providersFor } from './providers.ts';
import type { Network } from './run.ts';
import { checkChannels, checkInputsAndOutputs, ioDiffers } from './session-checks.ts';

/**
 * Opens the model's first network, or the one at `path`, checks inputs and outputs against the manifest, and runs once
 * on zeros where the provider is not the processor, because a provider may take a network and fail only when it runs.
 * A provider that fails later is followed by the next. Throws Problem `model-not-onnx`, `model-io-differs`, or
 * `provider-not-available` when the one provider asked for does not run.
 */
export async function openSession(
  model: LoadedModel,
  preference: ProviderName,
  {
    path = model.modelPath,
    providers = providersFor(preference),
  }: { path?: string; providers?: string[] } = {},
): Promise<OpenedSession> {
  return openOnFirst(providers, async (provider) => {
    for (let most = Infinity; ;) {
      const session = await create(path, provider);
      const batch = Math.min(most, batchOn(provider, session, model));
      try {
        checkInputsAndOutputs(session, model.manifest);
        const network = networkOf(session, model);
        if (provider !== 'cpu') await tryOut(network, model, batch);
        return { network, batch, close: () => session.release() };
      } catch (cause) {
        await session.release().catch(() => undefined);
        if (cause instanceof Problem || batch === 1) throw cause;
        // Fewer tiles at once need less of a graphics card's memory; a new session, because a lost device stays lost.
        most = Math.floor(batch / 2);
      }
    }
  });
}

/**
 * About so many voxels go into one run: enough for a graphics card to be busy, and few enough for its memory. The
 * processor gains up to a fifth with small tiles once it is warm, nothing with large ones.
 */
const VOXELS_AT_ONCE = { processor: 2 ** 17, card: 2 ** 21 };
const TILES_AT_ONCE = 8;

/** How many tiles of the model one run takes; one, where its file or its manifest does not leave that free. */
function batchOn(provider: string, session: InferenceSession, { manifest }: LoadedModel): number {
  const input = session.inputMetadata.find(({ name }) => name === manifest.input.name);
  const free = input?.isTensor && typeof input.shape[0] !== 'number';
  if (!free || !manifest.patch) return 1;
  const [d, h, w] = manifest.patch;
  const most = provider === 'cpu' ? VOXELS_AT_ONCE.processor : VOXELS_AT_ONCE.card;
  return Math.max(1, Math.min(TILES_AT_ONCE, Math.floor(most / (d * h * w))));
}

async function create(path: string, provider: string): Promise<InferenceSession> {
  try {
    // Without memory patterns: with them a second tile takes its layers' memory over again, in one piece.
    // Severity 4 is fatal only: ONNX Runtime talks past us on standard error otherwise.
    const options = { executionProviders: [provider], logSeverityLevel: 4, enableMemPattern: false } as const;
    return await InferenceSession.create(path, options);
  } catch (cause) {
    // The processor takes every sound network, so what it refuses is none.
    throw provider === 'cpu' ? notOnnx(path, cause) : cause;
  }
}

/** One run of `batch` tiles of zeros. Throws when it fails or gives what is no number. */
async function tryOut(network: Network, model: LoadedModel, batch: number): Promise<void> {
  const shape = trialShape(model);
  const zeros = new Float32Array(batch * model.manifest.channels.length * shape[0] * shape[1] * shape[2]);
  const { scores } = await network(zeros, shape);
  if (!scores.every((score) => Number.isFinite(score))) throw new Error('its trial gave no numbers');
}

/** The tile itself, or a small block where the network takes any size. */
function trialShape({ manifest }: LoadedModel): Triple {
  if (manifest.patch) return manifest.patch;
  return (manifest.multipleOf ?? [1, 1, 1]).map((n) => Math.ceil(32 / n) * n) as Triple;
}

function networkOf(session: InferenceSession, { manifest }: LoadedModel): Network {
  const { input, output, channels } = manifest;
  return async (values, shape) => {
    const batch = values.length / (channels.length * shape[0] * shape[1] * shape[2]);
    const dims = [batch, channels.length, ...shape];
    const feeds = { [input.name]: new Tensor('float32', values, dims) };
    const results = await session.run(feeds, [output.name]);
    const result = results[output.name];
    const fits =
      result.type === 'float32' &&
      result.dims.length === 5 &&
      result.dims[0] === batch &&
      shape.every((n, d) => result.dims[2 + d] === n);
    if (!fits) {
      throw ioDiffers(
        `for an input of ${dims.join('×')} it gave ${result.type} ${result.dims.join('×')}, not one score a voxel`,
      );
    }
    checkChannels(result.dims[1], manifest);
    return { scores: result.data as Float32Array, channels: result.dims[1] };
  };
}

function notOnnx(path: string, cause: unknown): Problem {
  return new Problem(
    'model-not-onnx',
    `${path} cannot be opened as an ONNX network (${firstLine(cause)}). Nothing was written; get the model again.`,
    { status: 422, cause },
  );
}
