// A grey or RGB picture as PNG bytes: signature, header, deflated rows, end. (PNG specification, third edition.)
import { crc32, deflateSync } from 'node:zlib';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** Colour types by number of samples a pixel. */
const COLOUR_TYPES: Readonly<Record<number, number>> = { 1: 0, 3: 2 };

export interface Picture {
  width: number;
  height: number;
  /** Row by row from the top, 1 (grey) or 3 (red, green, blue) bytes a pixel. */
  pixels: Uint8Array;
}

/** Encodes a picture. Throws TypeError when the pixels do not fill it. */
export function encodePng({ width, height, pixels }: Picture): Uint8Array {
  const samples = pixels.length / (width * height);
  const colourType = COLOUR_TYPES[samples];
  if (colourType === undefined)
    throw new TypeError(`${pixels.length} samples do not fill ${width} × ${height}`);
  const stride = width * samples;
  const rows = new Uint8Array((stride + 1) * height); // each row begins with filter 0
  for (let y = 0; y < height; y++)
    rows.set(pixels.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1);
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, colourType, 0, 0, 0], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

function chunk(name: string, data: Uint8Array): Buffer {
  const bytes = Buffer.alloc(12 + data.length);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(name, 4, 'latin1');
  bytes.set(data, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length);
  return bytes;
}
