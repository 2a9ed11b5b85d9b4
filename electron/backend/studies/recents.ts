// The list of recent studies: a small file in the home folder, written whole, and no harm done when it is damaged.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

const RecentSchema = z.object({
  id: z.string(),
  name: z.string(),
  folder: z.string(),
  modality: z.enum(['CT', 'MR', 'other']),
  isDemo: z.boolean(),
  lastOpenedAt: z.string(),
});
export type Recent = z.infer<typeof RecentSchema>;

const KEPT = 20;

export class Recents {
  private readonly home: string;
  private readonly file: string;

  constructor(home: string) {
    this.home = home;
    this.file = join(home, 'recents.json');
  }

  list(): Recent[] {
    try {
      const parsed = z.array(RecentSchema).safeParse(JSON.parse(readFileSync(this.file, 'utf8')));
      return parsed.success ? parsed.data : [];
    } catch {
      return []; // a list of conveniences: losing it loses no work
    }
  }

  /** Puts a study first. */
  remember(recent: Recent): void {
    const others = this.list().filter((entry) => entry.folder !== recent.folder);
    this.store([recent, ...others].slice(0, KEPT));
  }

  forget(folder: string): void {
    this.store(this.list().filter((entry) => entry.folder !== folder));
  }

  /** A home that cannot be written to costs the list, never the study. */
  private store(recents: Recent[]): void {
    try {
      mkdirSync(this.home, { recursive: true });
      const temporary = `${this.file}.${process.pid}`;
      writeFileSync(temporary, JSON.stringify(recents, null, 2));
      renameSync(temporary, this.file);
    } catch {
      // see above
    }
  }
}
