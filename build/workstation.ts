// What `npm start` runs under Concord's own Node where no desktop window holds the backend: the browser host on the demo study.
import { spawn } from 'node:child_process';
import { openDemo } from '../electron/host/demo.ts';
import { startBrowserHost, stopOnSignals } from '../electron/serve.ts';

const say = (line: string) => process.stderr.write(`${line}\n`);

const host = await startBrowserHost();
stopOnSignals(() => host.close());
const page = await openDemo(host.backend, say).catch((error: unknown) => {
  // The workstation is of use without its demo: the page then starts on the list of studies.
  say(`Concord: the demo study could not be made: ${error instanceof Error ? error.message : String(error)}`);
  return '';
});
const address = host.address + page;
process.stdout.write(`${address}\n`);
if (process.argv.includes('--open')) openInBrowser(address);
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
