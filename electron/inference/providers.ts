// Execution providers: which are worth a try on a machine, and in plain words why one does not run.
import type { ProviderName } from '../contract/models.ts';

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

const NAMES: Record<string, string> = {
  cuda: 'CUDA',
  webgpu: 'WebGPU',
  dml: 'DirectML',
  coreml: 'Core ML',
  cpu: 'The processor',
};

/** A provider's name as a sentence begins with it. */
export function providerInWords(provider: string): string {
  return NAMES[provider] ?? provider;
}

/** One plain sentence: why a provider that was tried does not run this model. */
export function plainReason(provider: string, cause: unknown): string {
  const name = providerInWords(provider);
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
export function firstLine(cause: unknown): string {
  const text = (cause instanceof Error ? cause.message : String(cause)).split('\n')[0].trim();
  return (text.length > 160 ? `${text.slice(0, 157)}…` : text).replace(/[.\s]+$/, '');
}
