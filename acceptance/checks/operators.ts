import type { Check } from '../check.ts';
import { at, expectEqual, expectStatus } from '../expect.ts';
import { NOBODY } from '../world.ts';
import { successesAtGraph } from './call-life.ts';

export const operatorChecks: readonly Check[] = [
  {
    title: 'a keepAlive by hand reaches Graph, a dry run does not',
    needs: ['graph'],
    async run(world) {
      const callId = await world.beginRunningCall();
      const dry = await world.operator('POST', `/api/calls/${callId}/keepAlive?dryRun=true`);
      expectStatus('a dry run', dry, 200);
      expectEqual('what it would send', at(dry.body, 'method'), 'POST');
      const before = await successesAtGraph(world, callId);
      expectStatus('by hand', await world.operator('POST', `/api/calls/${callId}/keepAlive`), 200);
      expectEqual('Graph got one more', (await successesAtGraph(world, callId)) > before, true);
      await world.hangUp(callId);
      return undefined;
    },
  },
  {
    title: 'a call is registered without a notification, is found in the list, and is given up by DELETE',
    needs: ['graph'],
    async run(world) {
      // The app hears nothing of this call but from the operator.
      const callId = await world.beginCall({ callbackUri: NOBODY });
      const call = await world.graph('GET', `/calls/${callId}`);
      const body = { tenantId: at(call.body, 'tenantId'), startedAt: new Date().toISOString() };
      const path = `/api/calls/${callId}`;
      expectStatus('PUT', await world.operator('PUT', path, { body }), 202);
      await world.untilInstance(callId, { runtimeStatus: 'Running' });
      expectStatus('PUT again', await world.operator('PUT', path, { body }), 200);
      const list = await world.operator('GET', `/api/calls?text=${callId}`);
      expectEqual('the list names it', at(list.body, 'value.0.callId'), callId);
      expectStatus('DELETE', await world.operator('DELETE', path), 202);
      await world.untilInstance(callId, { runtimeStatus: 'Completed', 'output.endReason': 'stopped' });
      const state = at((await world.graph('GET', `/calls/${callId}`)).body, 'state');
      expectEqual('Graph still holds the call: nobody hung up', state, 'established');
      await world.graph('DELETE', `/calls/${callId}`);
      return undefined;
    },
  },
];
