import { Command } from 'commander';
import type { CliIo } from './cli-io.ts';
import { type Act, createContext, wholeNumber } from './command-context.ts';
import { DEFAULT_URL } from './connection.ts';
import { defineDoctor } from './doctor-command.ts';
import { EXIT_HELP } from './exit-codes.ts';
import { defineKeep } from './keep-command.ts';
import { defineList } from './list-command.ts';
import { defineRegister } from './register-command.ts';
import { defineReport } from './report-command.ts';
import { defineShow } from './show-command.ts';
import { defineStop } from './stop-command.ts';
import { VERSION } from './version.ts';
import { defineWatch } from './watch-command.ts';

const WHERE_HELP = `
The app is found by --url, else CALL_KEEPALIVE_URL, else the profile, else ${DEFAULT_URL}, which npm start serves; its
key by --key, else CALL_KEEPALIVE_KEY, else the profile, else .local/keys.json of this folder. Others on the machine see
what stands on a command line: prefer the environment or the profile for the key. The profile is
~/.config/call-keepalive/profile.json with {"url": "https://my-app.azurewebsites.net", "key": "…"}; chmod 600 it. For
several apps it is {"apps": [{"url": "…", "key": "…"}, …]}: list, watch and report then speak of all of them, the other
commands want --url. Where a call id is wanted, its first 6 or more hex digits do, if no other call begins so.
Behind a proxy: set NODE_USE_ENV_PROXY=1 and HTTPS_PROXY.

${EXIT_HELP}

Example:
  call-keepalive list --danger failing,overdue`;

/** Everything that may be typed. `done` is told the exit code of the command that ran. */
export function createProgram(io: CliIo, done: (exitCode: number) => void): Command {
  const act: Act = (work) =>
    async function (this: Command) {
      done(await work(createContext(io, this), this.opts(), this.args));
    };
  const program = new Command('call-keepalive')
    .description('Operates an app that keeps the calls of a Teams bot alive. Speaks HTTP to it, and to nothing else.')
    .option('--url <url>', 'address of the app')
    .option('--key <key>', 'function key of the app')
    .option('--timeout <seconds>', 'for each request', wholeNumber(1, 600), 45)
    .option('--verbose', 'tell each request with its time, on stderr; never a key', false)
    .option('--json', 'JSON for programs: one document, or an object a line', false)
    .version(VERSION)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => io.out.write(text),
      writeErr: (text) => io.err.write(text),
      getOutHelpWidth: () => io.out.columns() ?? 100,
      getErrHelpWidth: () => io.err.columns() ?? 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .showHelpAfterError('(--help tells more)')
    .exitOverride()
    .addHelpText('after', WHERE_HELP);
  for (const define of [
    defineList,
    defineShow,
    defineWatch,
    defineKeep,
    defineRegister,
    defineStop,
    defineDoctor,
    defineReport,
  ]) {
    define(program, act);
  }
  return program;
}
