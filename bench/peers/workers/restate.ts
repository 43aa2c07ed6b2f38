import * as restate from '@restatedev/restate-sdk';
import { beatMs, keepAlive } from './serve-calls.ts';

/**
 * One virtual object per call: a beat runs its step and sends itself the next one, delayed.
 * Source: https://docs.restate.dev/guides/cron
 */
const call = restate.object({
  name: 'call',
  handlers: {
    established: async (ctx: restate.ObjectContext) => {
      if ((await ctx.get<string>('next')) === null) await sendNext(ctx);
    },
    beat: async (ctx: restate.ObjectContext) => {
      if ((await ctx.get<string>('next')) === null) return;
      await ctx.run('keepAlive', () => keepAlive(ctx.key));
      await sendNext(ctx);
    },
    ended: async (ctx: restate.ObjectContext) => {
      const next = await ctx.get<string>('next');
      if (next !== null) ctx.cancel(restate.InvocationIdParser.fromString(next));
      ctx.clearAll();
    },
  },
});

async function sendNext(ctx: restate.ObjectContext): Promise<void> {
  const sent = ctx
    .objectSendClient<typeof call>({ name: 'call' }, ctx.key)
    .beat(restate.rpc.sendOpts({ delay: { milliseconds: beatMs } }));
  ctx.set('next', await sent.invocationId);
}

await restate.serve({ services: [call], port: Number(process.env.PORT) });
