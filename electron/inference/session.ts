// Opening a network on the best execution provider that truly runs here, and saying why the others do not.
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Triple } from '../contract/geometry.ts';
import type { ProviderName } from '../contract/models.ts';
import { Problem } from '../contract/problem.ts';
import type { LoadedModel } from './load-model.ts';
import type { Manifest } from './manifest.ts';
import type { Network } from './run.ts';

export interface ProviderTried {
  provider: string;
  /** One plain sentence. */
  reason: string;
}

export interface OpenedSession {
  network: Network;
  provider: string;
  /** Providers that were tried first and cannot run this model here. */
  tried: ProviderTried[];
  close(): Promise<void>;
}

/** Providers worth a try on a machine, best first; the processor always ends the list. */
export function providersFor(
  preference: ProviderName,
  platform: NodeJS.Platform = process.platform,
  architecture: string = process.arch,
): string[] {
  if (preference !== 'auto') return [preference];
  const list: string[] = [];
  if (architecture === 'x64' && (platform === 'linux' || platform === 'win32')) list.push('cuda');
  if (platform === 'darwin') list.push('coreml');
  list.push('webgpu');
  if (platform === 'win32') list.push('dml');
  return [...list, 'cpu'];
}

/**
 * Opens the model, checks inputs and outputs against the manifest, and runs once on zeros where the provider is not
 * the processor, because a provider may take a network and fail only when it runs. Throws Problem `model-not-onnx`,
 * `model-io-differs`, or `provider-not-available` when the one provider asked for does not run.
 */
export async function openSession(model: LoadedModel, preference: ProviderName): Promise<OpenedSession> {
  const tried: ProviderTried[] = [];
  for (const provider of providersFor(preference)) {
    let session: InferenceSession;
    try {
      session = await InferenceSession.create(model.modelPath, {
        executionProviders: [provider],
        logSeverityLevel: 4,
      });
    } catch (cause) {
      if (provider === 'cpu') throw notOnnx(model, cause);
      tried.push({ provider, reason: plainReason(provider, cause) });
      continue;
    }
    checkInputsAndOutputs(session, model);
    const network = networkOf(session, model);
    if (provider !== 'cpu') {
      try {
        await network(
          new Float32Array(model.manifest.channels.length * size(trialShape(model))),
          trialShape(model),
        );
      } catch (cause) {
        tried.push({ provider, reason: plainReason(provider, cause) });
        await session.release();
        continue;
      }
    }
    return { network, provider, tried, close: () => session.release() };
  }
  const [{ reason }] = tried;
  throw new Problem(
    'provider-not-available',
    `${reason} Nothing was run; choose another provider, or auto.`,
    { status: 422 },
  );
}

const size = (shape: Triple) => shape[0] * shape[1] * shape[2];

/** The tile itself, or a small block where the network takes any size. */
function trialShape({ manifest }: LoadedModel): Triple {
  if (manifest.patch) return manifest.patch;
  return (manifest.multipleOf ?? [1, 1, 1]).map((n) => Math.ceil(32 / n) * n) as Triple;
}

function networkOf(session: InferenceSession, { manifest }: LoadedModel): Network {
  const { input, output, channels } = manifest;
  return async (values, shape) => {
    const dims = [1, channels.length, ...shape];
    const feeds = { [input.name]: new Tensor('float32', values, dims) };
    const results = await session.run(feeds, [output.name]);
    const result = results[output.name];
    const fits =
      result.type === 'float32' &&
      result.dims.length === 5 &&
      shape.every((n, d) => result.dims[2 + d] === n);
    if (!fits) {
      throw ioDiffers(
        `for an input of ${dims.join('×')} it gave ${result.type} ${result.dims.join('×')}, not one score a voxel`,
      );
    }
    const scores = result.data as Float32Array;
    checkChannels(result.dims[1], manifest);
    return { scores, channels: result.dims[1] };
  };
}

