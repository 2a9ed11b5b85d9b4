// `npm test`: sets the checkout up, then runs every check and test under Concord's own Node (build/checks/).
import { join } from 'node:path';
import { ensureDependencies, ROOT, runNode } from './setup.mjs';

await ensureDependencies();
process.exitCode = await runNode([join(ROOT, 'build', 'checks', 'run.ts'), ...process.argv.slice(2)], {
  stdio: ['ignore', 'inherit', 'inherit'],
});
