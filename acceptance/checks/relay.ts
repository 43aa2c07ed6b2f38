import { randomUUID } from 'node:crypto';
import type { Check } from '../check.ts';
import { expectEqual, expectStatus } from '../expect.ts';
import { toEntry } from '../world.ts';

export const relayChecks: readonly Check[] = [
  {
    title: 'the bot gets each notification byte for byte, and its answer goes back to Graph',
    needs: ['graph', 'bot'],
    async run({ notify, bot }) {
      if (bot === undefined) return undefined;
      const callId = randomUUID();
      const body = `{ "value" :\t[ ${JSON.stringify({ ...toEntry(callId, 'incoming'), note: 'Grüße 🎧' })} ] }\n`;
      bot.answerWith({ status: 200, headers: { 'content-type': 'application/json' }, body: '{"answer":"ours"}' });
      const answer = await notify(body);
      bot.answerWith({ status: 202 });
      expectStatus('what Graph is answered', answer, 200);
      expectEqual('the body that Graph is answered', answer.text, '{"answer":"ours"}');
      const relayed = bot.received.findLast(({ bytes }) => bytes.includes(callId));
      expectEqual('what the bot got', relayed?.bytes.toString(), body);
      expectEqual('with its token', relayed?.headers.authorization?.slice(0, 7), 'Bearer ');
      expectStatus('terminated', await notify({ value: [toEntry(callId, 'terminated')] }), 202);
      return undefined;
    },
  },
];
