// Pixels of DICOM slices, rescaled: plain ones read here, compressed ones decoded by ITK.
import { open, readFile, realpath } from 'node:fs/promises';
import { endianness } from 'node:os';
import type { Problem } from '../contract/problem.ts';
import { PIXEL_DATA, type DicomHeader } from './dicom-header.ts';
import { dicomParser } from './dicom-parser.ts';
import type { OnProgress } from './file-bytes.ts';
import { checkJpeg2000 } from './jpeg2000-check.ts';
import { refuse } from './refusals.ts';
import type { Voxels, VoxelType } from './volume.ts';
import { allocateVoxels, narrowestInteger } from './voxel-types.ts';

/** Implicit and explicit little endian: pixels lie in the file as they are. */
const PLAIN_SYNTAXES = new Set(['1.2.840.10008.1.2', '1.2.840.10008.1.2.1']);
/** Compressed slices decoded in one go: bounds memory and gives progress. */
const BATCH = 48;

/**
 * All slices, in order, `value = stored · slope + intercept` by each slice's own numbers: int32 where every slope and
 * intercept is whole (narrower where headers rule larger values out), else float32. Throws Problem `file-truncated` or `dicom-damaged`, naming the slice.
 */
export async function decodeSlices(
  slices: readonly DicomHeader[],
  path: string,
  onProgress?: OnProgress,
): Promise<Voxels> {
  const length = slices[0].rows * slices[0].columns;
  slices.forEach(checkPlainLength);
  for (const slice of slices) {
    if (!isEncapsulated(slice)) continue;
    await checkEncapsulatedEnd(slice);
    await checkJpeg2000(slice);
  }
  const voxels = allocateVoxels(wideEnough(slices), length * slices.length, path);
  for (let start = 0; start < slices.length;) {
    const batch = isPlain(slices[start]) ? [slices[start]] : alikeFrom(slices, start);
    const pixels = isPlain(batch[0]) ? await readPlain(batch[0]) : await decodeBatch(batch);
    voxels.set(pixels as Int32Array, start * length);
    start += batch.length;
    onProgress?.(start / slices.length);
  }
  return voxels;
}

/** The narrowest type that no stored value can leave. What ITK decodes is not trusted to keep to its header. */
function wideEnough(slices: readonly DicomHeader[]): VoxelType {
  if (!slices.every((s) => Number.isInteger(s.slope) && Number.isInteger(s.intercept))) return 'float32';
  if (!slices.every(isPlain)) return 'int32';
  let [minimum, maximum] = [Infinity, -Infinity];
  for (const { signed, bitsStored, slope, intercept } of slices) {
    const stored = signed ? [-(2 ** (bitsStored - 1)), 2 ** (bitsStored - 1) - 1] : [0, 2 ** bitsStored - 1];
    for (const value of stored) {
      minimum = Math.min(minimum, value * slope + intercept);
      maximum = Math.max(maximum, value * slope + intercept);
    }
  }
  return narrowestInteger(minimum, maximum) ?? 'int32';
}

/** An uncompressed file that is shorter than its pixels has been cut off. */
function checkPlainLength(slice: DicomHeader): void {
  const pixels = (slice.rows * slice.columns * slice.bitsAllocated) / 8;
  if (!isEncapsulated(slice) && slice.byteLength < pixels) throw cutShort(slice);
}

function isEncapsulated(slice: DicomHeader): boolean {
  return /^1\.2\.840\.10008\.1\.2\.[45]/.test(slice.transferSyntax);
}

/** Item tag FFFE,E0DD of length 0: the end of compressed pixels (PS3.5, A.4). Little may follow it in a file. */
const SEQUENCE_END = Buffer.from([0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]);
const TAIL = 1 << 16;

/** Decoders fill a stream that was cut off with grey; its missing end tells before they do. */
async function checkEncapsulatedEnd(slice: DicomHeader): Promise<void> {
  const handle = await open(slice.path);
  try {
    const tail = Buffer.alloc(Math.min(TAIL, slice.byteLength));
    await handle.read(tail, 0, tail.length, slice.byteLength - tail.length);
    if (!tail.includes(SEQUENCE_END)) throw cutShort(slice);
  } finally {
    await handle.close();
  }
}