function ioDiffers(what: string): Problem {
  return new Problem(
    'model-io-differs',
    `The network does not fit its manifest: ${what}. Correct manifest.json; nothing was written.`,
    { status: 422 },
  );
}

function checkInputsAndOutputs(session: InferenceSession, { manifest }: LoadedModel): void {
  const { input, output, channels, patch } = manifest;
  const names = (list: readonly string[]) => list.map((name) => `“${name}”`).join(', ') || 'none';
  const inputMeta = session.inputMetadata.find((meta) => meta.name === input.name);
  const outputMeta = session.outputMetadata.find((meta) => meta.name === output.name);
  if (!inputMeta)
    throw ioDiffers(`the manifest’s input is “${input.name}”, the network has ${names(session.inputNames)}`);
  if (!outputMeta)
    throw ioDiffers(
      `the manifest’s output is “${output.name}”, the network has ${names(session.outputNames)}`,
    );
  if (session.inputNames.length > 1)
    throw ioDiffers(
      `it wants ${session.inputNames.length} inputs (${names(session.inputNames)}), and one is known`,
    );
  if (!inputMeta.isTensor || inputMeta.type !== 'float32')
    throw ioDiffers(`its input is not a tensor of 32-bit floats`);
  if (!outputMeta.isTensor || outputMeta.type !== 'float32')
    throw ioDiffers(`its output is not a tensor of 32-bit floats`);
  const shape = inputMeta.shape;
  if (shape.length !== 5) throw ioDiffers(`its input has ${shape.length} dimensions and NCDHW has 5`);
  if (typeof shape[1] === 'number' && shape[1] > 0 && shape[1] !== channels.length)
    throw ioDiffers(`it takes ${shape[1]} channels and the manifest describes ${channels.length}`);
  shape.slice(2).forEach((n, d) => {
    if (typeof n !== 'number' || n <= 0 || patch?.[d] === n) return;
    const given = patch ? `patch is ${patch.join('×')}` : 'patch is null';
    throw ioDiffers(`it takes ${shape.slice(2).join('×')} voxels only and the manifest’s ${given}`);
  });
  const stated = outputMeta.shape[1];
  if (typeof stated === 'number' && stated > 0) checkChannels(stated, manifest);
}

function checkChannels(given: number, { labels }: Manifest): void {
  const highest = Math.max(...labels.map((entry) => entry.channel));
  if (highest < given) return;
  throw ioDiffers(`it gives ${given} channels and the manifest’s labels need channel ${highest}`);
}

function notOnnx(model: LoadedModel, cause: unknown): Problem {
  return new Problem(
    'model-not-onnx',
    `${model.modelPath} cannot be opened as an ONNX network (${firstLine(cause)}). Nothing was written; get the model again.`,
    { status: 422, cause },
  );
}

const NAMES: Record<string, string> = {
  cuda: 'CUDA',
  webgpu: 'WebGPU',
  dml: 'DirectML',
  coreml: 'Core ML',
  cpu: 'The processor',
};

function plainReason(provider: string, cause: unknown): string {
  const name = NAMES[provider] ?? provider;
  const text = cause instanceof Error ? cause.message : String(cause);
  if (/backend not found|not available|not supported on this platform/i.test(text)) {
    return `${name} is not part of this build.`;
  }
  if (/adapter/i.test(text)) return `${name} found no graphics card that it can use.`;
  if (/libcu|cudnn|cublas|libonnxruntime_providers|shared library|cannot open/i.test(text))
    return `${name} cannot start: its libraries are not installed.`;
  return `${name} cannot run this model here (${firstLine(cause)}).`;
}

/** ONNX Runtime's first line, short enough for a sentence. */
function firstLine(cause: unknown): string {
  const text = (cause instanceof Error ? cause.message : String(cause)).split('\n')[0].trim();
  return (text.length > 160 ? `${text.slice(0, 157)}…` : text).replace(/[.\s]+$/, '');
}
