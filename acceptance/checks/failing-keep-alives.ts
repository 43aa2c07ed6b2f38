import type { Check } from '../check.ts';
import { expectStatus } from '../expect.ts';
import { untilKeptAlive } from './call-life.ts';

export const failingKeepAliveChecks: readonly Check[] = [
  {
    title: 'a keepAlive that Graph refuses with 503 and 429 is tried again until it succeeds',
    needs: ['graph'],
    async run(world) {
      const callId = await world.beginCall();
      const fault = { operation: 'keepAlive', callId };
      expectStatus('a fault', await world.graph('POST', '/faults', { ...fault, status: 503, times: 2 }), 201);
      const later = { ...fault, status: 429, retryAfterSeconds: 1 };
      expectStatus('a fault', await world.graph('POST', '/faults', later), 201);
      await untilKeptAlive(world, callId, 1);
      await world.hangUp(callId);
      return undefined;
    },
  },
  {
    title: 'a call whose end nobody told is found out by its 404, and cleaned up',
    needs: ['graph'],
    async run(world) {
      const callId = await world.beginRunningCall();
      const lost = { operation: 'notification', callId, lost: true, times: 'always' };
      expectStatus('a fault', await world.graph('POST', '/faults', lost), 201);
      await world.graph('DELETE', `/calls/${callId}`);
      const answer = await world.operator('POST', `/api/calls/${callId}/keepAlive`);
      expectStatus('a keepAlive by hand', answer, 404);
      await world.untilInstance(callId, { runtimeStatus: 'Completed', 'output.endReason': 'notFound' });
      await world.untilCall(callId, { 'row.state': 'ended', 'row.endReason': 'notFound' });
      return undefined;
    },
  },
];
