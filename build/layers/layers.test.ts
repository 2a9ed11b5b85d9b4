import { describe, expect, it } from 'vitest';
import { importsOf } from './imports.ts';
import { breach, layerOf } from './rules.ts';

function breachesOf(path: string, text: string): string[] {
  return importsOf(path, text).flatMap((found) => breach(path, found) ?? []);
}

describe('imports of a source', () => {
  it('finds every kind, with its line and whether it runs', () => {
    const text = [
      "import { a } from './a.ts';",
      "import type { B } from './b.ts';",
      "import { type C, type D } from './c.ts';",
      "import { type E, f } from './e.ts';",
      "import './g.ts';",
      "export * from './h.ts';",
      "export type { I } from './i.ts';",
      "const j = () => import('./j.ts');",
      "type K = import('./k.ts').K;",
      "new Worker(new URL('./l.ts', import.meta.url));",
      "new URL('../package.json', import.meta.url);",
    ].join('\n');
    expect(importsOf('x.ts', text).map((one) => [one.line, one.specifier, one.typeOnly])).toEqual([
      [1, './a.ts', false],
      [2, './b.ts', true],
      [3, './c.ts', true],
      [4, './e.ts', false],
      [5, './g.ts', false],
      [6, './h.ts', false],
      [7, './i.ts', true],
      [8, './j.ts', false],
      [9, './k.ts', true],
      [10, './l.ts', false],
    ]);
  });

  it('reads both script blocks of a Svelte view, and counts lines from the top of the file', () => {
    const text =
      "<script module lang=\"ts\">\n  import './a.ts';\n</script>\n<script lang=\"ts\">\n  import './b.ts';\n</script>\n<p>import './no.ts'</p>";
    expect(importsOf('X.svelte', text).map((one) => [one.line, one.specifier])).toEqual([
      [2, './a.ts'],
      [5, './b.ts'],
    ]);
  });
});

describe('layers', () => {
  it.each([
    ['electron/main.ts', 'shell'],
    ['electron/cli/info.ts', 'shell'],
    ['electron/host/pages.ts', 'host'],
    ['electron/backend/index.ts', 'backend'],
    ['renderer/app/App.svelte', 'renderer'],
    ['test/e2e/road.test.ts', 'outside'],
  ])('%s is %s', (path, layer) => expect(layerOf(path)).toBe(layer));

  it.each([
    [
      'electron/agreement/compare.ts',
      "import '../contract/reads.ts'",
      'agreement may import nothing of ours',
    ],
    ['electron/imaging/nifti.ts', "import '../database/open.ts'", 'imaging may import only contract'],
    ['electron/contract/reads.ts', "import 'hono'", 'contract imports zod only'],
    ['electron/contract/reads.ts', "import '../imaging/volume.ts'", 'contract may import nothing of ours'],
    ['electron/workers/mask-worker.ts', "import '../database/open.ts'", 'not database'],
    ['electron/backend/reads/service.ts', "import '../masks/store.ts'", 'go through its service.ts'],
    ['electron/backend/reads/service.ts', "import '../../imaging/index.ts'", 'not imaging'],
    ['electron/backend/http/access.ts', "import '../reads/store.ts'", 'go through its service.ts'],
    ['electron/backend/index.ts', "import '../serve.ts'", 'nothing imports main, preload, serve'],
    ['electron/backend/index.ts', "import 'electron'", 'only electron/main.ts and electron/preload.ts'],
    ['electron/serve.ts', "import { app } from 'electron'", 'only electron/main.ts and electron/preload.ts'],
    ['electron/backend/reads/store.ts', "import 'better-sqlite3'", 'only electron/database/'],
    ['renderer/api/http.ts', "import { Api } from '../../electron/backend/index.ts'", 'nothing that runs'],
    [
      'renderer/api/http.ts',
      "import type { X } from '../../electron/backend/reads/service.ts'",
      'not backend',
    ],
    ['renderer/api/http.ts', "const a = import('../../electron/imaging/index.ts')", 'not imaging'],
    ['renderer/api/http.ts', "import 'node:fs'", 'the page has no Node'],
    ['renderer/editing/stroke.ts', "import '@kitware/vtk.js/Rendering/Core/Actor'", 'only renderer/viewer/'],
    ['renderer/app/session.svelte.ts', "import './App.svelte'", 'never imports a view'],
    ['renderer/app/main.ts', "import '../../test/phantom.ts'", 'nothing from build/ or test/'],
    ['electron/elsewhere/x.ts', "import '../contract/reads.ts'", 'no line in the table'],
  ])('%s: %s is refused', (path, text, sentence) => {
    expect(breachesOf(path, text)).toEqual([expect.stringContaining(sentence)]);
  });

  it.each([
    ['electron/backend/reads/service.ts', "import '../masks/service.ts'"],
    ['electron/backend/reads/service.ts', "import './store.ts'"],
    ['electron/backend/masks/routes.ts', "import '../context.ts'"],
    ['electron/backend/services.ts', "import './masks/live.ts'"],
    ['electron/workers/agreement-worker.ts', "import '../agreement/index.ts'"],
    ['electron/cli/serve.ts', "import '../serve.ts'"],
    ['electron/main.ts', "import { app } from 'electron'"],
    ['renderer/api/http.ts', "import type { Api } from '../../electron/backend/index.ts'"],
    ['renderer/viewer/planes.ts', "import '@kitware/vtk.js/Rendering/Core/Actor'"],
    ['renderer/app/App.svelte', "<script>import './AppBar.svelte'</script>"],
    ['electron/agreement/compare.test.ts', "import '../imaging/index.ts'"],
    ['test/e2e/road.test.ts', "import '../../electron/serve.ts'"],
  ])('%s: %s is allowed', (path, text) => expect(breachesOf(path, text)).toEqual([]));
});
