// The file that travels: a signed list of files and the files themselves, encrypted as a whole with age.
import { Decrypter, Encrypter } from 'age-encryption';
import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as z from 'zod';
import { Problem } from '../../contract/problem.ts';

/** How a bundle is locked: a passphrase told to the reader, or their public key (age1…). */
export type Lock = { passphrase: string; workFactor?: number } | { recipient: string };
/** What opens it: the passphrase, or the identity (AGE-SECRET-KEY-1…). */
export type Key = { passphrase: string } | { identity: string };

const MAGIC = Buffer.from('CONCORD1');
const SIGNATURE_BYTES = 64;
const MOST_HEADER_BYTES = 16 << 20;

const HeaderSchema = z.strictObject({
  kind: z.enum(['handed-out', 'returned']),
  bundleId: z.string(),
  madeAt: z.iso.datetime(),
  /** SPKI PEM of the key that signed this header. */
  signer: z.string(),
  files: z.array(
    z.strictObject({
      /** Relative, with forward slashes. */
      name: z.string().regex(/^(?!.*\.\.)[\w.-]+(\/[\w.-]+)*$/),
      size: z.int().min(0),
      sha256: z.string().length(64),
    }),
  ),
});
export type BundleHeader = z.infer<typeof HeaderSchema>;

export function damaged(file: string, cause?: unknown): Problem {
  return new Problem(
    'bundle-damaged',
    `${file} was altered or is cut short: it does not hold what was put into it. Nothing was taken in; ask for the file again.`,
    { status: 422, cause },
  );
}

/**
 * Writes `names` out of `folder` into the new file `target`, whole or not at all. Throws Problem `file-exists`,
 * `recipient-wrong`, `disk-full`.
 */
export async function writeContainer(
  target: string,
  of: Omit<BundleHeader, 'files' | 'signer'> & {
    folder: string;
    names: string[];
    signingKey: string;
    lock: Lock;
  },
): Promise<void> {
  if (existsSync(target)) {
    throw new Problem('file-exists', `${target} exists already; nothing was changed. Choose another name.`, {
      status: 409,
    });
  }
  const { kind, bundleId, madeAt, folder, lock } = of;
  const key = createPrivateKey(of.signingKey);
  const signer = createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();
  const files: BundleHeader['files'] = [];
  for (const name of of.names) files.push({ name, ...(await digest(join(folder, name))) });
  const header = Buffer.from(
    JSON.stringify({ kind, bundleId, madeAt, signer, files } satisfies BundleHeader),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  async function* content(): AsyncGenerator<Buffer> {
    yield Buffer.concat([MAGIC, length, header, sign(null, header, key)]);
    for (const { name } of files) yield* createReadStream(join(folder, name), { highWaterMark: 1 << 20 });
  }
  const temporary = join(dirname(target), `.${bundleId}.${process.pid}.part`);
  try {
    const plain = Readable.toWeb(Readable.from(content())) as ReadableStream<Uint8Array>;
    const locked = await encrypter(lock).encrypt(plain);
    await pipeline(Readable.fromWeb(locked as never), createWriteStream(temporary, { flags: 'wx' }));
    const handle = await open(temporary, 'r+');
    await handle.sync().finally(() => handle.close());
    await rename(temporary, target);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw explainWriting(cause, target);
  }
}

function encrypter(lock: Lock): Encrypter {
  const made = new Encrypter();
  if ('passphrase' in lock) {
    made.setPassphrase(lock.passphrase);
    if (lock.workFactor !== undefined) made.setScryptWorkFactor(lock.workFactor);
    return made;
  }
  try {
    made.addRecipient(lock.recipient);
  } catch (cause) {
    throw new Problem(
      'recipient-wrong',
      'That is not a public key: it begins with age1. Nothing was written.',
      {
        cause,
      },
    );
  }
  return made;
}

function explainWriting(cause: unknown, target: string): unknown {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (code === 'ENOSPC') {
    return new Problem('disk-full', `The disk is full: ${target} was not written, and nothing was changed.`, {
      status: 507,
      cause,
    });
  }
  if (['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR'].includes(code)) {
    return new Problem(
      'file-not-writable',
      `${target} cannot be written. Nothing was changed; choose another place.`,
      {
        status: 403,
        cause,
      },
    );
  }
  return cause;
}

async function digest(path: string): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return { size: (await stat(path)).size, sha256: hash.digest('hex') };
}

/**
 * Unpacks `file` into the empty folder `folder`. `expected` names the only keys whose signature counts (SPKI PEM by
 * bundle), or null where any bundle may be opened. Throws Problem `bundle-not-found`, `bundle-key-wrong`,
 * `bundle-damaged`, `bundle-signature-wrong`, `bundle-other-kind`.
 */
