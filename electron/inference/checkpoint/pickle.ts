// A reader of Python pickles that runs nothing: names off the allow-list are refused before anything else happens.
import { basename } from 'node:path';
import { Problem } from '../../contract/problem.ts';
import { damaged, memorySource, SequentialReader, type ByteSource } from './file-reader.ts';
import { fillArray } from './numpy-values.ts';
import { allowedGlobal } from './pickle-globals.ts';
import { Global, NumpyArray, NumpyType, OpaqueRecord, TorchTensor } from './pickle-values.ts';

/** What a persistent id stands for; torch names its storages so. */
export type PersistentLoad = (id: unknown) => unknown;

const MARK = Symbol('mark');
const MAX_ITEMS = 20_000_000;

/**
 * Reads the pickle (protocols 0–5) at the reader's position and leaves the reader behind it. Dictionaries become
 * Map, lists and tuples arrays, sets Set, bytes Uint8Array, whole numbers number or bigint. Throws Problem
 * `checkpoint-unsafe`, naming what was refused, or `checkpoint-damaged`.
 */
export function readPickle(reader: SequentialReader, persistentLoad?: PersistentLoad): unknown {
  return new Machine(reader, persistentLoad).run();
}

/** A whole file that is one pickle, up to 256 MB. */
export function readPickleFile(source: ByteSource): unknown {
  if (source.size > 1 << 28) throw damaged(source.path, 'it is far too large for what it should hold');
  const bytes = new Uint8Array(source.size);
  source.read(0, bytes);
  return readPickle(new SequentialReader(memorySource(source.path, bytes)));
}

class Machine {
  private readonly reader: SequentialReader;
  private readonly persistentLoad?: PersistentLoad;
  private stack: unknown[] = [];
  private readonly memo = new Map<number, unknown>();
  private items = 0;

  constructor(reader: SequentialReader, persistentLoad?: PersistentLoad) {
    this.reader = reader;
    this.persistentLoad = persistentLoad;
  }

  run(): unknown {
    try {
      for (;;) {
        const code = this.reader.byte();
        if (code === 0x2e) return this.pop();
        if (++this.items > MAX_ITEMS) throw this.broken('it never ends');
        this.step(code);
      }
    } catch (error) {
      if (error instanceof RangeError) throw this.broken(error.message, error);
      throw error;
    }
  }

  private broken(what: string, cause?: unknown): Problem {
    return damaged(this.reader.source.path, `its pickle is broken (${what})`, cause);
  }

  private refused(name: string): Problem {
    return new Problem(
      'checkpoint-unsafe',
      `${basename(this.reader.source.path)} asks for ${name}, which no model needs and which could run a program. It was refused, nothing was run and nothing imported; ask where the file came from.`,
      { status: 422 },
    );
  }

  private pop(): unknown {
    const value = this.stack.pop();
    if (value === undefined || value === MARK) throw this.broken('a value is missing');
    return value;
  }

  private top(): unknown {
    const value = this.stack.at(-1);
    if (value === undefined || value === MARK) throw this.broken('a value is missing');
    return value;
  }

  private popToMark(): unknown[] {
    const at = this.stack.lastIndexOf(MARK);
    if (at < 0) throw this.broken('a mark is missing');
    const items = this.stack.splice(at);
    items.shift();
    return items;
  }

  private take(count: number): unknown[] {
    const items = Array.from({ length: count }, () => this.pop());
    return items.reverse();
  }

  private step(code: number): void {
    const simple = SIMPLE[code];
    if (simple) this.stack.push(simple(this.reader));
    else if (!this.build(code) && !this.remember(code)) this.objects(code);
  }

  /** Containers. */
  private build(code: number): boolean {
    const { stack } = this;
    switch (String.fromCharCode(code)) {
      case '(':
        stack.push(MARK);
        return true;
      case '0':
        if (stack.pop() === undefined) throw this.broken('a value is missing');
        return true;
      case '1':
        this.popToMark();
        return true;
      case '2':
        stack.push(this.top());
        return true;
      case 'a': {
        const value = this.pop();
        this.append([value]);
        return true;
      }
      case 'e':
        this.append(this.popToMark());
        return true;
      case 's':
        this.setItems(this.take(2));
        return true;
      case 'u':
        this.setItems(this.popToMark());
        return true;
      case '\x90': {
        const values = this.popToMark();
        const set = this.top();
        if (!(set instanceof Set)) throw this.broken('a set is not a set');
        for (const value of values) set.add(value);
        return true;
      }
      case '\x91':
        stack.push(new Set(this.popToMark()));
        return true;
      case 'l':
      case 't':
        stack.push(this.popToMark());
        return true;
      case 'd': {
        const items = this.popToMark();
        stack.push(new Map());
        this.setItems(items);
        return true;
      }
      case '\x85':
      case '\x86':
      case '\x87':
        stack.push(this.take(code - 0x84));
        return true;
      default:
        return false;
    }
  }

