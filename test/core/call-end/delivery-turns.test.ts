import { describe, expect, test } from 'vitest';
import { DeliveryPostponedError, parsePostponed } from '../../../src/core/call-end/delivery-postponed-error.ts';
import { askForTurn, type DeliveryTurns, endTurn, NO_DELIVERIES } from '../../../src/core/call-end/delivery-turns.ts';

const NOW_MS = Date.UTC(2026, 2, 3);

/** So many deliveries ask one after the other. */
function ask(turns: DeliveryTurns, times: number, hasWaited = false, nowMs = NOW_MS) {
  const waits: (number | undefined)[] = [];
  let after = turns;
  for (let asked = 0; asked < times; asked++) {
    const answer = askForTurn(after, { nowMs, hasWaited });
    after = answer.turns;
    waits.push(answer.postponedMs);
  }
  return { turns: after, waits };
}

describe('the deliveries of a process', () => {
  test('run three at a time, the others come again in turn', () => {
    expect(ask(NO_DELIVERIES, 6).waits).toEqual([undefined, undefined, undefined, 3_000, 3_020, 3_040]);
  });

  test('come as far apart as the receiver took lately, for each of the three places', () => {
    const { turns } = ask(NO_DELIVERIES, 3);
    expect(ask(endTurn(turns, 6_000), 4).waits).toEqual([undefined, 3_000, 5_000, 7_000]);
  });

  test('that come now do not overtake those that wait, who take the place that is free', () => {
    const { turns } = ask(NO_DELIVERIES, 4);
    const free = endTurn(turns, 100);
    expect(ask(free, 1, true).waits).toEqual([undefined]);
    expect(ask(free, 1, false).waits).not.toEqual([undefined]);
  });

  test('begin at once again when nobody waits any more', () => {
    const { turns } = ask(NO_DELIVERIES, 4);
    expect(ask(endTurn(turns, 100), 1, false, NOW_MS + 4_000).waits).toEqual([undefined]);
  });

  test('wait an hour at most, however many there are', () => {
    const { turns } = ask(NO_DELIVERIES, 3);
    const slow = ask(endTurn(turns, 5_000), 4_000).waits.map((wait) => wait ?? 0);
    expect(Math.max(...slow)).toBe(3_600_000);
  });
});

describe('a postponement', () => {
  test('is known again in what the engine makes of its error', () => {
    const { message } = new DeliveryPostponedError(7_000);
    const told = new Error(`Activity function 'deliverCallEnded' failed: ${message} \n {"$type":"System.Exception"}`);
    expect(parsePostponed(told)).toBe(7_000);
  });

  test.each([new Error('the webhook answered 500'), undefined, 'has to wait for 3 ms for its turn'])(
    'is not %s',
    (thrown) => {
      expect(parsePostponed(thrown)).toBeUndefined();
    },
  );
});
