// `npm run bench [-- NAME…]`: measures Concord on this machine and prints one table.
import { join } from 'node:path';
import { ensurePage } from './bundle.mjs';
import { ensureDependencies, ROOT, runNode } from './setup.mjs';

await ensureDependencies();
await ensurePage();
process.exitCode = await runNode([join(ROOT, 'build', 'bench', 'run.ts'), ...process.argv.slice(2)]);
