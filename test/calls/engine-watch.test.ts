import { expect, test } from 'vitest';
import type { CallInstance } from '../../src/adapters/durable-calls.ts';
import { watchEngine } from '../../src/calls/engine-watch.ts';
import type { CallId } from '../../src/core/call-record/call-id.ts';
import { newCallId } from '../contract/call-store-contract.ts';

const calls = (many: number) => Array.from({ length: many }, newCallId);

test('an engine that cannot tell of the first three calls is believed silent for a while, and not of all that follow', async () => {
  const [bad, good] = [new Set(calls(3)), calls(100)];
  const status = async (callId: CallId): Promise<CallInstance | undefined> => {
    if (bad.has(callId)) throw new Error('500');
    return undefined;
  };
  const engine = watchEngine({ status });
  const kinds: string[] = [];
  for (const callId of [...bad, ...good]) kinds.push((await engine(callId)).kind);
  expect(kinds.filter((kind) => kind === 'silent')).toHaveLength(34);
  expect(new Set(kinds.slice(34))).toEqual(new Set(['none']));
});

test('an engine that tells of none is asked of one call in 32', async () => {
  let asked = 0;
  const engine = watchEngine({
    status: () => {
      asked++;
      return Promise.reject(new Error('no answer'));
    },
  });
  for (const callId of calls(3 + 320)) expect(await engine(callId)).toEqual({ kind: 'silent' });
  expect(asked).toBe(3 + 10);
});
