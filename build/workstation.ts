// What `npm start` runs under Concord's own Node where no desktop window holds the backend: the browser host on the demo study.
import { spawn } from 'node:child_process';
import { DEMO_PAGE, makeDemo } from '../electron/host/demo.ts';
import { startBrowserHost, stopOnSignals } from '../electron/serve.ts';

const say = (line: string) => process.stderr.write(`${line}\n`);

const host = await startBrowserHost();
stopOnSignals(() => host.close());
const address = host.address + DEMO_PAGE;
process.stdout.write(`${address}\n`);
if (process.argv.includes('--open')) openInBrowser(address);
// Made behind the page, which shows how far it is.
void makeDemo(host.backend, say);
// Whoever started us may end without a word: then we end too.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));

/** Opens the address in the person's browser; where that cannot be done, the printed address is enough. */
function openInBrowser(page: string): void {
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open', page]
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '""', page.replaceAll('&', '^&')]
        : ['xdg-open', page];
  spawn(command, args, { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}
