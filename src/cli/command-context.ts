import { type Command, InvalidArgumentError, type OptionValues } from 'commander';
import { toVisibleJson, toVisibleText } from '../core/values/visible-text.ts';
import { type Api, createApi } from './api.ts';
import { wrongUsage } from './cli-error.ts';
import type { CliIo } from './cli-io.ts';
import { findConnections, toOnlyConnection } from './connection.ts';
import { createPaint, type Paint } from './paint.ts';

/** The options that every command takes. */
export interface GlobalOptions {
  readonly url?: string;
  readonly key?: string;
  readonly timeout: number;
  readonly json: boolean;
  readonly verbose: boolean;
}

/** Makes a command's work into commander's action: options and operands in, exit code out. */
export type Act = <Options extends OptionValues>(
  work: (context: CommandContext, options: Options, operands: readonly string[]) => Promise<number>,
) => (this: Command) => Promise<void>;

/** What a command works with. */
export interface CommandContext {
  readonly io: CliIo;
  readonly paint: Paint;
  readonly json: boolean;
  /** Width to which tables are cut; undefined where nobody looks. */
  readonly width: number | undefined;
  /** The one app. Errors: CliError when the profile names several, and nobody says which. */
  connect(): Promise<Api>;
  /** Every app of the profile, or the one that was named. */
  connectAll(): Promise<readonly Api[]>;
  /** One line on stdout, control characters escaped. */
  say(line: string): void;
  /** Lines that are safe already. */
  print(lines: readonly string[]): void;
  /** One line on stderr, control characters escaped. */
  complain(line: string): void;
  /** A whole document, or one of a series of lines. */
  printJson(value: unknown, kind?: 'document' | 'line'): void;
}

export function createContext(io: CliIo, command: Command): CommandContext {
  const options = command.optsWithGlobals<GlobalOptions>();
  return {
    io,
    paint: createPaint(io, io.out),
    json: options.json,
    width: io.out.isTerminal ? (io.out.columns() ?? 80) : undefined,
    connect: async () => createApi(toOnlyConnection(await findConnections(options, io)), io, options),
    connectAll: async () =>
      (await findConnections(options, io)).map((connection) => createApi(connection, io, options)),
    say: (line) => io.out.write(`${toVisibleText(line)}\n`),
    print: (lines) => io.out.write(lines.map((line) => `${line}\n`).join('')),
    complain: (line) => io.err.write(`${toVisibleText(line)}\n`),
    printJson: (value, kind = 'document') =>
      io.out.write(`${toVisibleJson(value, kind === 'document' ? 2 : undefined)}\n`),
  };
}

/** Asks the person at the terminal; without one, he must have said yes before. */
export async function confirmOrRefuse({ io }: CommandContext, question: string): Promise<boolean> {
  if (!io.stdin.isTerminal || !io.err.isTerminal) throw wrongUsage('Nobody is there to confirm. Add --yes.');
  return /^y(es)?$/i.test((await io.ask(`${toVisibleText(question)} [y/N] `)).trim());
}

/** Parses an option that is a whole number. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) {
      throw new InvalidArgumentError(`It takes a whole number from ${least} to ${most}.`);
    }
    return value;
  };
}
