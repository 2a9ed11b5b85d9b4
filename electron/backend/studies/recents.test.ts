// The list of recent studies: newest first, each folder once, and a damaged file costs no more than the list.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Recents } from './recents.ts';

let home: string;
beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'concord-recents-'))));
afterEach(() => rmSync(home, { recursive: true, force: true }));

const study = (name: string, at = '2026-01-05T08:00:00.000Z') => ({
  id: `${name.toLowerCase()}0123456789abcdef`,
  name,
  folder: `/studies/${name}.concord`,
  modality: 'CT' as const,
  isDemo: false,
  lastOpenedAt: at,
});
const names = (recents: Recents) => recents.list().map((entry) => entry.name);

it('newest first, each folder once, twenty at most', () => {
  const recents = new Recents(home);
  expect(recents.list()).toEqual([]);
  for (const name of ['A', 'B', 'A']) recents.remember(study(name));
  expect(names(recents)).toEqual(['A', 'B']);
  for (let n = 0; n < 30; n++) recents.remember(study(`S${n}`));
  expect(names(recents)).toHaveLength(20);
  expect(names(recents)[0]).toBe('S29');
  recents.forget(study('S29').folder);
  expect(names(new Recents(home))[0]).toBe('S28');
  expect(readdirSync(home)).toEqual(['recents.json']);
});

it.each(['', '{', 'null', '{"a":1}', '[{"id":1}]', '\u0000'])(
  'a damaged file (%j) is an empty list',
  (text) => {
    writeFileSync(join(home, 'recents.json'), text);
    const recents = new Recents(home);
    expect(recents.list()).toEqual([]);
    recents.remember(study('A'));
    expect(names(recents)).toEqual(['A']);
  },
);

it('a home that cannot be written to costs the list only', () => {
  mkdirSync(join(home, 'recents.json'));
  const recents = new Recents(home);
  expect(() => recents.remember(study('A'))).not.toThrow();
  expect(recents.list()).toEqual([]);
});
