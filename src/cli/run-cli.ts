import { CommanderError } from 'commander';
import { toVisibleText } from '../core/values/visible-text.ts';
import { CliError } from './cli-error.ts';
import type { CliIo } from './cli-io.ts';
import { EXIT } from './exit-codes.ts';
import { createProgram } from './program.ts';

/**
 * Runs one command.
 *
 * Shape: arguments without those of Node → exit code.  Errors: none that a user could cause; they are told on stderr.
 */
export async function runCli(args: readonly string[], io: CliIo): Promise<number> {
  let exitCode: number = EXIT.done;
  const program = createProgram(io, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    // commander has told it already; help that was asked for is none.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrongUsage;
    if (io.signal.aborted) return EXIT.interrupted;
    if (!(error instanceof CliError)) throw error;
    io.err.write(`${toVisibleText(error.message)}\n`);
    return error.exitCode;
  }
}
