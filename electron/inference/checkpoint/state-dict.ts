// A network's weights by name, each to be used exactly once, with a full account of what does not fit.
import { basename } from 'node:path';
import { Problem } from '../../contract/problem.ts';
import { elementsOf, readTensor, sameTensor } from './tensor.ts';
import { TorchTensor } from './pickle-values.ts';
import type { TorchFile } from './torch-file.ts';

export interface Weight {
  key: string;
  shape: number[];
  /** Row-major; read from the file at every call. */
  read(): Float32Array;
}

const sides = (shape: readonly number[]) => (shape.length === 0 ? 'one number' : shape.join('×'));
const few = (items: string[]) =>
  items.length <= 4 ? items.join(', ') : `${items.slice(0, 4).join(', ')} and ${items.length - 4} more`;

export class StateDict {
  private readonly file: TorchFile;
  private readonly tensors = new Map<string, TorchTensor>();
  private readonly used = new Set<string>();
  private readonly missing: string[] = [];
  private readonly misshapen: string[] = [];

  /** `state` = the checkpoint's dictionary of tensors. Wrappers' prefixes (`module.`, `_orig_mod.`) are taken off. */
  constructor(file: TorchFile, state: unknown) {
    this.file = file;
    if (!(state instanceof Map) || state.size === 0) throw this.differs('it holds no weights');
    for (const [key, value] of state as Map<unknown, unknown>) {
      if (!(value instanceof TorchTensor)) throw this.differs(`${String(key)} in it is not a tensor`);
      this.tensors.set(String(key).replace(/^((module|_orig_mod)\.)+/, ''), value);
    }
  }

  get keys(): string[] {
    return [...this.tensors.keys()];
  }

  has(key: string): boolean {
    return this.tensors.has(key);
  }

  /** The shape of a weight, without using it; null where there is none. */
  shapeOf(key: string): number[] | null {
    return this.tensors.get(key)?.shape ?? null;
  }

  /** How many numbers training found: the same weights under another name, and fixed encodings, do not count. */
  get parameters(): number {
    const seen = new Map<string, number>();
    for (const [key, { storage, offset, shape }] of this.tensors)
      if (!key.endsWith('pos_encode.pe')) seen.set(`${storage.key}:${offset}`, elementsOf(shape));
    return [...seen.values()].reduce((sum, n) => sum + n, 0);
  }

  /** Uses a weight. What is missing or of another shape is gathered, and told by `finish`. */
  take(key: string, shape: number[]): Weight {
    const tensor = this.tensors.get(key);
    if (!tensor) this.missing.push(`${key} (${sides(shape)})`);
    else if (String(tensor.shape) !== String(shape))
      this.misshapen.push(`${key} is ${sides(tensor.shape)} and should be ${sides(shape)}`);
    if (this.used.has(key)) throw new Error(`weight ${key} is used twice`);
    this.used.add(key);
    return { key, shape, read: () => readTensor(this.file, tensor!) };
  }

  /** Drops every second name of the same weight: `canonical` gives the first name, or null where a key has none. */
  dropAliases(canonical: (key: string) => string | null): void {
    for (const [key, tensor] of this.tensors) {
      const name = canonical(key);
      const first = name === null ? undefined : this.tensors.get(name);
      if (!first || name === key) continue;
      if (!sameTensor(first, tensor) && !sameNumbers(this.file, first, tensor))
        throw this.differs(`${key} and ${name} should be the same weights, and are not`);
      this.tensors.delete(key);
    }
  }

  /** Throws Problem `checkpoint-differs`, naming missing, misshapen and unknown weights, unless all were used. */
  finish(network: string): void {
    const unknown = this.keys.filter((key) => !this.used.has(key));
    const faults = [
      this.missing.length ? `missing: ${few(this.missing)}` : '',
      this.misshapen.length ? few(this.misshapen) : '',
      unknown.length ? `unknown: ${few(unknown)}` : '',
    ].filter(Boolean);
    if (faults.length > 0)
      throw this.differs(`for ${network} as its plans describe it, ${faults.join('; ')}`);
  }

  differs(what: string): Problem {
    return new Problem(
      'checkpoint-differs',
      `The weights in ${basename(this.file.path)} do not fit: ${what}. Nothing was imported.`,
      { status: 422 },
    );
  }
}

function sameNumbers(file: TorchFile, a: TorchTensor, b: TorchTensor): boolean {
  if (String(a.shape) !== String(b.shape)) return false;
  const [left, right] = [readTensor(file, a), readTensor(file, b)];
  return left.every((value, n) => Object.is(value, right[n]));
}
