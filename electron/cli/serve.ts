// `concord serve`: the browser host for one study.
import { InvalidArgumentError, type Command } from 'commander';
import { startBrowserHost, stopOnSignals } from '../serve.ts';

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65535) {
    throw new InvalidArgumentError('a port is a whole number from 0 to 65535.');
  }
  return value;
}

export function registerServe(program: Command): void {
  program
    .command('serve')
    .description('serve a study to a browser on this machine; prints the address with its token')
    .argument('<study>', 'the study folder, NAME.concord')
    .option('--port <n>', 'the port; a free one by default', port, 0)
    .action(async (study: string, options: { port: number }) => {
      const host = await startBrowserHost({ study, port: options.port });
      stopOnSignals(() => host.close());
      process.stdout.write(`${host.address}\n`);
      process.stderr.write('Serving on this machine only. Ctrl+C stops it.\n');
    });
}
