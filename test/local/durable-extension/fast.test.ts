import { expect, test } from 'vitest';
import { EventType } from '../../../local/durable-extension/history-event.ts';
import { readEvent } from '../../../local/durable-extension/played-history.ts';
import { installFunctionsCore } from '../../../local/functions-host/functions-core.ts';
import { SCENARIOS } from '../../golden/scenarios.ts';

// First, for @azure/functions looks for its core module once, when it is loaded.
installFunctionsCore();
const { recordHistory } = await import('../../golden/record-history.ts');

test.each(SCENARIOS)('$name: what is handed over as objects leads to the same history as text', async (scenario) => {
  const asText = await recordHistory(scenario, '1.0');
  expect(await recordHistory(scenario, '1.0', { fast: true })).toEqual(asText);
});

test('an event that is shared between turns cannot be written to', () => {
  const Timestamp = '2026-01-05T08:00:00.000Z';
  const event = readEvent({ EventType: EventType.OrchestratorStarted, EventId: -1, Timestamp }, true);
  expect(event).toEqual({ EventType: 12, EventId: -1, Timestamp: new Date(Timestamp), IsPlayed: true });
  expect(() => Object.assign(event, { IsPlayed: false })).toThrow(TypeError);
});
