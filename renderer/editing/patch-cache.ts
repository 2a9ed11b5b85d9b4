// The bytes of steps for a quick undo: the newest ones, up to a limit; older ones are fetched again when they are asked for.

/** Bytes that are kept at the most. An hour of brushing is a few megabytes; a smoothed organ is half of one. */
export const KEPT_BYTES = 32 * 2 ** 20;

export class PatchCache {
  private readonly patches = new Map<number, Uint8Array<ArrayBuffer>>();
  private readonly limit: number;
  /** Bytes held now. */
  byteLength = 0;

  constructor(limit = KEPT_BYTES) {
    this.limit = limit;
  }

  get(seq: number): Uint8Array<ArrayBuffer> | undefined {
    return this.patches.get(seq);
  }
  set(seq: number, bytes: Uint8Array<ArrayBuffer>): void {
    this.delete(seq);
    this.patches.set(seq, bytes);
    this.byteLength += bytes.byteLength;
  }
  delete(seq: number): void {
    const known = this.patches.get(seq);
    if (!known) return;
    this.patches.delete(seq);
    this.byteLength -= known.byteLength;
  }
  clear(): void {
    this.patches.clear();
    this.byteLength = 0;
  }

  /** Lets go of the oldest steps beyond the limit; those from `waiting` on are in no database yet and stay. */
  trim(waiting: number): void {
    for (const seq of this.patches.keys()) {
      if (this.byteLength <= this.limit) return;
      if (seq < waiting) this.delete(seq);
    }
  }
}
