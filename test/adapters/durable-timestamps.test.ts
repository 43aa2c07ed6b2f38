import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { parseTimestampsAsDates } from '../../src/adapters/durable-timestamps.ts';

/** The original, in the package. */
const require = createRequire(import.meta.url);
const { Utils } = require('durable-functions/lib/src/util/Utils.js');
const { HistoryEventType } = require('durable-functions/lib/src/history/HistoryEventType.js');

const folder = new URL('../golden/1.0/', import.meta.url);

describe('makes of the turns of a history what the package makes of them', () => {
  test.each(readdirSync(folder))('%s', (file) => {
    const read = () => [{ history: JSON.parse(readFileSync(new URL(file, folder), 'utf8')).generations.flat() }];
    const [own, original] = [read(), read()];
    parseTimestampsAsDates(own);
    Utils.parseTimestampsAsDates(original);
    const turnsOf = (inputs: ReturnType<typeof read>) =>
      inputs[0]?.history.filter(
        ({ EventType }: { EventType: number }) => EventType === HistoryEventType.OrchestratorStarted,
      );
    expect(turnsOf(own).length).toBeGreaterThan(5);
    expect(turnsOf(own)[0].Timestamp).toBeInstanceOf(Date);
    expect(turnsOf(own)).toEqual(turnsOf(original));
  });
});

test('leaves events as they are whose time is a Date already, or which begin no turn', () => {
  const Timestamp = new Date();
  const history = [Object.freeze({ EventType: 12, Timestamp }), Object.freeze({ EventType: 13, Timestamp: 'text' })];
  parseTimestampsAsDates([{ history }, { input: 'no orchestrator' }, null]);
  expect(history.map((event) => event.Timestamp)).toEqual([Timestamp, 'text']);
});
