// Bytes of a file, plain or gzipped, streamed into memory that is allocated once.
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { constants, createUnzip, gunzipSync } from 'node:zlib';
import { damagedCompression, fileProblem, refuse, truncated } from './refusals.ts';

/** Fraction done, 0…1. */
export type OnProgress = (fraction: number) => void;

const CHUNK = 1 << 20;
/** Packed bytes looked at for a header: enough for any, and 8 MB unpacked at the very most. */
const PACKED_START = 1 << 13;
/** Deflate cannot pack more than 1032 bytes into one; a header that promises more is not telling the truth. */
const LARGEST_DEFLATE_RATIO = 1032;

export interface FileStart {
  byteLength: number;
  gzipped: boolean;
  /** The first bytes of the content, unpacked when gzipped. */
  bytes: Buffer;
}

export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length > 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Size and first bytes (at most `wanted`, fewer in a shorter file) of a file. Throws Problem `file-not-found`,
 * `file-not-readable`, `file-empty`, `file-is-a-folder`, `file-damaged` or `file-truncated`.
 */
export async function readStart(path: string, wanted = 4096): Promise<FileStart> {
  try {
    const facts = await stat(path);
    if (facts.isDirectory()) throw refuse('file-is-a-folder', path, 'is a folder where a file is expected.');
    if (facts.size === 0) throw refuse('file-empty', path, 'is empty. Copy or export the file again.');
    const handle = await open(path);
    try {
      const raw = Buffer.alloc(Math.min(facts.size, Math.max(wanted, 1 << 16)));
      const { bytesRead } = await handle.read(raw, 0, raw.length, 0);
      const bytes = raw.subarray(0, bytesRead);
      if (!isGzip(bytes)) return { byteLength: facts.size, gzipped: false, bytes };
      const packed = bytes.subarray(0, PACKED_START);
      return { byteLength: facts.size, gzipped: true, bytes: unpackStart(packed, path) };
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fileProblem(path, error);
  }
}

function unpackStart(bytes: Buffer, path: string): Buffer {
  try {
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch (error) {
    throw damagedCompression(path, error);
  }
}

/**
 * Refuses a header that promises more bytes of voxels than `available` bytes of file can hold, before any memory is
 * asked for. Throws Problem `file-truncated`.
 */
export function checkPromise(path: string, promised: number, available: number, packed: boolean): void {
  if (!packed && promised > available) throw truncated(path, promised, Math.max(0, available));
  if (packed && promised > Math.max(0, available) * LARGEST_DEFLATE_RATIO) {
    throw refuse(
      'file-truncated',
      path,
      `is cut short, or its header is wrong: it promises ${promised.toLocaleString('en-US')} bytes of voxels, more ` +
        'than its compressed data can hold. Copy or export the file again.',
    );
  }
}

export interface ByteSource {
  path: string;
  /** Whether the content is packed, as gzip or as a bare zlib stream. */
  packed: boolean;
  /** Bytes of the file before the (compressed) content starts. */
  fileOffset?: number;
  /** Content bytes, unpacked, to skip. */
  skip?: number;
  onProgress?: OnProgress;
}

/**
 * Fills `target` with the content after `fileOffset` and `skip`. Returns how many bytes were filled and how many
 * followed them; a packed stream is read to its end, so that its checksum is tested.
 */
export async function fillFromFile(
  target: Uint8Array,
  source: ByteSource,
): Promise<{ filled: number; surplus: number }> {
  if (!source.packed) return fillPlain(target, source);
  const { size } = await stat(source.path).catch((error) => {
    throw fileProblem(source.path, error);
  });
  const start = source.fileOffset ?? 0;
  const file = createReadStream(source.path, { highWaterMark: CHUNK, start });
  const unpacked = createUnzip({ chunkSize: CHUNK });
  let consumed = 0;
  file.on('data', (chunk) => {
    consumed += chunk.length;
    source.onProgress?.(Math.min(1, consumed / Math.max(1, size - start)));
  });
  file.on('error', (error) => unpacked.destroy(error));
  file.pipe(unpacked);
  let skip = source.skip ?? 0;
  let filled = 0;
  let surplus = 0;
  try {
    for await (const chunk of unpacked as AsyncIterable<Buffer>) {
      const useful = skip >= chunk.length ? chunk.subarray(chunk.length) : chunk.subarray(skip);
      skip = Math.max(0, skip - chunk.length);
      const taken = Math.min(useful.length, target.length - filled);
      target.set(taken === useful.length ? useful : useful.subarray(0, taken), filled);
      filled += taken;
      surplus += useful.length - taken;
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    throw code.startsWith('Z_') ? damagedCompression(source.path, error) : fileProblem(source.path, error);
  } finally {
    file.destroy();
  }
  return { filled, surplus };
}

async function fillPlain(
  target: Uint8Array,
  source: ByteSource,
): Promise<{ filled: number; surplus: number }> {
  const offset = (source.fileOffset ?? 0) + (source.skip ?? 0);
  try {
    const handle = await open(source.path);
    try {
      const { size } = await handle.stat();
      let filled = 0;
      while (filled < target.length) {
        const length = Math.min(16 * CHUNK, target.length - filled);
        const { bytesRead } = await handle.read(target, filled, length, offset + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
        source.onProgress?.(filled / target.length);
      }
      return { filled, surplus: Math.max(0, size - offset - filled) };
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fileProblem(source.path, error);
  }
}
