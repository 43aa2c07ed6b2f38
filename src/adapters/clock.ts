/** The only way time enters the app: injected, so that tests and the local host can run on a virtual clock. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  nowMs(): number;
  /** Runs `fire` once, `delayMs` from now (at once when ≤ 0, but never synchronously). Returns the cancel function. */
  after(delayMs: number, fire: () => void): () => void;
}

/** The machine's clock. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  after(delayMs, fire) {
    const timer = setTimeout(fire, Math.max(0, delayMs));
    return () => clearTimeout(timer);
  },
};

/**
 * An AbortSignal that aborts with a TimeoutError after `delayMs` of the given clock, or with its parent.
 *
 * Call `dispose` when the guarded work is done, else the timer stays until it fires.
 */
export function timeoutSignal(
  clock: Clock,
  delayMs: number,
  parent?: AbortSignal,
): { readonly signal: AbortSignal; readonly dispose: () => void } {
  const controller = new AbortController();
  const cancel = clock.after(delayMs, () =>
    controller.abort(new DOMException(`no answer within ${delayMs} ms`, 'TimeoutError')),
  );
  const onParent = () => controller.abort(parent?.reason);
  if (parent?.aborted) onParent();
  else parent?.addEventListener('abort', onParent, { once: true });
  return {
    signal: controller.signal,
    dispose: () => {
      cancel();
      parent?.removeEventListener('abort', onParent);
    },
  };
}

/** The promise, or the signal's reason if that comes first. A later failure of the promise is then nobody's concern. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
