// What `npm start` runs under Concord's own Node: makes the demo study on first use, then serves the workstation.
import { spawn } from 'node:child_process';
import { startBrowserHost, stopOnSignals } from '../electron/serve.ts';

const prepareOnly = process.argv.includes('--prepare');
const host = await startBrowserHost();
let shown = '';
await host.backend.services.demo.open((step) => {
  if (step === shown) return;
  if (shown === '') process.stderr.write('Concord: making the demo study (once) …\n');
  shown = step;
  process.stderr.write(`  ${step}\n`);
});
if (prepareOnly) {
  await host.close();
} else {
  stopOnSignals(() => host.close());
  process.stdout.write(`${host.address}\n`);
  process.stderr.write('Concord serves this machine only. Ctrl+C stops it.\n');
  if (process.argv.includes('--open')) openInBrowser(host.address);
}

function openInBrowser(address: string): void {
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open', address]
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '', address]
        : ['xdg-open', address];
  // Where no browser can be opened, the printed address is enough.
  spawn(command, args, { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}
