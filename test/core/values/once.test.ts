import { expect, test, vi } from 'vitest';
import { once } from '../../../src/core/values/once.ts';

test('does it the first time, with what it is given then, and never again', () => {
  const act = vi.fn();
  const tell = once(act);
  expect(act).not.toHaveBeenCalled();
  tell('first');
  tell('second');
  expect(act.mock.calls).toEqual([['first']]);
});
