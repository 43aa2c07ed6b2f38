import { expect, test } from 'vitest';
import { parseEntity, toEntity } from '../../src/adapters/call-entity.ts';
import type { CallEndedMessage } from '../../src/core/call-end/call-ended-message.ts';
import { newRecord } from '../contract/call-store-contract.ts';
import { MINUTE_MS, startVirtualWorld } from '../support/virtual-world.ts';

const ADDRESS = 'https://bot.example/api/notifications';

const FORMS: readonly (readonly [given: string, remembered: string | undefined])[] = [
  [ADDRESS, ADDRESS],
  ['http://127.0.0.1:7071/api', 'http://127.0.0.1:7071/api'],
  [`${ADDRESS}?code=SECRET`, ADDRESS],
  [`${ADDRESS}?bot=1&CODE=SECRET&other=2`, ADDRESS],
  [`${ADDRESS}?%63ode=SECRET`, ADDRESS],
  [`${ADDRESS}?bot=1;code=SECRET`, ADDRESS],
  [`${ADDRESS}?sv=2024-11-04&sig=SECRET`, ADDRESS],
  [`${ADDRESS}?x-functions-key=SECRET`, ADDRESS],
  [`${ADDRESS}#code=SECRET`, ADDRESS],
  ['https://bot.example/api;code=SECRET/notifications', ADDRESS],
  ['https://bot.example/api%3Bcode=SECRET/notifications', ADDRESS],
  ['https://bot.example/api/x/..;code=SECRET/notifications', ADDRESS],
  ['https://user:SECRET@bot.example/api/notifications', ADDRESS],
  ['https://SECRET@bot.example/api/notifications', ADDRESS],
  ['https:\\\\user:SECRET@bot.example\\api\\notifications', ADDRESS],
  ['https://bot.example\n/api/notifications?code=SECRET', ADDRESS],
  ['//user:SECRET@bot.example/api?code=SECRET', undefined],
  ['bot.example/api?code=SECRET', undefined],
  ['data:text/plain,SECRET', undefined],
];

test.each(FORMS)('of the callback URI %j a call keeps the address alone', async (callbackUri, remembered) => {
  const messages: CallEndedMessage[] = [];
  const webhook = { deliver: async (_: string, message: CallEndedMessage) => messages.push(message) };
  const world = await startVirtualWorld({ dependencies: () => ({ webhook }) });
  world.graph.addFault({ operation: 'notification', lost: true, times: 'always' });
  const callId = await world.startCall();
  const notify = (state: string) =>
    world.notify({
      value: [{ changeType: 'updated', resource: `/app/calls/${callId}`, resourceData: { state }, callbackUri }],
    });
  expect((await notify('established')).status).toBe(202);
  await world.clock.runFor(MINUTE_MS);
  const { record } = await world.getCall(callId);
  expect((await notify('terminated')).status).toBe(202);
  await world.clock.runFor(MINUTE_MS);
  expect(record.facts).toMatchObject(remembered === undefined ? {} : { callbackUri: remembered });
  expect(messages[0]?.data).toMatchObject(remembered === undefined ? { callId } : { callbackUri: remembered });
  const rows = await Array.fromAsync(world.store.list(['ended']));
  expect(JSON.stringify([record, messages, rows])).not.toContain('SECRET');
});

test.each(FORMS)('of the callback URI %j in a row of an older release nobody sees more', (callbackUri, remembered) => {
  const row = { ...toEntity(newRecord()), facts: JSON.stringify({ callbackUri, subject: 'Standup' }) };
  const facts = remembered === undefined ? { subject: 'Standup' } : { subject: 'Standup', callbackUri: remembered };
  expect(parseEntity(row)).toMatchObject({ kind: 'record', record: { facts } });
  expect(JSON.stringify(parseEntity(row))).not.toContain('SECRET');
});
