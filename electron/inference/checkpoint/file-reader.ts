// Bytes of a file by position, read when asked for: big checkpoints are never held whole.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { Problem } from '../../contract/problem.ts';

/** What a checkpoint that ends early, or is not what it claims to be, is refused with. */
export function damaged(file: string, what: string, cause?: unknown): Problem {
  return new Problem(
    'checkpoint-damaged',
    `${basename(file)} cannot be read: ${what}. Nothing was imported; get the file again.`,
    { status: 422, cause },
  );
}

/** Random access to a file or to a part of one; positions count from its own start. */
export interface ByteSource {
  readonly path: string;
  readonly size: number;
  /** Fills `target` from `position`. Throws Problem `checkpoint-damaged` where the bytes end first. */
  read(position: number, target: Uint8Array): void;
}

export class FileSource implements ByteSource {
  readonly path: string;
  readonly size: number;
  private readonly descriptor: number;

  /** Throws Problem `checkpoint-not-found` when the file is not there or may not be read. */
  constructor(path: string) {
    this.path = path;
    try {
      this.descriptor = openSync(path, 'r');
      this.size = fstatSync(this.descriptor).size;
    } catch (cause) {
      throw new Problem('checkpoint-not-found', `${path} is not there or may not be read.`, {
        status: 404,
        cause,
      });
    }
  }

  read(position: number, target: Uint8Array): void {
    if (position < 0 || position + target.length > this.size) throw damaged(this.path, 'it ends too early');
    // One call reads at most 2 GiB on Linux, and less elsewhere.
    for (let at = 0; at < target.length;) {
      const wanted = Math.min(target.length - at, 1 << 28);
      const got = readSync(this.descriptor, target, at, wanted, position + at);
      if (got === 0) throw damaged(this.path, 'it ends too early');
      at += got;
    }
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

/** A part of a source, such as one entry of a zip. */
export function partOf(source: ByteSource, start: number, size: number): ByteSource {
  return {
    path: source.path,
    size,
    read(position, target) {
      if (position < 0 || position + target.length > size) throw damaged(source.path, 'it ends too early');
      source.read(start + position, target);
    },
  };
}

/** Bytes in memory as a source; `path` names them in messages. */
export function memorySource(path: string, bytes: Uint8Array): ByteSource {
  return {
    path,
    size: bytes.length,
    read(position, target) {
      if (position < 0 || position + target.length > bytes.length) throw damaged(path, 'it ends too early');
      target.set(bytes.subarray(position, position + target.length));
    },
  };
}

const WINDOW = 1 << 16;

/** Reads a source from front to back through a window of 64 kB. */
export class SequentialReader {
  position: number;
  readonly source: ByteSource;
  private window = new Uint8Array(0);
  private windowStart = 0;

  constructor(source: ByteSource, position = 0) {
    this.source = source;
    this.position = position;
  }

  byte(): number {
    const at = this.position - this.windowStart;
    if (at >= 0 && at < this.window.length) {
      this.position += 1;
      return this.window[at];
    }
    return this.bytes(1)[0];
  }

  /** A copy of the next `count` bytes; refused before anything is allocated where the source has fewer. */
  bytes(count: number): Uint8Array {
    if (!Number.isSafeInteger(count) || count < 0 || this.position + count > this.source.size)
      throw damaged(this.source.path, 'it ends too early');
    const out = new Uint8Array(count);
    if (count > WINDOW) this.source.read(this.position, out);
    else {
      if (this.position < this.windowStart || this.position + count > this.windowStart + this.window.length) {
        this.window = new Uint8Array(Math.min(WINDOW, this.source.size - this.position));
        this.windowStart = this.position;
        this.source.read(this.windowStart, this.window);
      }
      const at = this.position - this.windowStart;
      out.set(this.window.subarray(at, at + count));
    }
    this.position += count;
    return out;
  }

  /** Up to and without the next line feed. */
  line(): string {
    const codes: number[] = [];
    for (let code = this.byte(); code !== 10; code = this.byte()) {
      if (codes.length > 4096) throw damaged(this.source.path, 'a line in it never ends');
      codes.push(code);
    }
    return new TextDecoder().decode(Uint8Array.from(codes));
  }

  view(count: number): DataView {
    return new DataView(this.bytes(count).buffer);
  }

  /** Unsigned 64 bits, little-endian, as a number. */
  size64(): number {
    const value = this.view(8).getBigUint64(0, true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw damaged(this.source.path, 'a length in it is absurd');
    return Number(value);
  }
}
