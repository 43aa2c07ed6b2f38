import { Webhook } from 'standardwebhooks';
import type { Check } from '../check.ts';
import { eventually } from '../eventually.ts';
import { at, expectEqual, expectStatus } from '../expect.ts';
import { ExpectationError } from '../expectation-error.ts';
import type { Received } from '../receiver.ts';

export const webhookChecks: readonly Check[] = [
  {
    title: 'the webhook is told of an end, signed, and again under the same id when it fails at first',
    needs: ['graph', 'webhook'],
    async run(world) {
      const { webhook, options, beginRunningCall, untilInstance, graph } = world;
      if (webhook === undefined) return undefined;
      const callId = await beginRunningCall();
      webhook.answerWith({ status: 500 });
      expectStatus('hanging up', await graph('DELETE', `/calls/${callId}`), 204);
      const told = () => webhook.received.filter(({ bytes }) => bytes.includes(callId));
      const untilTold = (times: number) =>
        eventually(world.patienceMs, async () => {
          if (told().length < times) {
            throw new ExpectationError(`webhook: expected ${times} deliveries of call ${callId}, got ${told().length}`);
          }
        });
      await untilTold(1);
      webhook.answerWith({ status: 204 });
      await untilTold(2);
      const ids = new Set(told().map(({ headers }) => headers['webhook-id']));
      expectEqual('ids of the deliveries', ids.size, 1);
      const message = verify(told().at(-1), options.webhookSecret ?? '');
      expectEqual('its type', at(message, 'type'), 'call.ended');
      expectEqual('its end reason', at(message, 'data.endReason'), 'terminated');
      await untilInstance(callId, { runtimeStatus: 'Completed', 'output.webhook': 'delivered' });
      return undefined;
    },
  },
];

function verify(received: Received | undefined, secret: string): unknown {
  try {
    const headers = Object.fromEntries(
      Object.entries(received?.headers ?? {}).map(([name, value]) => [name, String(value)]),
    );
    return new Webhook(secret).verify(received?.bytes.toString() ?? '', headers);
  } catch {
    throw new ExpectationError('webhook: expected a signature that CALL_ENDED_WEBHOOK_SECRET verifies, got another');
  }
}
