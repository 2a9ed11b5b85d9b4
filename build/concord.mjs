// `npm run -s concord -- ARGS`: sets up on first use, then runs the command line under Concord's own Node.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensurePage } from './bundle.mjs';
import { concordEnvironment, concordNode, endLike, ensureDependencies, ROOT, stopWithUs } from './setup.mjs';

await ensureDependencies();
// Only this command shows the page, so only this one waits for it to be built.
if (process.argv[2] === 'serve') await ensurePage();
const child = spawn(concordNode(), [join(ROOT, 'electron', 'cli.ts'), ...process.argv.slice(2)], {
  stdio: 'inherit',
  // npm runs scripts in the project's folder; paths are meant from where the person stands.
  cwd: process.env.INIT_CWD ?? process.cwd(),
  env: concordEnvironment(),
});
stopWithUs(child);
endLike(child);
