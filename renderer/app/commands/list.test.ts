// The one list of commands: every id once, no key that two commands answer to in one place, every line fit to print.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import type { CommandContext } from './command.ts';

vi.stubGlobal('location', { hash: '' });
vi.stubGlobal('innerWidth', 1440);
vi.stubGlobal('innerHeight', 900);
const { commands } = await import('./list.ts');
const { commandFor, conflicts, matchScore } = await import('./keymap.ts');

/** A room in which everything can be done. */
const room = {
  kind: 'reading',
  editor: { structures: Array.from({ length: 12 }), drawing: false, active: {} },
  journal: { canUndo: true, canRedo: true, save: { kind: 'failed' } },
  view: {},
  picture: { data: { modality: 'CT' } },
  read: { state: 'draft' },
  presence: { lost: null },
} as unknown as NonNullable<CommandContext['room']>;

const drawing = { ...room, editor: { ...room.editor, drawing: true } } as typeof room;

const contexts: CommandContext[] = [
  { route: { page: 'start' }, study: null, role: null, room: null },
  { route: { page: 'worklist', study: 's' }, study: 's', role: 'reader', room: null },
  { route: { page: 'cases', study: 's' }, study: 's', role: 'coordinator', room: null },
  { route: { page: 'reading', study: 's', assignment: 'a' }, study: 's', role: 'reader', room },
];

const midStroke: CommandContext = { ...contexts.at(-1)!, room: drawing };

describe('commands', () => {
  it('leave the picture alone while a stroke is under way', () => {
    for (const keys of ['A', 'D', 'PageUp', 'ArrowLeft', 'J', 'U', 'Tab', '2', 'Y', 'Enter', '0', 'B']) {
      expect(commandFor(commands, keys, midStroke, {})?.id, keys).toBeUndefined();
    }
    expect(commandFor(commands, 'Escape', midStroke, {})?.id).toBe('cancel-stroke');
    expect(commandFor(commands, 'Ctrl+Z', midStroke, {})?.id).toBe('undo');
    expect(commandFor(commands, 'Q', midStroke, {})?.id).toBe('overlay');
    expect(conflicts(commands, [midStroke])).toEqual([]);
  });

  it('have ids of their own and labels in words', () => {
    const ids = commands.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { label } of commands) expect(label).toMatch(/^[A-Z]/);
  });

  it('have a key each, but for what a person seldom goes to', () => {
    const without = commands.filter(({ keys }) => keys.length === 0);
    expect(without.filter(({ group }) => group !== 'Go to').map(({ id }) => id)).toEqual([]);
  });

  it('are named as they are where buttons print their keys', () => {
    const renderer = fileURLToPath(new URL('../../', import.meta.url));
    const named = globSync('**/*.svelte', { cwd: renderer }).flatMap((file) =>
      [...readFileSync(join(renderer, file), 'utf8').matchAll(/shownKey\('([^']+)'\)/g)].map(([, id]) => id),
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((id) => !commands.some((command) => command.id === id))).toEqual([]);
  });

  it('never share a key in one place', () => {
    expect(conflicts(commands, contexts)).toEqual([]);
  });

  it('answer to the keys that a reader expects', () => {
    const reading = contexts.at(-1)!;
    const expected = {
      B: 'tool-brush',
      E: 'tool-eraser',
      Q: 'overlay',
      W: 'outline',
      A: 'slice-previous',
      D: 'slice-next',
      J: 'jump',
      N: 'next-case',
      Tab: 'next-structure',
      '3': 'structure-3',
      '[': 'brush-smaller',
      ']': 'brush-larger',
      'Ctrl+Z': 'undo',
      'Ctrl+Shift+Z': 'redo',
      'Ctrl+K': 'palette',
      '?': 'key-sheet',
    };
    for (const [keys, id] of Object.entries(expected)) {
      expect(commandFor(commands, keys, reading, {})?.id, keys).toBe(id);
    }
  });

  it('take other keys when a person gives them', () => {
    const reading = contexts.at(-1)!;
    const changed = { 'tool-brush': ['P'], 'tool-eraser': [] };
    expect(commandFor(commands, 'P', reading, changed)?.id).toBe('tool-brush');
    expect(commandFor(commands, 'B', reading, changed)).toBeNull();
    expect(commandFor(commands, 'E', reading, changed)).toBeNull();
    expect(conflicts(commands, contexts, { 'tool-brush': ['E'] })).toEqual([
      ['E', 'tool-brush', 'tool-eraser'],
    ]);
  });

  it('keep the reading room’s keys to the reading room', () => {
    for (const context of contexts.slice(0, 3)) expect(commandFor(commands, 'B', context, {})).toBeNull();
  });
});

describe('a room to look around in', () => {
  it('has the views’ commands and none that draw', () => {
    const looking = { ...contexts.at(-1)!, room: { ...room, kind: 'looking' } as unknown as typeof room };
    expect(commandFor(commands, 'D', looking, {})?.id).toBe('slice-next');
    for (const keys of ['B', 'S', 'Ctrl+Z', 'Ctrl+Enter'])
      expect(commandFor(commands, keys, looking, {})).toBeNull();
  });
});

describe('finding a command', () => {
  it('prefers the beginning, then a word, then letters in order', () => {
    expect(matchScore('Window: liver', 'win')).toBeGreaterThan(matchScore('Reset window', 'win'));
    expect(matchScore('Reset window', 'win')).toBeGreaterThan(matchScore('Show in line', 'win'));
    expect(matchScore('Undo', 'xyz')).toBe(0);
  });
});
