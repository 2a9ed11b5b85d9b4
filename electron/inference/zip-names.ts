// Names in a zip as places in a folder: tidied, one file each, and none that a disk or a person would misread.
import { Problem } from '../contract/problem.ts';

/** Control characters, what Windows forbids, and marks that turn a name's letters round. */
const ODD = /[\p{Cc}\p{Bidi_Control}<>:"|?*]/u;
/** Names that Windows keeps for itself, whatever follows a dot. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
/** Bytes; what every disk stores as one name. */
const LONGEST_NAME = 255;
/** Of the whole name; deeper than any training lies. */
const LONGEST_PLACE = 400;

/** `a/./b` and `./a//b` are `a/b`; an end of `/` goes. */
export function tidyName(fileName: string): string {
  const parts = fileName.split('/').filter((part) => part !== '' && part !== '.');
  return parts.join('/');
}

/** The name as a message can bear it. */
export function shownName(fileName: string): string {
  const plain = fileName.replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, '�');
  return plain.length > 80 ? `${plain.slice(0, 80)}…` : plain;
}

/** The files of one zip. */
export class ZipNames {
  private readonly zip: string;
  private readonly files = new Set<string>();
  private readonly folders = new Set<string>();

  constructor(zip: string) {
    this.zip = zip;
  }

  /** Takes the tidy name of a file. Throws Problem `archive-unsafe`. */
  take(name: string): void {
    const parts = name.split('/');
    if (parts.some((part) => part === '' || part === '..' || ODD.test(part)))
      throw this.unsafe(name, 'has a name that not every disk can store');
    if (parts.some((part) => RESERVED.test(part) || /[. ]$/.test(part)))
      throw this.unsafe(name, 'has a name that not every disk can store');
    if (name.length > LONGEST_PLACE || parts.some((part) => Buffer.byteLength(part) > LONGEST_NAME))
      throw this.unsafe(name, 'has a name too long for some disks');
    // Two names that one file would bear on some disks.
    const folded = parts.map((part) => part.normalize('NFC').toLowerCase());
    const own = folded.join('/');
    const above = folded.slice(0, -1).map((_, n) => folded.slice(0, n + 1).join('/'));
    if (this.files.has(own)) throw this.unsafe(name, 'is there twice');
    if (this.folders.has(own) || above.some((folder) => this.files.has(folder)))
      throw this.unsafe(name, 'needs a file to be a folder too');
    this.files.add(own);
    for (const folder of above) this.folders.add(folder);
  }

  private unsafe(name: string, what: string): Problem {
    const where = `${shownName(name) || 'A file without a name'} in ${this.zip}`;
    return new Problem('archive-unsafe', `${where} ${what}. Nothing was imported.`, { status: 422 });
  }
}
