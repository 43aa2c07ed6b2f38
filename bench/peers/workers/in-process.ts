import { beatMs, keepAlive, serveCalls } from './serve-calls.ts';

/** The floor: nothing is written anywhere. */
const timers = new Map<string, NodeJS.Timeout>();
await serveCalls({
  async established(callId) {
    if (timers.has(callId)) return;
    timers.set(
      callId,
      setInterval(() => void keepAlive(callId).catch(() => {}), beatMs),
    );
  },
  async ended(callId) {
    clearInterval(timers.get(callId));
    timers.delete(callId);
  },
});
