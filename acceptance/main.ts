import { ACCEPTANCE_HELP, parseAcceptanceOptions } from './acceptance-options.ts';
import { runAcceptance } from './run-acceptance.ts';

const parsed = parseAcceptanceOptions(process.argv.slice(2), process.env);
switch (parsed.kind) {
  case 'help':
    console.log(ACCEPTANCE_HELP);
    break;
  case 'wrong':
    console.error(`${parsed.problem} See npm run acceptance -- --help.`);
    process.exitCode = 2;
    break;
  case 'options':
    try {
      process.exitCode = await runAcceptance(parsed.options, (line) => console.log(line));
    } catch (error) {
      console.error(error instanceof Error ? error.message : String(error));
      process.exitCode = 2;
    }
}
