import { EXIT } from './exit-codes.ts';
import { createProcessIo } from './process-io.ts';
import { runCli } from './run-cli.ts';

const controller = new AbortController();

// The first Ctrl-C ends what is under way, the second one ends at once.
process.once('SIGINT', () => {
  process.once('SIGINT', () => process.exit(EXIT.interrupted));
  controller.abort();
});

// `call-keepalive list | head`: who reads has seen enough.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if ('code' in error && error.code === 'EPIPE') process.exit(EXIT.done);
    throw error;
  });
}

try {
  process.exitCode = await runCli(process.argv.slice(2), createProcessIo(controller.signal));
} catch (error) {
  console.error(error);
  process.exitCode = EXIT.failed;
}
// What was not read would hold the process until its writer ends.
process.stdin.destroy();
// An interrupted command may have left a request or a prompt behind, which would hold the process.
if (controller.signal.aborted) process.exit();
