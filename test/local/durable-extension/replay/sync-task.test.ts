import { describe, expect, test } from 'vitest';
import { createExternalEvents } from '../../../../local/durable-extension/replay/external-events.ts';
import {
  createTask,
  onSettled,
  settle,
  whenAll,
  whenAny,
} from '../../../../local/durable-extension/replay/sync-task.ts';

describe('tasks of the .NET side', () => {
  test('continue at once, in order, and once', () => {
    const seen: string[] = [];
    const task = createTask();
    onSettled(task, () => seen.push('first'));
    onSettled(task, () => seen.push('second'));
    expect(settle(task, 'failed')).toBe(true);
    expect(settle(task, 'completed')).toBe(false);
    onSettled(task, () => seen.push('late'));
    expect([task.state, ...seen]).toEqual(['failed', 'first', 'second', 'late']);
  });

  test('whenAny completes with the first child, also with a cancelled one', () => {
    const children = [createTask(), createTask()];
    const any = whenAny(children);
    expect(any.state).toBe('pending');
    if (children[1]) settle(children[1], 'canceled');
    expect(any.state).toBe('completed');
  });

  test('whenAll waits for every child and fails when one failed', () => {
    const [first, second] = [createTask(), createTask()];
    const all = whenAll([first, second]);
    settle(first, 'failed');
    expect(all.state).toBe('pending');
    settle(second, 'completed');
    expect(all.state).toBe('failed');
    expect(whenAll([]).state).toBe('completed');
  });
});

describe('external events of the .NET side', () => {
  test('the last waiter gets the event, whatever the case of the name', () => {
    const events = createExternalEvents();
    const [first, second] = [events.wait('Go'), events.wait('gO')];
    events.raise('GO');
    expect([first.state, second.state]).toEqual(['pending', 'completed']);
    events.raise('go');
    expect(first.state).toBe('completed');
  });

  test('each event without a waiter is kept for one later wait', () => {
    const events = createExternalEvents();
    events.raise('go');
    events.raise('go');
    expect([events.wait('go').state, events.wait('go').state, events.wait('go').state]).toEqual([
      'completed',
      'completed',
      'pending',
    ]);
  });
});