export async function readContainer(
  file: string,
  of: {
    kind: BundleHeader['kind'];
    keys: Key[];
    folder: string;
    verifyKey: ((bundleId: string) => Promise<string>) | null;
  },
): Promise<BundleHeader> {
  const source = new Source(await decrypted(file, of.keys), file);
  try {
    if (Buffer.compare(await source.take(MAGIC.length), MAGIC) !== 0) throw damaged(file);
    const length = (await source.take(4)).readUInt32LE(0);
    if (length > MOST_HEADER_BYTES) throw damaged(file);
    const bytes = await source.take(length);
    const signature = await source.take(SIGNATURE_BYTES);
    const header = parseHeader(bytes, file);
    if (header.kind !== of.kind) throw otherKind(file, header.kind);
    const trusted = of.verifyKey ? await of.verifyKey(header.bundleId) : header.signer;
    if (!verify(null, bytes, createPublicKey(trusted), signature)) {
      throw new Problem(
        'bundle-signature-wrong',
        `${file} is not signed by the bundle that was handed out. Nothing was taken in.`,
        { status: 422 },
      );
    }
    for (const { name, size, sha256 } of header.files) {
      const path = join(of.folder, name);
      await mkdir(dirname(path), { recursive: true });
      const hash = createHash('sha256');
      const sink = Writable.toWeb(createWriteStream(path, { flags: 'wx' })).getWriter();
      for (let left = size; left > 0;) {
        const chunk = await source.some(left);
        hash.update(chunk);
        await sink.write(chunk);
        left -= chunk.length;
      }
      await sink.close();
      if (hash.digest('hex') !== sha256) throw damaged(file);
    }
    await source.end();
    return header;
  } finally {
    await source.cancel();
  }
}

function parseHeader(bytes: Buffer, file: string): BundleHeader {
  try {
    return HeaderSchema.parse(JSON.parse(bytes.toString('utf8')));
  } catch (cause) {
    throw damaged(file, cause);
  }
}

function otherKind(file: string, kind: BundleHeader['kind']): Problem {
  return new Problem(
    'bundle-other-kind',
    kind === 'handed-out'
      ? `${file} is a bundle for a reader; what is merged is what the reader gives back.`
      : `${file} is what a reader gave back; a reader opens the bundle that was handed out.`,
    { status: 422 },
  );
}

async function decrypted(file: string, keys: Key[]): Promise<ReadableStream<Uint8Array>> {
  if (!existsSync(file)) {
    throw new Problem('bundle-not-found', `${file} is not there. Check the path.`, { status: 404 });
  }
  const decrypter = new Decrypter();
  try {
    for (const key of keys) {
      if ('passphrase' in key) decrypter.addPassphrase(key.passphrase);
      else decrypter.addIdentity(key.identity.trim());
    }
  } catch (cause) {
    throw new Problem('identity-wrong', 'That is not a secret key: it begins with AGE-SECRET-KEY-1.', {
      cause,
    });
  }
  try {
    return await decrypter.decrypt(Readable.toWeb(createReadStream(file)) as ReadableStream<Uint8Array>);
  } catch (cause) {
    // The library says so in words only.
    if (cause instanceof Error && /no identity matched/i.test(cause.message)) {
      throw new Problem(
        'bundle-key-wrong',
        `That passphrase or key does not open ${file}. Nothing was changed.`,
        {
          status: 401,
          cause,
        },
      );
    }
    throw damaged(file, cause);
  }
}

/** Bytes off a stream, as many as asked for. A stream that ends early or does not decrypt is a damaged file. */
class Source {
  private readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  private readonly file: string;
  private rest: Buffer = Buffer.alloc(0);

  constructor(stream: ReadableStream<Uint8Array>, file: string) {
    this.reader = stream.getReader();
    this.file = file;
  }

  /** Between one byte and `most` bytes. */
  async some(most: number): Promise<Buffer> {
    if (this.rest.length === 0) this.rest = await this.pull();
    const chunk = this.rest.subarray(0, most);
    this.rest = this.rest.subarray(chunk.length);
    return chunk;
  }
  async take(count: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let left = count; left > 0; left -= parts.at(-1)!.length) parts.push(await this.some(left));
    return Buffer.concat(parts);
  }
  /** Nothing may follow; also makes sure that the last part was checked. */
  async end(): Promise<void> {
    if (this.rest.length > 0) throw damaged(this.file);
    const { done } = await this.reader
      .read()
      .catch((cause: unknown) => Promise.reject(damaged(this.file, cause)));
    if (!done) throw damaged(this.file);
  }
  async cancel(): Promise<void> {
    await this.reader.cancel().catch(() => undefined);
  }
  private async pull(): Promise<Buffer> {
    for (;;) {
      const { done, value } = await this.reader
        .read()
        .catch((cause: unknown) => Promise.reject(damaged(this.file, cause)));
      if (done) throw damaged(this.file);
      if (value.length > 0) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    }
  }
}
