// Keys on buttons and in tooltips: the ones that are set, never words in the page that a remapping would leave behind.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const renderer = fileURLToPath(new URL('../../', import.meta.url));
/** Every dialog closes by it, and it cannot be given to anything else there. */
const FIXED = ['ui/Dialog.svelte: keys="Esc"'];

describe('keys that the page prints', () => {
  it('come from the commands, so that they follow whoever changes them', () => {
    const files = globSync('**/*.svelte', { cwd: renderer });
    expect(files.length).toBeGreaterThan(100);
    const found = files.flatMap((file) =>
      [
        ...readFileSync(join(renderer, file), 'utf8').matchAll(/\b(?:hintKeys|keys)(?:=|: )["'][^"']+["']/g),
      ].map(([words]) => `${file.replaceAll('\\', '/')}: ${words}`),
    );
    expect(found).toEqual(FIXED);
  });
});
