// The browser host in a process of its own, so that its memory can be told from the benchmark's. Argument: its home.
import { startBrowserHost, stopOnSignals } from '../../electron/serve.ts';

const host = await startBrowserHost({ home: process.argv[2] });
stopOnSignals(() => host.close());
process.stdout.write(
  `${JSON.stringify({ origin: host.origin, token: host.token, address: host.address })}\n`,
);
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
