import { expect, test, vi } from 'vitest';
import { once } from '../../../src/core/values/once.ts';

test('makes the value when it is first asked for, and keeps it, undefined too', () => {
  const make = vi.fn(() => undefined);
  const value = once(make);
  expect(make).not.toHaveBeenCalled();
  expect([value(), value()]).toEqual([undefined, undefined]);
  expect(make).toHaveBeenCalledOnce();
});
