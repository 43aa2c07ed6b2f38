import { vi } from 'vitest';

/** For a hook that starts processes, on a busy machine. */
export const START_TIMEOUT_MS = 60_000;

/** Repeats the check until it passes: for other processes, which nobody can wait for otherwise. Milliseconds, as a rule. */
export function eventually(check: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(check, { interval: 20, timeout: 20_000 });
}
