// What a killed import left goes; what runs, and what belongs to somebody else, stays.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { clearPartFolders, partFolder } from './part-folder.ts';

let home: string;
beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'concord-part-'))));
afterEach(() => rmSync(home, { recursive: true, force: true }));

it('clears the parts of dead processes for one target alone', async () => {
  const target = join(home, 'liver.v1');
  const own = partFolder(target);
  expect(own).not.toBe(partFolder(target));
  const dead = 2 ** 22 + 11;
  const kept = [
    basename(own),
    `.kidney.${dead}-0123456789ab.part`,
    `.liver.v1.notes`,
    `.liver.v1.${dead}-mine.part`,
    'liver.v1',
  ];
  for (const name of [...kept, `.liver.v1.${dead}-0123456789ab.part`])
    mkdirSync(join(home, name, 'inside'), { recursive: true });
  await clearPartFolders(target);
  expect(readdirSync(home).toSorted()).toEqual(kept.toSorted());
  await clearPartFolders(join(home, 'nowhere', 'model'));
});
