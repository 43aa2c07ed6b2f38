import { EXIT } from './exit-codes.ts';

/** Ends the command: the text says what happened and what to do, the code is the process's. */
export class CliError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.failed) {
    super(message);
    this.name = 'CliError';
    this.exitCode = exitCode;
  }
}

export function wrongUsage(message: string): CliError {
  return new CliError(message, EXIT.wrongUsage);
}