function cutShort(slice: DicomHeader): Problem {
  return refuse('file-truncated', slice.path, 'is cut short: its pixels are not all there. Fetch it again.');
}

function isPlain(slice: DicomHeader): boolean {
  return (
    PLAIN_SYNTAXES.has(slice.transferSyntax) &&
    (slice.bitsAllocated === 8 || slice.bitsAllocated === 16) &&
    slice.highBit === slice.bitsStored - 1
  );
}

/** Compressed slices that scale alike: ITK applies the scale of one slice to all that it is given at once. */
function alikeFrom(slices: readonly DicomHeader[], start: number): DicomHeader[] {
  const first = slices[start];
  let end = start + 1;
  while (
    end < slices.length &&
    end - start < BATCH &&
    !isPlain(slices[end]) &&
    slices[end].slope === first.slope &&
    slices[end].intercept === first.intercept
  ) {
    end++;
  }
  return slices.slice(start, end);
}

async function readPlain(slice: DicomHeader): Promise<Voxels> {
  const count = slice.rows * slice.columns;
  const bytes = await pixelBytes(slice);
  const needed = (count * slice.bitsAllocated) / 8;
  if (bytes.byteLength < needed) throw cutShort(slice);
  const buffer = Buffer.from(bytes, 0, needed);
  if (slice.bitsAllocated === 16 && endianness() === 'BE') buffer.swap16();
  const stored =
    slice.bitsAllocated === 8 ? new Uint8Array(bytes, 0, count) : new Uint16Array(bytes, 0, count);
  // Bits above the stored ones may hold anything (old overlays); shifting drops them and brings the sign along.
  const spare = 32 - slice.bitsStored;
  const { slope, intercept, signed } = slice;
  const whole = Number.isInteger(slope) && Number.isInteger(intercept);
  const pixels = whole ? new Int32Array(count) : new Float32Array(count);
  for (let n = 0; n < count; n++) {
    const value = signed ? (stored[n] << spare) >> spare : (stored[n] << spare) >>> spare;
    pixels[n] = value * slope + intercept;
  }
  return pixels;
}

/** The value of a slice's PixelData. */
async function pixelBytes(slice: DicomHeader): Promise<ArrayBuffer> {
  const [parser, file] = await Promise.all([dicomParser(), readFile(slice.path)]);
  try {
    const buffer = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength) as ArrayBuffer;
    const value: unknown = parser.data.DicomMessage.readFile(buffer).dict[PIXEL_DATA]?.Value?.[0];
    return value instanceof ArrayBuffer ? value : new ArrayBuffer(0);
  } catch (error) {
    throw cannotDecode([slice], error);
  }
}

async function decodeBatch(batch: readonly DicomHeader[]): Promise<Voxels> {
  let data: unknown;
  try {
    // Loaded when first needed: it takes a tenth of a second, and most volumes never need it.
    const { readImageDicomFileSeriesNode } = await import('@itk-wasm/dicom');
    // ITK needs absolute paths without links: a relative one ends the process, and it does not follow a linked folder.
    const inputImages = await Promise.all(batch.map((slice) => realpath(slice.path)));
    const { outputImage } = await readImageDicomFileSeriesNode({ inputImages, singleSortedSeries: true });
    data = outputImage?.data;
  } catch (error) {
    throw cannotDecode(batch, error);
  }
  const count = batch.length * batch[0].rows * batch[0].columns;
  if (!ArrayBuffer.isView(data) || (data as Voxels).length !== count) {
    throw cannotDecode(batch, new Error('the decoder returned another number of pixels'));
  }
  return data as Voxels;
}

function cannotDecode(batch: readonly DicomHeader[], cause: unknown): unknown {
  const others = batch.length === 1 ? '' : `or one of the ${batch.length - 1} slices after it `;
  return refuse(
    'dicom-damaged',
    batch[0].path,
    `${others}cannot be decoded: pixels are damaged or packed in a way that Concord does not know. Fetch the series ` +
      'again.',
    cause,
  );
}
