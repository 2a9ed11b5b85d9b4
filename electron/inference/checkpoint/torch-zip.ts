// The zip that torch.save writes: entries stored as they are, found through the central directory.
import { damaged, partOf, type ByteSource } from './file-reader.ts';

export interface ZipEntry {
  name: string;
  size: number;
  /** The entry's bytes; its place in the file is looked up when asked for. */
  open(): ByteSource;
}

const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const FULL32 = 0xffffffff;

function viewOf(source: ByteSource, position: number, count: number): DataView {
  const bytes = new Uint8Array(count);
  source.read(position, bytes);
  return new DataView(bytes.buffer);
}

/**
 * Entries by name (APPNOTE 6.3, Zip64 included). Throws Problem `checkpoint-damaged` for a zip that is cut off,
 * compressed or encrypted.
 */
export function readZip(source: ByteSource): Map<string, ZipEntry> {
  const { start, size, count } = centralDirectory(source);
  const directory = new Uint8Array(size);
  source.read(start, directory);
  const view = new DataView(directory.buffer);
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  for (let n = 0; n < count; n++) {
    if (at + 46 > size || view.getUint32(at, true) !== CENTRAL)
      throw damaged(source.path, 'its table of contents is broken');
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((d) => view.getUint16(at + d, true));
    const next = at + 46 + nameLength + extraLength + commentLength;
    if (next > size) throw damaged(source.path, 'its table of contents is broken');
    const name = new TextDecoder().decode(directory.subarray(at + 46, at + 46 + nameLength));
    if (view.getUint16(at + 10, true) !== 0 || (view.getUint16(at + 8, true) & 1) !== 0)
      throw damaged(source.path, `${name} in it is compressed or encrypted, which torch.save never does`);
    const place = entryPlace(view, at, at + 46 + nameLength, extraLength);
    if (place.offset + place.size > source.size)
      throw damaged(source.path, `${name} in it lies beyond its end`);
    entries.set(name, { name, size: place.size, open: () => openEntry(source, place.offset, place.size) });
    at = next;
  }
  return entries;
}

function centralDirectory(source: ByteSource): { start: number; size: number; count: number } {
  const tail = Math.min(source.size, 65_557);
  const view = viewOf(source, source.size - tail, tail);
  for (let at = tail - 22; at >= 0; at--) {
    if (view.getUint32(at, true) !== END) continue;
    let count = view.getUint16(at + 10, true);
    let size = view.getUint32(at + 12, true);
    let start = view.getUint32(at + 16, true);
    if (count === 0xffff || size === FULL32 || start === FULL32) {
      if (at < 20 || view.getUint32(at - 20, true) !== LOCATOR64) break;
      const end64 = viewOf(source, Number(view.getBigUint64(at - 12, true)), 56);
      if (end64.getUint32(0, true) !== END64) break;
      count = Number(end64.getBigUint64(32, true));
      size = Number(end64.getBigUint64(40, true));
      start = Number(end64.getBigUint64(48, true));
    }
    if (start + size > source.size) break;
    return { start, size, count };
  }
  throw damaged(source.path, 'it is cut off or its table of contents is missing');
}

/** Sizes of 2³²−1 stand in the Zip64 field (id 1) instead: full size, stored size, offset, those that are needed. */
function entryPlace(view: DataView, at: number, extraStart: number, extraLength: number) {
  let size = view.getUint32(at + 24, true);
  let stored = view.getUint32(at + 20, true);
  let offset = view.getUint32(at + 42, true);
  for (let field = extraStart; field + 4 <= extraStart + extraLength;) {
    const length = view.getUint16(field + 2, true);
    if (view.getUint16(field, true) === 1) {
      let value = field + 4;
      const end = Math.min(value + length, extraStart + extraLength);
      const next = (present: number) => {
        if (present !== FULL32 || value + 8 > end) return present;
        value += 8;
        return Number(view.getBigUint64(value - 8, true));
      };
      size = next(size);
      stored = next(stored);
      offset = next(offset);
    }
    field += 4 + length;
  }
  return { size: Math.max(size, stored), offset };
}

function openEntry(source: ByteSource, offset: number, size: number): ByteSource {
  const header = viewOf(source, offset, 30);
  if (header.getUint32(0, true) !== LOCAL) throw damaged(source.path, 'an entry is not where it should be');
  const start = offset + 30 + header.getUint16(26, true) + header.getUint16(28, true);
  if (start + size > source.size) throw damaged(source.path, 'it ends too early');
  return partOf(source, start, size);
}