  private append(values: unknown[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw this.broken('a list is not a list');
    for (const value of values) list.push(value);
  }

  private setItems(items: unknown[]): void {
    const map = this.top();
    if (!(map instanceof Map) || items.length % 2 !== 0)
      throw this.broken('a dictionary is not a dictionary');
    for (let n = 0; n < items.length; n += 2) map.set(items[n], items[n + 1]);
  }

  /** The memo, and marks that carry no data. */
  private remember(code: number): boolean {
    const { reader, memo } = this;
    switch (String.fromCharCode(code)) {
      case '\x80': {
        const protocol = reader.byte();
        if (protocol > 5) throw this.broken(`protocol ${protocol} is not known`);
        return true;
      }
      case '\x95':
        reader.bytes(8);
        return true;
      case 'q':
        memo.set(reader.byte(), this.top());
        return true;
      case 'r':
        memo.set(reader.view(4).getUint32(0, true), this.top());
        return true;
      case 'p':
        memo.set(Number(reader.line()), this.top());
        return true;
      case '\x94':
        memo.set(memo.size, this.top());
        return true;
      case 'h':
        this.recall(reader.byte());
        return true;
      case 'j':
        this.recall(reader.view(4).getUint32(0, true));
        return true;
      case 'g':
        this.recall(Number(reader.line()));
        return true;
      default:
        return false;
    }
  }

  private recall(index: number): void {
    const value = this.memo.get(index);
    if (value === undefined) throw this.broken('it refers to a value that is not there');
    this.stack.push(value);
  }

  /** Names, calls and states: everything that could do harm were it not for the allow-list. */
  private objects(code: number): void {
    const { reader, stack } = this;
    switch (String.fromCharCode(code)) {
      case 'c':
        stack.push(this.global(reader.line(), reader.line()));
        return;
      case '\x93': {
        const [module, name] = this.take(2);
        stack.push(this.global(String(module), String(name)));
        return;
      }
      case 'i': {
        const made = this.global(reader.line(), reader.line());
        stack.push(this.call(made, this.popToMark()));
        return;
      }
      case 'o': {
        const [made, ...args] = this.popToMark();
        stack.push(this.call(made, args));
        return;
      }
      case 'R':
      case '\x81': {
        const [made, args] = this.take(2);
        stack.push(this.call(made, args));
        return;
      }
      case '\x92': {
        const [made, args] = this.take(3);
        stack.push(this.call(made, args));
        return;
      }
      case 'b': {
        const [object, state] = this.take(2);
        this.setState(object, state);
        stack.push(object);
        return;
      }
      case 'Q':
      case 'P': {
        const id = code === 0x51 ? this.pop() : reader.line();
        if (!this.persistentLoad) throw this.refused('an object outside the file');
        stack.push(this.persistentLoad(id));
        return;
      }
      case '\x82':
      case '\x83':
      case '\x84':
        throw this.refused('a class by a registered number');
      default:
        throw this.broken(`unknown instruction 0x${code.toString(16)}`);
    }
  }

  private global(module: string, name: string): Global {
    const found = allowedGlobal(module, name);
    if (!found) throw this.refused(`${module}.${name}`.replace(/[^\w.]/g, '?').slice(0, 120));
    return found;
  }

  private call(made: unknown, args: unknown): unknown {
    if (!(made instanceof Global) || !Array.isArray(args))
      throw this.broken('it calls something that is no class');
    if (!made.call) throw this.refused(`a call of ${made.name}`);
    return made.call(args);
  }

  private setState(object: unknown, state: unknown): void {
    if (object instanceof NumpyArray) fillArray(object, state);
    else if (object instanceof NumpyType) object.littleEndian = !(Array.isArray(state) && state[1] === '>');
    else if (object instanceof OpaqueRecord) object.state = state;
    // Dictionaries and tensors carry attributes (`_metadata`) that no network needs.
    else if (!(object instanceof Map) && !(object instanceof TorchTensor))
      throw this.broken('a state belongs to no object');
  }
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Little-endian two's complement of any length, as Python's LONG1 writes it. */
function longOf(bytes: Uint8Array): number | bigint {
  let value = 0n;
  for (let n = bytes.length - 1; n >= 0; n--) value = (value << 8n) | BigInt(bytes[n]);
  if (bytes.length > 0 && bytes[bytes.length - 1] & 0x80) value -= 1n << BigInt(8 * bytes.length);
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function shortLength(count: number): number {
  if (count > 4096) throw new RangeError('a number is absurdly long');
  return count;
}

function wholeOf(line: string): number | boolean {
  if (line === '00' || line === '01') return line === '01';
  const value = Number(line.replace(/L$/, ''));
  if (!Number.isSafeInteger(value)) throw new RangeError('a number is not whole');
  return value;
}

/** Instructions that only push a value. None is Python's None, kept as null. */
const SIMPLE: Record<number, (reader: SequentialReader) => unknown> = {
  0x4e: () => null,
  0x88: () => true,
  0x89: () => false,
  0x4a: (r) => r.view(4).getInt32(0, true),
  0x4b: (r) => r.byte(),
  0x4d: (r) => r.view(2).getUint16(0, true),
  0x49: (r) => wholeOf(r.line()),
  0x4c: (r) => wholeOf(r.line()),
  0x46: (r) => Number(r.line()),
  0x47: (r) => r.view(8).getFloat64(0, false),
  0x8a: (r) => longOf(r.bytes(r.byte())),
  0x8b: (r) => longOf(r.bytes(shortLength(r.view(4).getUint32(0, true)))),
  0x53: (r) => r.line().replace(/^(['"])(.*)\1$/s, '$2'),
  0x54: (r) => text(r.bytes(r.view(4).getUint32(0, true))),
  0x55: (r) => text(r.bytes(r.byte())),
  0x56: (r) => r.line(),
  0x58: (r) => text(r.bytes(r.view(4).getUint32(0, true))),
  0x8c: (r) => text(r.bytes(r.byte())),
  0x8d: (r) => text(r.bytes(r.size64())),
  0x42: (r) => r.bytes(r.view(4).getUint32(0, true)),
  0x43: (r) => r.bytes(r.byte()),
  0x8e: (r) => r.bytes(r.size64()),
  0x96: (r) => r.bytes(r.size64()),
  0x29: () => [],
  0x5d: () => [],
  0x7d: () => new Map(),
  0x8f: () => new Set(),
};
