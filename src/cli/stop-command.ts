import type { Command } from 'commander';
import { toDetail } from './api-answer.ts';
import { type Act, type CommandContext, confirmOrRefuse } from './command-context.ts';
import { EXIT } from './exit-codes.ts';
import { namedIds } from './read-calls.ts';
import { resolveCalls } from './resolve-call.ts';
import { sendForEach } from './send-for-each.ts';

export function defineStop(program: Command, act: Act): void {
  program
    .command('stop')
    .description('Stops keeping calls alive. They are not hung up: Graph ends them within 45 minutes.')
    .argument('[ids...]', 'call ids; without any they are read from stdin, as by keep')
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  call-keepalive stop 5b1f8d00-72c3-4e61-8d1b-4f60917b82e5 --yes')
    .action(act(stopCalls));
}

async function stopCalls(context: CommandContext, { yes }: { readonly yes?: true }, operands: readonly string[]) {
  const named = await namedIds(context.io, operands);
  const api = await context.connect();
  const ids = await resolveCalls(api, named);
  const question = `Stop keeping ${ids.length === 1 ? `call ${ids[0]}` : `${ids.length} calls`} alive?`;
  if (!yes && !(await confirmOrRefuse(context, question))) {
    context.complain('Nothing was stopped.');
    return EXIT.failed;
  }
  const send = (id: string) => api.send('DELETE', `calls/${encodeURIComponent(id)}`);
  return sendForEach(ids, 202, send, (id, answer) => {
    if (context.json) context.printJson({ callId: id, stopped: answer.status === 202, ...answer.body }, 'line');
    else if (answer.status === 202) context.say(`${id} is kept alive no more.`);
    else context.complain(`${id}: ${toDetail(answer)}`);
  });
}
