// A file of torch.save, zip or legacy stream: its objects now, the numbers of its tensors when asked for.
import { basename } from 'node:path';
import { Problem } from '../../contract/problem.ts';
import { damaged, FileSource, partOf, SequentialReader, type ByteSource } from './file-reader.ts';
import { readPickle } from './pickle.ts';
import { storageTypeOf } from './pickle-globals.ts';
import { ELEMENT_BYTES, Global, type TorchStorage } from './pickle-values.ts';
import { readZip } from './torch-zip.ts';

export interface TorchFile {
  readonly path: string;
  readonly root: unknown;
  /** The bytes of a storage, read lazily. Throws Problem `checkpoint-damaged` where they are not all there. */
  storage(storage: TorchStorage): ByteSource;
  close(): void;
}

/** torch.serialization.MAGIC_NUMBER of legacy streams. */
const LEGACY_MAGIC = 0x1950a86a20f9469cfc6cn;

/** Opens a checkpoint without running anything in it. Throws Problem `checkpoint-damaged` or `checkpoint-unsafe`. */
export function openTorchFile(path: string): TorchFile {
  const source = new FileSource(path);
  try {
    if (source.size < 4) throw damaged(path, 'it is empty');
    const head = new Uint8Array(4);
    source.read(0, head);
    if (head[0] === 0x50 && head[1] === 0x4b) return openZip(source);
    if (head[0] === 0x80) return openLegacy(source);
    throw damaged(path, 'it is neither a zip nor a stream of torch.save');
  } catch (error) {
    source.close();
    throw error;
  }
}

function openZip(source: FileSource): TorchFile {
  const entries = readZip(source);
  const data = [...entries.keys()].find((name) => name === 'data.pkl' || name.endsWith('/data.pkl'));
  if (data === undefined) {
    const inside = [...entries.keys()].find((name) => !name.endsWith('/')) ?? 'nothing';
    throw damaged(
      source.path,
      `it is a zip without data.pkl (it holds ${inside}), so torch.save did not write it`,
    );
  }
  const root = data.slice(0, -'data.pkl'.length);
  const order = entries.get(`${root}byteorder`);
  if (order) {
    const bytes = new SequentialReader(order.open()).bytes(order.size);
    if (new TextDecoder().decode(bytes) !== 'little') throw damaged(source.path, 'it is big-endian');
  }
  const open = (storage: TorchStorage) => {
    const entry = entries.get(`${root}data/${storage.key}`);
    const wanted = storage.count * ELEMENT_BYTES[storage.type];
    if (!entry || entry.size < wanted)
      throw damaged(source.path, `numbers are missing (storage ${storage.key})`);
    return entry.open();
  };
  const pickle = entries.get(data)!.open();
  const value = readPickle(new SequentialReader(pickle), (id) => storageOf(source.path, id));
  return { path: source.path, root: value, storage: open, close: () => source.close() };
}

/** ('storage', class, key, device, elements[, view]) */
function storageOf(path: string, id: unknown): TorchStorage {
  const [kind, made, key, , count, view] = Array.isArray(id) ? (id as unknown[]) : [];
  const type = made instanceof Global ? storageTypeOf(made.name) : null;
  if (
    kind !== 'storage' ||
    !type ||
    typeof key !== 'string' ||
    !Number.isSafeInteger(count) ||
    Number(count) < 0
  ) {
    throw new Problem(
      'checkpoint-unsafe',
      `${basename(path)} refers to something other than numbers of a tensor. It was refused, and nothing was imported.`,
      { status: 422 },
    );
  }
  if (view !== undefined && view !== null) throw damaged(path, 'it was saved by a torch before 0.4');
  return { key, type, count: Number(count) };
}

/**
 * Legacy stream: pickles of the magic number, the protocol, the writer's word sizes, the objects, the list of storage
 * keys; then each storage as a 64-bit count and its elements.
 */
function openLegacy(source: FileSource): TorchFile {
  const reader = new SequentialReader(source);
  if (readPickle(reader) !== LEGACY_MAGIC)
    throw damaged(source.path, 'it is a pickle, and not one of torch.save');
  if (readPickle(reader) !== 1001) throw damaged(source.path, 'its torch protocol is not 1001');
  const system = readPickle(reader);
  if (system instanceof Map && system.get('little_endian') === false)
    throw damaged(source.path, 'it is big-endian');
  const storages = new Map<string, TorchStorage>();
  const root = readPickle(reader, (id) => {
    const found = storageOf(source.path, id);
    const known = storages.get(found.key);
    if (known) return known;
    storages.set(found.key, found);
    return found;
  });
  const keys = readPickle(reader);
  if (!Array.isArray(keys)) throw damaged(source.path, 'its list of storages is missing');
  const places = new Map<string, ByteSource>();
  for (const key of keys as unknown[]) {
    const storage = storages.get(String(key));
    if (!storage) throw damaged(source.path, `a storage (${String(key)}) belongs to no tensor`);
    const count = reader.size64();
    const bytes = count * ELEMENT_BYTES[storage.type];
    if (count !== storage.count || reader.position + bytes > source.size)
      throw damaged(source.path, 'it ends too early, or a storage has the wrong length');
    places.set(storage.key, partOf(source, reader.position, bytes));
    reader.position += bytes;
  }
  return {
    path: source.path,
    root,
    close: () => source.close(),
    storage(storage) {
      const place = places.get(storage.key);
      if (!place) throw damaged(source.path, `numbers are missing (storage ${storage.key})`);
      return place;
    },
  };
}
